using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Unit lower triangular systems.</content>
public readonly partial struct CudaTile
{
    private const int Side = 16;

    /// <inheritdoc/>
    public static void SolveUnitLower(CudaTile result, CudaTile l, CudaTile x)
    {
        if (IsShort(l, x, result))
        {
            SolveShort(result, l, x, transposed: false);
        }
        else
        {
            Substitute(result, l, x, x, transposed: 0, decays: 0);
        }
    }

    /// <inheritdoc/>
    public static void SolveUnitLowerTransposed(CudaTile result, CudaTile l, CudaTile x)
    {
        if (IsShort(l, x, result))
        {
            SolveShort(result, l, x, transposed: true);
        }
        else
        {
            Substitute(result, l, x, x, transposed: 1, decays: 0);
        }
    }

    /// <inheritdoc/>
    public static void SolveUnitLowers(CudaTile first, CudaTile second, CudaTile l, CudaTile x, CudaTile y)
    {
        if (IsShort(l, x, first) && IsShort(l, y, second))
        {
            SolvePair(first, second, l, x, y, transposed: false);
        }
        else
        {
            SolveUnitLower(first, l, x);
            SolveUnitLower(second, l, y);
        }
    }

    /// <inheritdoc/>
    public static void SolveUnitLowersTransposed(CudaTile first, CudaTile second, CudaTile l, CudaTile x, CudaTile y)
    {
        if (IsShort(l, x, first) && IsShort(l, y, second))
        {
            SolvePair(first, second, l, x, y, transposed: true);
        }
        else
        {
            SolveUnitLowerTransposed(first, l, x);
            SolveUnitLowerTransposed(second, l, y);
        }
    }

    /// <inheritdoc/>
    public static void DecayedSolve(CudaTile result, CudaTile l, CudaTile x, CudaTile g) => Substitute(result, l, x, g, transposed: 0, decays: 1);

    /// <inheritdoc/>
    public static void DecayedSolveTransposed(CudaTile result, CudaTile l, CudaTile x, CudaTile g) => Substitute(result, l, x, g, transposed: 1, decays: 1);

    /// <summary>
    /// Solves (I + l) result = x, or its transpose, by substitution; a thread has a column, and pair (i, j) of l decays by exp(g_i - g_j) in it where pairs
    /// decay. Every kernel with a system carries this code, since the compiler does not see that it is not reached: so it is short.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Substitute(CudaTile result, CudaTile l, CudaTile x, CudaTile g, int transposed, int decays)
    {
        for (int v = Group.IdxX; v < x.Columns; v += Threads)
        {
            for (int step = 0; step < x.Rows; step++)
            {
                int own = transposed == 0 ? step : x.Rows - 1 - step;
                float sum = x.At(own, v);
                for (int before = 0; before < step; before++)
                {
                    int other = transposed == 0 ? before : x.Rows - 1 - before, i = transposed == 0 ? own : other, j = transposed == 0 ? other : own;
                    float pair = l.At(i, j);
                    if (decays != 0)
                    {
                        pair *= CudaQuad.Exp(g.At(i, v) - g.At(j, v));
                    }

                    sum -= pair * result.At(other, v);
                }

                result.Put(own, v, sum, Into.Set);
            }
        }
    }

    /// <summary>The product of a block of sums and 16 vectors.</summary>
    private static Block16 Times(Block16 a, in Fragment b)
    {
        Fragment left = Fragment.Of<Keeping>(new(a.Near.X, a.Near.Y), new(a.Near.Z, a.Near.W), new(a.Far.X, a.Far.Y), new(a.Far.Z, a.Far.W));
        Block16 sum = default;
        sum.Near = Keeping.Near(CudaQuad.All(0), left, b);
        sum.Far = Keeping.Far(CudaQuad.All(0), left, b);
        return sum;
    }
}
