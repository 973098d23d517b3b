namespace AttentionDsl.Runtime;

/// <content>
/// Vectors: tiles of one column, or of one row, with a number for each row of a chunk, and single numbers. The first warp alone works on them, in every
/// operation that has nothing but vectors: between two of these the warps need not wait for each other (<see cref="SynchronizeVectors"/>).
/// </content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    public static void SynchronizeVectors() => Ptx.Together();

    private int Numbers => Rows * Columns;

    /// <summary>True for an exact vector of scratch.</summary>
    private bool IsVector => IsExact & (Rows == 1 | Columns == 1) & Numbers <= 64;

    /// <summary>The address of a number of a vector.</summary>
    private uint NearNumber(int i) => Columns == 1 ? Near(i, 0) : Near(0, i);

    /// <summary>True if a vector has a number for this lane, which has every 32nd.</summary>
    private bool HasNumber(int i) => (Numbers & 31) == 0 | i < Numbers;

    /// <summary>
    /// Begins to copy a column of the device's memory to scratch. Of several columns that are fetched each has a warp of its own, so that none waits for another:
    /// what is not single precision there cannot be copied later. What can be is copied without a branch.
    /// </summary>
    private static void FetchVector(CudaTile result, CudaTile x)
    {
        uint place = (uint)result.address >> 4;
        FetchVector(result, x, (int)((place ^ (place >> 5)) & (Warps - 1)));
    }

    private static void FetchVector(CudaTile result, CudaTile x, int warp)
    {
        if (x.Element == CudaElement.Float32 & result.Numbers <= 64)
        {
            // More than none are left for one warp alone.
            FetchNumber(result, x, 1 - (Warp ^ warp), Lane);
            if (result.Numbers > 32)
            {
                FetchNumber(result, x, 1 - (Warp ^ warp), Lane + 32);
            }
        }
        else if (Warp == warp)
        {
            for (int turn = 0; turn < result.Numbers; turn += 32)
            {
                int i = turn + Lane;
                if (result.HasNumber(i))
                {
                    Ptx.Store(result.Near(i, 0), Ptx.LoadAny(x.Far(i, 0), (int)x.Element, i, x.Rows));
                }
            }
        }
    }

    private static void FetchNumber(CudaTile result, CudaTile x, int left, int i) =>
        Ptx.BringNumber(result.Near(i, 0), x.Far(i, 0), left, i, (result.Numbers & 31) == 0 ? int.MaxValue : result.Numbers - 1, x.LastFar);

    /// <summary>A column of the device's memory to scratch.</summary>
    private static void CopyVector(CudaTile result, CudaTile x)
    {
        if (Warp == 0)
        {
            for (int turn = 0; turn < result.Numbers; turn += 32)
            {
                int i = turn + Lane;
                if (result.HasNumber(i))
                {
                    Ptx.Store(result.Near(i, 0), Ptx.LoadAny(x.Far(i, 0), (int)x.Element, i, x.Rows));
                }
            }
        }
    }

    /// <summary>A column of scratch to the device's memory.</summary>
    private static void LeaveVector(CudaTile result, CudaTile x)
    {
        if (Warp == 0)
        {
            for (int turn = 0; turn < x.Numbers; turn += 32)
            {
                int i = turn + Lane;
                if (x.HasNumber(i))
                {
                    Ptx.StoreAny(result.Far(i, 0), (int)result.Element, i, result.Rows, Ptx.Load(x.Near(i, 0)));
                }
            }
        }
    }

    /// <summary>Both scratch, columns or rows.</summary>
    private static void JoinVector(CudaTile result, CudaTile x, Into into)
    {
        if (Warp == 0)
        {
            for (int turn = 0; turn < result.Numbers; turn += 32)
            {
                int i = turn + Lane;
                if (result.HasNumber(i))
                {
                    uint at = result.NearNumber(i);
                    float value = Ptx.Load(x.NearNumber(i));
                    Ptx.Store(at, into == Into.Set ? value : into == Into.Add ? Ptx.Load(at) + value : Ptx.Load(at) - value);
                }
            }
        }
    }
}
