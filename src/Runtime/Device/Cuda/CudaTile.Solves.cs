using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Unit lower triangular systems.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    public static void SolveUnitLower(CudaTile result, CudaTile l, CudaTile x) => Solve(result, l, x, transposed: false);

    /// <inheritdoc/>
    public static void SolveUnitLowerTransposed(CudaTile result, CudaTile l, CudaTile x) => Solve(result, l, x, transposed: true);

    /// <inheritdoc/>
    public static void DecayedSolve(CudaTile result, CudaTile l, CudaTile x, CudaTile g) => SubstituteDecayed(result, l, x, g, transposed: 0);

    /// <inheritdoc/>
    public static void DecayedSolveTransposed(CudaTile result, CudaTile l, CudaTile x, CudaTile g) => SubstituteDecayed(result, l, x, g, transposed: 1);

    /// <summary>
    /// Solves by an inverse that stands in the workspace only so long. Row by row that of just less than <see cref="ShortRows"/> rows fills it, which kernels have that ask for this: columns decay by
    /// themselves where a system is not inverted in an earlier pass.
    /// </summary>
    private static void Solve(CudaTile result, CudaTile l, CudaTile x, bool transposed)
    {
        var inverse = new CudaTile(Inverse(l.Rows), 0, 1, l.Rows * l.Rows, Scratch, CudaElement.Float32);

        // Others may still use the workspace.
        Synchronize();
        InvertUnitLower(inverse, l);
        Synchronize();
        SolveByInverse(result, inverse, x, transposed);
    }

    /// <summary>Solves by substitution where pair (i, j) of l decays by exp(g_i - g_j) in every column, among exact tiles.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SubstituteDecayed(CudaTile result, CudaTile l, CudaTile x, CudaTile g, int transposed)
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
                    sum -= l.At(i, j) * CudaQuad.Exp(g.At(i, v) - g.At(j, v)) * result.At(other, v);
                }

                result.Put(own, v, sum, Into.Set);
            }
        }
    }
}
