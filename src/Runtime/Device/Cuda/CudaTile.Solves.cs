using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Unit lower triangular systems.</content>
public readonly partial struct CudaTile
{
    private const int Side = 16;

    /// <inheritdoc/>
    public static void SolveUnitLower(CudaTile result, CudaTile l, CudaTile x) => Solve(result, l, x, default, transposed: false);

    /// <inheritdoc/>
    public static void SolveUnitLowerTransposed(CudaTile result, CudaTile l, CudaTile x) => Solve(result, l, x, default, transposed: true);

    /// <inheritdoc/>
    public static void SolveUnitLowerScaled(CudaTile result, CudaTile l, CudaTile x, CudaTile s) => Solve(result, l, x, s, transposed: false);

    /// <inheritdoc/>
    public static void SolveUnitLowers(CudaTile first, CudaTile second, CudaTile l, CudaTile x, CudaTile y) => SolveBoth(first, second, l, x, default, y, default, transposed: false);

    /// <inheritdoc/>
    public static void SolveUnitLowersTransposed(CudaTile first, CudaTile second, CudaTile l, CudaTile x, CudaTile y) => SolveBoth(first, second, l, x, default, y, default, transposed: true);

    /// <inheritdoc/>
    public static void SolveUnitLowersScaled(CudaTile first, CudaTile second, CudaTile l, CudaTile x, CudaTile s, CudaTile y, CudaTile t) =>
        SolveBoth(first, second, l, x, s, y, t, transposed: false);

    /// <inheritdoc/>
    public static void DecayedSolve(CudaTile result, CudaTile l, CudaTile x, CudaTile g) => SubstituteDecayed(result, l, x, g, transposed: 0);

    /// <inheritdoc/>
    public static void DecayedSolveTransposed(CudaTile result, CudaTile l, CudaTile x, CudaTile g) => SubstituteDecayed(result, l, x, g, transposed: 1);

    /// <summary>Solves (I + l) result = y, or its transpose; y_ij is s_i x_ij, or x_ij where s is no tile. x and result may be factors. A strip is solved for from any x of scratch, or from a strip.</summary>
    private static void Solve(CudaTile result, CudaTile l, CudaTile x, CudaTile s, bool transposed)
    {
        if (IsShort(l))
        {
            SolveShort(result, l, x, s, transposed);
        }
        else
        {
            SubstituteAny(result, l, x, s, transposed);
        }
    }

    private static void SolveBoth(CudaTile first, CudaTile second, CudaTile l, CudaTile x, CudaTile s, CudaTile y, CudaTile t, bool transposed)
    {
        if (IsShort(l))
        {
            SolvePair(first, second, l, x, s, y, t, transposed);
        }
        else
        {
            SubstituteAny(first, l, x, s, transposed);
            SubstituteAny(second, l, y, t, transposed);
        }
    }

    private static void SubstituteAny(CudaTile result, CudaTile l, CudaTile x, CudaTile s, bool transposed)
    {
        if (result.IsStrip)
        {
            StripSubstitute(result, l, x, s, transposed);
        }
        else
        {
            Substitute(result, l, x, s, transposed ? 1 : 0);
        }
    }

    /// <summary>A warp's columns of a strip, by the inverse.</summary>
    private static void StripSolve(CudaTile result, CudaTile x, CudaTile s, bool transposed)
    {
        if (!result.IsElsewhere)
        {
            StripSolve(result, x, s, Inverse(result.Rows), transposed);
        }
    }

    private static void StripSolve(CudaTile result, CudaTile x, CudaTile s, uint inverse, bool transposed) =>
        Ptx.StripSolve(
            result.Rows, result.stride, result.Exactly, x.FirstRegister, x.Exactly, x.IsStrip ? 0 : x.StripFactor, x.RowBytes, s.Rows, s.StripScale, s.stride,
            transposed ? 1 : 0, inverse + (transposed ? Along : AsVectors));

    /// <summary>The same by substitution: of a row that is solved for the lanes of its columns tell each other.</summary>
    private static void StripSubstitute(CudaTile result, CudaTile l, CudaTile x, CudaTile s, bool transposed)
    {
        int row = (Lane & 3) << 1;
        if (!result.IsElsewhere)
        {
            Ptx.StripSubstitute(
                result.Rows, result.stride, result.Exactly, x.FirstRegister, x.Exactly, x.IsStrip ? 0 : x.StripFactor, x.RowBytes, s.Rows, s.StripScale, s.stride,
                transposed ? 1 : 0, transposed ? l.Near(0, row) : l.Near(row, 0), l.stride, (uint)row);
        }
    }

    /// <summary>Where the number of this thread's first row of a strip stands in a column, if it is a tile.</summary>
    private uint StripScale => Near((Lane & 3) << 1, 0);

    /// <summary>
    /// <see cref="Solve"/> by substitution; a thread solves its column in the workspace, for result may be a factor, and what is solved must not be rounded before it is used.
    /// Every kernel with a system carries this code, since the compiler does not see that it is not reached: so it is short.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Substitute(CudaTile result, CudaTile l, CudaTile x, CudaTile s, int transposed)
    {
        // Others may still use the workspace.
        Synchronize();
        int most = Math.Min(WorkspaceBytes / 8 / x.Rows, Threads);
        uint own = Workspace(WorkspaceBytes / 2) + (uint)((Group.IdxX * x.Rows) << 2);
        for (int v = Group.IdxX; Group.IdxX < most & v < x.Columns; v += most)
        {
            for (int step = 0; step < x.Rows; step++)
            {
                int row = transposed == 0 ? step : x.Rows - 1 - step;
                float sum = (s.Rows == 0 ? 1f : s.At(row, 0)) * x.At(row, v);
                for (int before = 0; before < step; before++)
                {
                    int other = transposed == 0 ? before : x.Rows - 1 - before;
                    sum -= (transposed == 0 ? l.At(row, other) : l.At(other, row)) * Ptx.Load(own + (uint)(other << 2));
                }

                Ptx.Store(own + (uint)(row << 2), sum);
                result.Put(row, v, sum, Into.Set);
            }
        }
    }

    /// <summary>The same for systems of which pair (i, j) of l decays by exp(g_i - g_j) in every column, among exact tiles.</summary>
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
