using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <content>Copies. With sums and norms of rows the only operations that touch the caller's tensors, so they end where a row ends.</content>
public readonly unsafe partial struct HostTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Clear(HostTile result)
    {
        int whole = result.Columns & ~15;
        for (int i = 0; i < result.Rows; i++)
        {
            float* to = result.Row(i);
            for (int j = 0; j < whole; j += 16)
            {
                Vector512<float>.Zero.Store(to + j);
            }

            for (int j = whole; j < result.Columns; j++)
            {
                to[j] = 0;
            }
        }
    }

    /// <inheritdoc/>
    public static void Identity(HostTile result, int column)
    {
        Clear(result);
        for (int j = 0; j < result.Columns && column + j < result.Rows; j++)
        {
            result.Row(column + j)[j] = 1;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(HostTile result, HostTile x, Into into)
    {
        int whole = result.Columns & ~15;
        HostTile far = x.IsApart ? x : result;
        if (far.IsApart && whole > 0 && result.Rows > 1)
        {
            if (into == Into.Set && result.IsApart && result.IsWholeLines)
            {
                CopyPast(result, x);
                return;
            }

            Ahead.Own.Expect(far.data, far.stride, result.Rows, whole);
        }

        for (int i = 0; i < result.Rows; i++)
        {
            float* to = result.Row(i), from = x.Row(i);
            int j = 0;
            for (; into == Into.Set && j + 64 <= whole; j += 64)
            {
                Vector512<float> x0 = Vector512.Load(from + j), x1 = Vector512.Load(from + j + 16);
                Vector512<float> x2 = Vector512.Load(from + j + 32), x3 = Vector512.Load(from + j + 48);
                x0.Store(to + j);
                x1.Store(to + j + 16);
                x2.Store(to + j + 32);
                x3.Store(to + j + 48);
            }

            for (; j < whole; j += 16)
            {
                Put(to + j, Vector512.Load(from + j), into);
            }

            for (j = whole; j < result.Columns; j++)
            {
                Put(ref to[j], from[j], into);
            }
        }
    }

    /// <summary>
    /// To rows of the caller, past the caches: the kernel will not read them again, and their lines need not come from memory before they are
    /// overwritten. Whoever hands the tensor on puts a fence between (<see cref="HostEngine"/>).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyPast(HostTile result, HostTile x)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            float* to = result.Row(i), from = x.Row(i);
            for (int j = 0; j < result.Columns; j += 16)
            {
                Vector512.Load(from + j).StoreAlignedNonTemporal(to + j);
            }
        }
    }

    /// <summary>True if rows stand further apart than those of scratch: one head's among several of the caller.</summary>
    private bool IsApart => stride > Pitch(Columns);

    /// <summary>True if rows end where a register does, so that they may be read and written by whole registers whosesoever they are.</summary>
    private bool HasWholeRegisters => Columns % HostLanes.Count == 0;

    /// <summary>True if every row begins and ends where a line of the cache does.</summary>
    private bool IsWholeLines => ((nint)data & 63) == 0 && stride % Ahead.Line == 0 && Columns % Ahead.Line == 0;

    /// <inheritdoc/>
    public static void Fetch(HostTile result, HostTile x)
    {
        int there = Math.Min(x.Rows, result.Rows);
        Copy(result.Block(0, there, 0, result.Columns), x, Into.Set);
        Clear(result.Block(there, result.Rows - there, 0, result.Columns));
    }

    /// <inheritdoc/>
    public static void FetchNarrow(HostTile result, HostTile x) => Fetch(result, x);

    /// <inheritdoc/>
    public static void Widen(HostTile result, HostTile x)
    {
    }

    /// <inheritdoc/>
    public static int Height(int tokens, int chunk) => tokens;

    /// <inheritdoc/>
    public static void Trim(HostTile x, int row)
    {
    }

    /// <inheritdoc/>
    public static void FetchedFirst()
    {
    }

    /// <inheritdoc/>
    public static void ArriveFirst()
    {
    }

    /// <inheritdoc/>
    public static void Arrive()
    {
    }

    /// <inheritdoc/>
    public static void Expect(HostTile x, int part, int parts, int which)
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(HostTile result, HostTile x, Into into)
    {
        int rows = result.Rows & ~15, columns = result.Columns & ~15;
        for (int i = 0; i < rows; i += 16)
        {
            for (int j = 0; j < columns; j += 16)
            {
                SquareTranspose.Run(result.Row(i) + j, result.stride, x.Row(j) + i, x.stride, into);
            }
        }

        TransposeScalar(result, x, 0, rows, columns, result.Columns, into);
        TransposeScalar(result, x, rows, result.Rows, 0, result.Columns, into);
    }

    private static void TransposeScalar(HostTile result, HostTile x, int firstRow, int endRow, int firstColumn, int endColumn, Into into)
    {
        for (int i = firstRow; i < endRow; i++)
        {
            for (int j = firstColumn; j < endColumn; j++)
            {
                Put(ref result.Row(i)[j], x.Row(j)[i], into);
            }
        }
    }
}
