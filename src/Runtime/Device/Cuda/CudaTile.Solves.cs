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
            UnevenSolve(result, l, x, 0);
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
            UnevenSolve(result, l, x, 1);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedSolve(CudaTile result, CudaTile l, CudaTile x, CudaTile g)
    {
        for (int v = Group.IdxX; v < x.Columns; v += Threads)
        {
            for (int i = 0; i < x.Rows; i++)
            {
                float sum = x.At(i, v), own = g.At(i, v);
                for (int j = 0; j < i; j++)
                {
                    sum -= l.At(i, j) * CudaQuad.Exp(own - g.At(j, v)) * result.At(j, v);
                }

                result.Put(i, v, sum, Into.Set);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedSolveTransposed(CudaTile result, CudaTile l, CudaTile x, CudaTile g)
    {
        for (int v = Group.IdxX; v < x.Columns; v += Threads)
        {
            for (int j = x.Rows - 1; j >= 0; j--)
            {
                float sum = x.At(j, v), own = g.At(j, v);
                for (int i = j + 1; i < x.Rows; i++)
                {
                    sum -= l.At(i, j) * CudaQuad.Exp(g.At(i, v) - own) * result.At(i, v);
                }

                result.Put(j, v, sum, Into.Set);
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
