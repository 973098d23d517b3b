using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <summary>
/// Sums over the pairs (row i, column j) of a causal matrix with a decay w_ij = exp(e_i - g_j) for every channel.
/// </summary>
/// <remarks>
/// From a row to the next the decay of every column is multiplied by the same step exp(e_i - e_(i-1)) &lt;= 1, so a pair costs a
/// multiplication in place of an exponential: w_ij = start_j step_(f+1) ... step_i, where f is the first row that column j has and
/// start_j = exp(e_f - g_j). No exponent is positive, and nothing that a row reads comes from a later row.
/// </remarks>
internal readonly unsafe ref struct DecayedSums
{
    private readonly float* steps;
    private readonly float* starts;
    private readonly int rows;
    private readonly int columns;
    private readonly int updates;
    private readonly int delay;
    private readonly int width;

    /// <summary>Computes steps and starts.</summary>
    /// <param name="workspace">Memory of <see cref="Elements"/> numbers.</param>
    /// <param name="e">The decays of the rows.</param>
    /// <param name="g">The decays of the columns.</param>
    /// <param name="causal">Which pairs exist.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public DecayedSums(float* workspace, HostTile e, HostTile g, Causal causal)
    {
        rows = e.Rows;
        columns = g.Rows;
        updates = columns / rows;
        delay = causal == Causal.Inclusive ? 0 : 1;
        width = e.Width;
        steps = workspace;
        starts = workspace + ((long)rows * width);
        for (int i = 1; i < rows; i++)
        {
            Exp(steps + ((long)i * width), e.Row(i), e.Row(i - 1), width);
        }

        if (e.Row(0) == g.Row(0) && rows == columns && causal == Causal.Strict)
        {
            // One decay for both sides: a column begins with the step to the next row.
            starts = steps + width;
            return;
        }

        for (int j = 0; j < columns && First(j) < rows; j++)
        {
            Exp(starts + ((long)j * width), e.Row(First(j)), g.Row(j), width);
        }
    }

    /// <summary>Numbers of workspace that steps and starts take.</summary>
    public static long Elements(HostTile e, HostTile g) => (long)(e.Rows + g.Rows) * e.Width;

    /// <summary>sum_i = sum_j d_ij w_ij r_j, all rows of it.</summary>
    /// <param name="sum">rows x width numbers.</param>
    /// <param name="d">The pairs' weights; zeros, or anything finite, where there is no pair.</param>
    /// <param name="r">The columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void OverColumns(float* sum, HostTile d, HostTile r)
    {
        new Span<float>(sum, rows * width).Clear();
        for (int c = 0; c < width; c += 16)
        {
            for (int j = 0; j < columns && First(j) < rows; j += 4)
            {
                Columns4(sum + c, d, r, c, j);
            }
        }
    }

    /// <summary>sum_j = sum_i d_ij w_ij l_i, all columns of it.</summary>
    /// <param name="sum">columns x width numbers.</param>
    /// <param name="d">The pairs' weights; zeros, or anything finite, where there is no pair.</param>
    /// <param name="l">The rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void OverRows(float* sum, HostTile d, HostTile l)
    {
        new Span<float>(sum, columns * width).Clear();
        for (int c = 0; c < width; c += 16)
        {
            for (int j = 0; j < columns && First(j) < rows; j += 4)
            {
                Rows4(sum + c, d, l, c, j);
            }
        }
    }

    private int First(int column) => (column / updates) + delay;

    // Four columns carry their decayed r down the rows, each from its first row on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Columns4(float* sum, HostTile d, HostTile r, int c, int j)
    {
        int last = Math.Min(j + 3, columns - 1), activeFrom = First(last);
        int f1 = j + 1 <= last ? First(j + 1) : rows, f2 = j + 2 <= last ? First(j + 2) : rows, f3 = j + 3 <= last ? First(j + 3) : rows;
        Vector512<float> r0 = default, r1 = default, r2 = default, r3 = default;
        int j1 = Math.Min(j + 1, last), j2 = Math.Min(j + 2, last), j3 = last;
        for (int i = First(j); i < rows; i++)
        {
            Vector512<float> step = Vector512.Load(steps + ((long)i * width) + c);
            r0 *= step;
            r1 *= step;
            r2 *= step;
            r3 *= step;
            if (i <= activeFrom)
            {
                r0 = i == First(j) ? Started(r, c, j) : r0;
                r1 = i == f1 ? Started(r, c, j + 1) : i < f1 ? default : r1;
                r2 = i == f2 ? Started(r, c, j + 2) : i < f2 ? default : r2;
                r3 = i == f3 ? Started(r, c, j + 3) : i < f3 ? default : r3;
            }

            float* weights = d.Row(i), at = sum + ((long)i * width);
            Vector512<float> value = Vector512.FusedMultiplyAdd(r0, Vector512.Create(weights[j]), Vector512.Load(at));
            Vector512<float> other = r1 * Vector512.Create(weights[j1]);
            value = Vector512.FusedMultiplyAdd(r2, Vector512.Create(weights[j2]), value);
            other = Vector512.FusedMultiplyAdd(r3, Vector512.Create(weights[j3]), other);
            (value + other).Store(at);
        }
    }

    // The same from the last row up, as Horner's rule: what later rows gave decays with every row on the way to the column's first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rows4(float* sum, HostTile d, HostTile l, int c, int j)
    {
        int last = Math.Min(j + 3, columns - 1), activeFrom = First(last);
        int j1 = Math.Min(j + 1, last), j2 = Math.Min(j + 2, last), j3 = last;
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        Vector512<float> step = default;
        for (int i = rows - 1; i >= First(j); i--)
        {
            float* weights = d.Row(i);
            Vector512<float> x = Vector512.Load(l.Row(i) + c);
            s0 = Vector512.FusedMultiplyAdd(s0, step, x * Vector512.Create(weights[j]));
            s1 = Vector512.FusedMultiplyAdd(s1, step, x * Vector512.Create(weights[j1]));
            s2 = Vector512.FusedMultiplyAdd(s2, step, x * Vector512.Create(weights[j2]));
            s3 = Vector512.FusedMultiplyAdd(s3, step, x * Vector512.Create(weights[j3]));
            step = Vector512.Load(steps + ((long)i * width) + c);
            if (i <= activeFrom)
            {
                Finish(sum, s0, c, j, i);
                if (j + 1 <= last)
                {
                    Finish(sum, s1, c, j + 1, i);
                }

                if (j + 2 <= last)
                {
                    Finish(sum, s2, c, j + 2, i);
                }

                if (j + 3 <= last)
                {
                    Finish(sum, s3, c, j + 3, i);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Started(HostTile r, int c, int j) => Vector512.Load(r.Row(j) + c) * Vector512.Load(starts + ((long)j * width) + c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish(float* sum, Vector512<float> value, int c, int j, int i)
    {
        if (i == First(j))
        {
            (value * Vector512.Load(starts + ((long)j * width) + c)).Store(sum + ((long)j * width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exp(float* result, float* later, float* earlier, int width)
    {
        for (int c = 0; c < width; c += 16)
        {
            LaneMath.Exp(Vector512.Load(later + c) - Vector512.Load(earlier + c)).Store(result + c);
        }
    }
}
