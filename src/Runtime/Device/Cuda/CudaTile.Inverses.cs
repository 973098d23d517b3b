using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Inverses of unit lower triangular matrices, which one operation, or one pass, leaves to another. Of 16, 32 or 64 rows they stand in blocks (<see cref="InverseBytes"/>); any others stand row by
/// row, in single precision.
/// </content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    /// <remarks>
    /// One that goes to the device's memory is made in the workspace, too: all wait at the beginning, as before whatever uses it, and nobody else may use it before all have waited again.
    /// On the way to scratch nobody waits.
    /// </remarks>
    public static void InvertUnitLower(CudaTile inverse, CudaTile l)
    {
        if (!IsShort(l.Rows))
        {
            InvertAny(inverse, l);
        }
        else if (inverse.IsScratch)
        {
            InvertTo(new((uint)inverse.address), l);
        }
        else
        {
            // Others may still use the workspace.
            Synchronize();
            InvertTo(new(Inverse(l.Rows), inverse.address, left: true), l);
        }
    }

    /// <inheritdoc/>
    public static void SolveByInverse(CudaTile result, CudaTile inverse, CudaTile x) => SolveByInverse(result, inverse, x, transposed: false);

    /// <inheritdoc/>
    public static void SolveByInverseTransposed(CudaTile result, CudaTile inverse, CudaTile x) => SolveByInverse(result, inverse, x, transposed: true);

    private static void SolveByInverse(CudaTile result, CudaTile inverse, CudaTile x, bool transposed)
    {
        if (result.IsStrip)
        {
            if (!result.IsElsewhere)
            {
                SolveStripByInverse(result, inverse, x, transposed);
            }
        }
        else if (IsShort(result.Rows))
        {
            PutSolutions(result, x, (uint)inverse.address, transposed);
        }
        else
        {
            SolveByRows(result, inverse, x, transposed ? 1 : 0);
        }
    }

    private static void SolveStripByInverse(CudaTile result, CudaTile inverse, CudaTile x, bool transposed)
    {
        if (IsShort(result.Rows))
        {
            Ptx.StripSolve(
                result.Rows, result.stride, result.Exactly, x.FirstRegister, x.Exactly, x.IsStrip ? 0 : x.StripFactor, x.RowBytes, transposed ? 1 : 0,
                (uint)inverse.address + (transposed ? Along : AsVectors));
        }
        else
        {
            int row = (Lane & 3) << 1, stride = result.Rows << 2;
            Ptx.StripSolveByRows(
                result.Rows, result.stride, result.Exactly, x.FirstRegister, x.Exactly, x.IsStrip ? 0 : x.StripFactor, x.RowBytes, transposed ? 1 : 0,
                (uint)inverse.address + (uint)(transposed ? row << 2 : row * stride), stride);
        }
    }

    /// <summary>One warp inverts 32 rows, both blocks of its diagonal at once; others go on.</summary>
    private static void InvertTo(InversePlace inverse, CudaTile l)
    {
        if (l.Rows == ShortRows)
        {
            InvertFour((uint)l.address, inverse);
        }
        else if (Warp == 0)
        {
            if (l.Rows == Side)
            {
                InvertDiagonal((uint)l.address, Side + RowPadding, inverse, Lane & 15);
            }
            else
            {
                InvertTwo((uint)l.address, (2 * Side) + RowPadding, inverse);
            }
        }
    }

    /// <summary>An inverse row by row: a thread has a column of it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void InvertAny(CudaTile inverse, CudaTile l)
    {
        for (int v = Group.IdxX; v < l.Rows; v += Threads)
        {
            for (int i = 0; i < l.Rows; i++)
            {
                float sum = i == v ? 1f : 0f;
                for (int j = v; j < i; j++)
                {
                    sum -= l.At(i, j) * inverse.At(0, (j * l.Rows) + v);
                }

                inverse.Put(0, (i * l.Rows) + v, sum, Into.Set);
            }
        }
    }

    /// <summary>Such an inverse times a tile of scratch: a thread has columns of it, in an order in which no row is read after it is written.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SolveByRows(CudaTile result, CudaTile inverse, CudaTile x, int transposed)
    {
        for (int v = Group.IdxX; v < x.Columns; v += Threads)
        {
            for (int step = 0; step < x.Rows; step++)
            {
                int row = transposed == 0 ? x.Rows - 1 - step : step, end = transposed == 0 ? row + 1 : x.Rows;
                float sum = 0f;
                for (int other = transposed == 0 ? 0 : row; other < end; other++)
                {
                    sum += inverse.At(0, transposed == 0 ? (row * x.Rows) + other : (other * x.Rows) + row) * x.At(other, v);
                }

                result.Put(row, v, sum, Into.Set);
            }
        }
    }
}
