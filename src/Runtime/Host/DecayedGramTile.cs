using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <summary>
/// result_ij = sum_d l_id r_jd exp(e_id - g_jd), sixteen columns in a register. The first sixteen rows that a block of columns has
/// carry the decayed r from row to row (see <see cref="DecayedSums"/>); every later block of sixteen rows is a product of two factors
/// that are decayed to its first row.
/// </summary>
internal static unsafe class DecayedGramTile
{
    // Masks of columns: those that enter at each of eight rows, those that entered before, those that enter after; then room for eight sums.
    private const int Earlier = 8;
    private const int Later = 9;
    private const int Sums = 10;

    /// <summary>Numbers of workspace needed.</summary>
    public static long Elements(HostTile l) => (64L * l.Width) + ((Sums + 8) * 16);

    /// <summary>All of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(HostTile result, HostTile l, HostTile r, HostTile e, HostTile g, Causal causal, float* workspace)
    {
        int width = l.Width, rows = result.Rows;
        var right = new HostTile(workspace, 16, l.Columns, width);
        var turned = new HostTile(workspace + (16L * width), l.Columns, 16, 16);
        var left = new HostTile(workspace + (32L * width), 16, l.Columns, width);
        var steps = new HostTile(workspace + (48L * width), 16, l.Columns, width);
        Vector512<float>* enters = (Vector512<float>*)(workspace + (64L * width));

        // With one decay for both sides a column begins undecayed (its own row), or with the first step (the next row).
        bool same = e.Row(0) == g.Row(0) && rows == result.Columns;
        for (int j = 0; j < result.Columns; j += 16)
        {
            int columns = Math.Min(16, result.Columns - j), first = HostTile.FirstRowWith(j, rows, result.Columns, causal);
            for (int i = 0; i < Math.Min(first, rows); i++)
            {
                Vector512<float>.Zero.Store(result.Row(i) + j);
            }

            if (first >= rows)
            {
                continue;
            }

            // Column by column: the row from which it exists, and r as that row sees it.
            Vector512<int> begins = Vector512.Create(-1);
            for (int k = 0; k < columns; k++)
            {
                int begin = HostTile.FirstRowWith(j + k, rows, result.Columns, causal);
                if (begin < rows)
                {
                    begins = begins.WithElement(k, begin - first);
                    if (!same)
                    {
                        Scaled(right.Row(k), r.Row(j + k), e.Row(begin), g.Row(j + k), width);
                    }
                }
            }

            int count = Math.Min(16, rows - first);
            HostTile.Copy(left.Block(0, count, 0, l.Columns), l.Block(first, count, 0, l.Columns), Into.Set);
            for (int i = 0; i < count; i++)
            {
                // Before the first row no column has begun: what multiplies nothing need only be a number.
                int before = first + i - 1;
                Exp(steps.Row(i), e.Row(first + i), e.Row(before < 0 ? 0 : before), width);
                if (same && causal == Causal.Strict)
                {
                    Multiply(right.Row(i), r.Row(j + i), steps.Row(i), width);
                }
            }

            HostTile begun = same && causal == Causal.Inclusive ? r.Block(j, columns, 0, l.Columns) : right.Block(0, columns, 0, l.Columns);
            HostTile.Transpose(turned.Block(0, l.Columns, 0, columns), begun, Into.Set);
            for (int i = 0; i < count; i += 8)
            {
                for (int k = 0; k < 8; k++)
                {
                    enters[k] = Vector512.Equals(begins, Vector512.Create(i + k)).AsSingle();
                }

                enters[Earlier] = (Vector512.LessThan(begins, Vector512.Create(i)) & Vector512.GreaterThanOrEqual(begins, Vector512<int>.Zero)).AsSingle();
                enters[Later] = Vector512.GreaterThan(begins, Vector512.Create(i + 7)).AsSingle();
                Rows8(result.Row(first + i) + j, result.Stride, Math.Min(8, count - i), left.Row(i), steps.Row(i), turned.Row(0), width, l.Columns, enters);
            }

            for (int i = first + 16; i < rows; i += 16)
            {
                count = Math.Min(16, rows - i);
                for (int k = 0; k < count; k++)
                {
                    Scaled(left.Row(k), l.Row(i + k), e.Row(i + k), e.Row(i), width);
                }

                for (int k = 0; k < columns; k++)
                {
                    Scaled(right.Row(k), r.Row(j + k), e.Row(i), g.Row(j + k), width);
                }

                HostTile.Transpose(turned, right, Into.Set);
                RegisterTile.Multiply(result.Row(i) + j, result.Stride, left.Row(0), width, 1, turned.Row(0), 16, count, 16, l.Columns, Into.Set);
            }
        }
    }

    // Eight rows in eight registers. y holds r_j of the columns that exist so far, as the row sees it: a column enters at its first row.
    // What the last row saw, and the columns that wait, go back for the next eight.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows8(float* c, long cStride, int rows, float* l, float* steps, float* turned, long width, int depth, Vector512<float>* enters)
    {
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        Vector512<float> e0 = enters[0], e1 = enters[1], e2 = enters[2], e3 = enters[3], e4 = enters[4], e5 = enters[5], e6 = enters[6], e7 = enters[7];
        Vector512<float> earlier = enters[Earlier], later = enters[Later];
        for (long d = 0; d < depth; d++, turned += 16, l++, steps++)
        {
            Vector512<float> r = Vector512.Load(turned), y = r & earlier;
            float* a = l, s = steps;
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*s), r & e0);
            c0 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*a), c0);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & e1);
            c1 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), c1);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & e2);
            c2 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), c2);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & e3);
            c3 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), c3);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & e4);
            c4 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), c4);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & e5);
            c5 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), c5);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & e6);
            c6 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), c6);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & e7);
            c7 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += width)), c7);
            (y + (r & later)).Store(turned);
        }

        Vector512<float>* sums = enters + Sums;
        sums[0] = c0;
        sums[1] = c1;
        sums[2] = c2;
        sums[3] = c3;
        sums[4] = c4;
        sums[5] = c5;
        sums[6] = c6;
        sums[7] = c7;
        for (int i = 0; i < rows; i++)
        {
            sums[i].Store(c + (i * cStride));
        }
    }

    /// <summary>result = x y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(float* result, float* x, float* y, int width)
    {
        for (int d = 0; d < width; d += 16)
        {
            (Vector512.Load(x + d) * Vector512.Load(y + d)).Store(result + d);
        }
    }

    /// <summary>result = x exp(later - earlier).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scaled(float* result, float* x, float* later, float* earlier, int width)
    {
        for (int d = 0; d < width; d += 16)
        {
            (LaneMath.Exp(Vector512.Load(later + d) - Vector512.Load(earlier + d)) * Vector512.Load(x + d)).Store(result + d);
        }
    }

    /// <summary>result = exp(later - earlier).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exp(float* result, float* later, float* earlier, int width)
    {
        for (int d = 0; d < width; d += 16)
        {
            LaneMath.Exp(Vector512.Load(later + d) - Vector512.Load(earlier + d)).Store(result + d);
        }
    }
}
