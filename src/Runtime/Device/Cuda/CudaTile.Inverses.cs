using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Inverses of unit lower triangular matrices that one operation, or one pass, leaves to another. Of 16, 32 or 64 rows they stand in blocks, as <see cref="SolveUnitLower"/> has them in the
/// workspace, rows one after the other; any others stand row by row, in single precision.
/// </content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    /// <remarks>
    /// One that goes to the device's memory is made in the workspace, and each warp takes there what it made: others need not wait for it, if nobody else uses the workspace then. All wait
    /// at the beginning, as before everything that uses it. To scratch nobody waits.
    /// </remarks>
    public static void InvertUnitLower(CudaTile inverse, CudaTile l)
    {
        if (!IsShort(l.Rows))
        {
            InvertAny(inverse, l);
        }
        else if (inverse.IsScratch)
        {
            InvertTo((uint)inverse.address, l, 1);
        }
        else
        {
            Invert(l, 1);
            LeaveInverse(inverse.address, l.Rows);
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
            PutSolutions(result, x, default, (uint)inverse.address, transposed, inOrder: true);
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
            StripSolve(result, x, default, (uint)inverse.address, transposed);
        }
        else
        {
            int row = (Lane & 3) << 1, stride = result.Rows << 2;
            Ptx.StripSolveByRows(
                result.Rows, result.stride, result.Exactly, x.FirstRegister, x.Exactly, x.IsStrip ? 0 : x.StripFactor, x.RowBytes, transposed ? 1 : 0,
                (uint)inverse.address + (uint)(transposed ? row << 2 : row * stride), stride);
        }
    }

    /// <summary>Each warp takes what it made of an inverse from the workspace to the device's memory.</summary>
    private static void LeaveInverse(long to, int rows)
    {
        uint inverse = Inverse(rows);
        if (rows != ShortRows)
        {
            if (Warp == 0)
            {
                Ptx.Together();
                LeaveBlock(to, inverse, 0);
                if (rows > Side)
                {
                    LeaveBlock(to, inverse, 1);
                    LeaveBlock(to, inverse, 2);
                }
            }

            return;
        }

        if (Warp < 2)
        {
            LeaveBlock(to, inverse, 3 * Warp);
            LeaveBlock(to, inverse, (3 * Warp) + 1);
            LeaveBlock(to, inverse, (3 * Warp) + 2);
        }

        if (ColumnBelow is 0 or 1)
        {
            Ptx.Together();
            LeaveBlock(to, inverse, 6 + ColumnBelow);
            LeaveBlock(to, inverse, 8 + ColumnBelow);
        }
    }

    private static void LeaveBlock(long to, uint inverse, int block)
    {
        int at = (block * InverseBlock) + (Lane << 4);
        CudaQuad first = Ptx.Load4(inverse + (uint)at), second = Ptx.Load4(inverse + (uint)(at + LostAt));
        Ptx.StoreFar4(to + at, first.X, first.Y, first.Z, first.W);
        Ptx.StoreFar4(to + at + LostAt, second.X, second.Y, second.Z, second.W);
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
