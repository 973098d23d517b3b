using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <summary>
/// Two decayed Grams of the same columns with one decay for both sides, strict_ij = sum_d l_id r_jd exp(g_id - g_jd) for j &lt; i and
/// inclusive_ij = sum_d m_id r_jd exp(g_id - g_jd) for j &lt;= i: the decayed r goes from row to row once for both
/// (see <see cref="DecayedGramTile"/>).
/// </summary>
internal static unsafe class DecayedGramPair
{
    private const int Sums = 16;

    /// <summary>Numbers of workspace needed.</summary>
    public static long Elements(HostTile l) => (96L * l.Width) + ((Sums + 16) * 16);

    /// <summary>All of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(HostTile strict, HostTile inclusive, HostTile l, HostTile m, HostTile r, HostTile g, float* workspace)
    {
        int width = l.Width, rows = strict.Rows;
        var right = new HostTile(workspace, 16, l.Columns, width);
        var turned = new HostTile(workspace + (16L * width), l.Columns, 16, 16);
        var first = new HostTile(workspace + (32L * width), 16, l.Columns, width);
        var second = new HostTile(workspace + (48L * width), 16, l.Columns, width);
        var steps = new HostTile(workspace + (64L * width), 16, l.Columns, width);
        Vector512<float>* enters = (Vector512<float>*)(workspace + (96L * width));
        for (int i = 0; i < Sums; i++)
        {
            enters[i] = Vector512.Equals(Vector512<int>.Indices, Vector512.Create(i)).AsSingle();
        }

        for (int j = 0; j < rows; j += 16)
        {
            for (int i = 0; i < j; i++)
            {
                Vector512<float>.Zero.Store(strict.Row(i) + j);
                Vector512<float>.Zero.Store(inclusive.Row(i) + j);
            }

            // The block with itself: column k enters at row k, undecayed; its own row is not one of the strict Gram's.
            int count = Math.Min(16, rows - j);
            HostTile.Copy(first.Block(0, count, 0, l.Columns), l.Block(j, count, 0, l.Columns), Into.Set);
            HostTile.Copy(second.Block(0, count, 0, l.Columns), m.Block(j, count, 0, l.Columns), Into.Set);
            for (int i = 0; i < count; i++)
            {
                DecayedGramTile.Exp(steps.Row(i), g.Row(j + i), g.Row(Math.Max(j + i - 1, 0)), width);
            }

            HostTile.Transpose(turned.Block(0, l.Columns, 0, count), r.Block(j, count, 0, l.Columns), Into.Set);
            Vector512<float> none = default;
            for (int i = 0; i < count; i += 8)
            {
                int some = Math.Min(8, count - i);
                Rows8(first.Row(i), second.Row(i), steps.Row(i), turned.Row(0), width, l.Columns, enters + i, i == 0 ? none : Below(8), enters + Sums);
                for (int k = 0; k < some; k++)
                {
                    (enters[Sums + k] & Below(i + k)).Store(strict.Row(j + i + k) + j);
                    enters[Sums + 8 + k].Store(inclusive.Row(j + i + k) + j);
                }
            }

            // Later rows: both factors decayed to the first row of their block.
            for (int i = j + 16; i < rows; i += 16)
            {
                count = Math.Min(16, rows - i);
                for (int k = 0; k < count; k++)
                {
                    DecayedGramTile.Exp(steps.Row(k), g.Row(i + k), g.Row(i), width);
                    DecayedGramTile.Multiply(first.Row(k), l.Row(i + k), steps.Row(k), width);
                    DecayedGramTile.Multiply(second.Row(k), m.Row(i + k), steps.Row(k), width);
                }

                for (int k = 0; k < 16; k++)
                {
                    DecayedGramTile.Scaled(right.Row(k), r.Row(j + k), g.Row(i), g.Row(j + k), width);
                }

                HostTile.Transpose(turned, right, Into.Set);
                RegisterTile.Multiply(strict.Row(i) + j, strict.Stride, first.Row(0), width, 1, turned.Row(0), 16, count, 16, l.Columns, Into.Set);
                RegisterTile.Multiply(inclusive.Row(i) + j, inclusive.Stride, second.Row(0), width, 1, turned.Row(0), 16, count, 16, l.Columns, Into.Set);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Below(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    // Eight rows of both. y holds r_j of the columns that exist so far, as the row sees it; what the last row saw goes back for the next eight.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows8(float* l, float* m, float* steps, float* turned, long width, int depth, Vector512<float>* enters, Vector512<float> earlier, Vector512<float>* sums)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        Vector512<float> later = ~(earlier | Below(8));
        for (long d = 0; d < depth; d++, turned += 16, l++, m++, steps++)
        {
            Vector512<float> r = Vector512.Load(turned), y = r & earlier;
            float* a = l, b = m, s = steps;
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*s), r & enters[0]);
            a0 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*a), a0);
            b0 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*b), b0);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[1]);
            a1 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), a1);
            b1 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(b += width)), b1);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[2]);
            a2 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), a2);
            b2 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(b += width)), b2);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[3]);
            a3 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), a3);
            b3 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(b += width)), b3);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[4]);
            a4 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), a4);
            b4 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(b += width)), b4);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[5]);
            a5 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), a5);
            b5 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(b += width)), b5);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[6]);
            a6 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), a6);
            b6 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(b += width)), b6);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[7]);
            a7 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), a7);
            b7 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(b += width)), b7);
            (y + (r & later)).Store(turned);
        }

        sums[0] = a0;
        sums[1] = a1;
        sums[2] = a2;
        sums[3] = a3;
        sums[4] = a4;
        sums[5] = a5;
        sums[6] = a6;
        sums[7] = a7;
        sums[8] = b0;
        sums[9] = b1;
        sums[10] = b2;
        sums[11] = b3;
        sums[12] = b4;
        sums[13] = b5;
        sums[14] = b6;
        sums[15] = b7;
    }
}
