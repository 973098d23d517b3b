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
    /// <summary>Numbers of workspace needed.</summary>
    public static long Elements(HostTile l) => 64L * l.Width;

    /// <summary>All of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(HostTile result, HostTile l, HostTile r, HostTile e, HostTile g, Causal causal, float* workspace)
    {
        int width = l.Width, rows = result.Rows;
        var right = new HostTile(workspace, 16, l.Columns, width);
        var turned = new HostTile(workspace + (16L * width), l.Columns, 16, 16);
        var left = new HostTile(workspace + (32L * width), 16, l.Columns, width);
        var steps = new HostTile(workspace + (48L * width), 16, l.Columns, width);
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
            Vector512<int> begins = Vector512.Create(int.MaxValue);
            for (int k = 0; k < columns; k++)
            {
                int begin = HostTile.FirstRowWith(j + k, rows, result.Columns, causal);
                if (begin < rows)
                {
                    Scaled(right.Row(k), r.Row(j + k), e.Row(begin), g.Row(j + k), width);
                    begins = begins.WithElement(k, begin);
                }
            }

            HostTile.Transpose(turned, right, Into.Set);
            int count = Math.Min(16, rows - first);
            HostTile.Copy(left.Block(0, count, 0, l.Columns), l.Block(first, count, 0, l.Columns), Into.Set);
            for (int i = 1; i < count; i++)
            {
                Exp(steps.Row(i), e.Row(first + i), e.Row(first + i - 1), width);
            }

            Rows16(result.Row(first) + j, result.Stride, count, left.Row(0), steps.Row(0), turned.Row(0), width, l.Columns, begins - Vector512.Create(first));
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

    // Sixteen rows in sixteen registers. y holds r_j of the columns that exist so far, as the row sees it: a column enters at its first row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows16(float* c, long cStride, int rows, float* l, float* steps, float* turned, long width, int depth, Vector512<int> begins)
    {
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        Vector512<float> c8 = default, c9 = default, c10 = default, c11 = default, c12 = default, c13 = default, c14 = default, c15 = default;
        Vector512<float>* enters = stackalloc Vector512<float>[16];
        for (int i = 0; i < 16; i++)
        {
            enters[i] = Vector512.Equals(begins, Vector512.Create(i)).AsSingle();
        }

        for (long d = 0; d < depth; d++, turned += 16)
        {
            Vector512<float> r = Vector512.Load(turned), y = r & enters[0];
            float* a = l + d, s = steps + d;
            c0 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*a), c0);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[width]), r & enters[1]);
            c1 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[width]), c1);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[2 * width]), r & enters[2]);
            c2 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[2 * width]), c2);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[3 * width]), r & enters[3]);
            c3 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[3 * width]), c3);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[4 * width]), r & enters[4]);
            c4 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[4 * width]), c4);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[5 * width]), r & enters[5]);
            c5 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[5 * width]), c5);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[6 * width]), r & enters[6]);
            c6 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[6 * width]), c6);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[7 * width]), r & enters[7]);
            c7 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[7 * width]), c7);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[8 * width]), r & enters[8]);
            c8 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[8 * width]), c8);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[9 * width]), r & enters[9]);
            c9 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[9 * width]), c9);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[10 * width]), r & enters[10]);
            c10 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[10 * width]), c10);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[11 * width]), r & enters[11]);
            c11 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[11 * width]), c11);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[12 * width]), r & enters[12]);
            c12 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[12 * width]), c12);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[13 * width]), r & enters[13]);
            c13 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[13 * width]), c13);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[14 * width]), r & enters[14]);
            c14 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[14 * width]), c14);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(s[15 * width]), r & enters[15]);
            c15 = Vector512.FusedMultiplyAdd(y, Vector512.Create(a[15 * width]), c15);
        }

        Vector512<float>* sums = stackalloc Vector512<float>[16] { c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15 };
        for (int i = 0; i < rows; i++)
        {
            sums[i].Store(c + (i * cStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scaled(float* result, float* x, float* later, float* earlier, int width)
    {
        for (int d = 0; d < width; d += 16)
        {
            (LaneMath.Exp(Vector512.Load(later + d) - Vector512.Load(earlier + d)) * Vector512.Load(x + d)).Store(result + d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exp(float* result, float* later, float* earlier, int width)
    {
        for (int d = 0; d < width; d += 16)
        {
            LaneMath.Exp(Vector512.Load(later + d) - Vector512.Load(earlier + d)).Store(result + d);
        }
    }
}
