using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Copies between memories and number formats: what has rows of 16 bytes goes by <see cref="Move"/>, the rest number by number.</content>
public readonly partial struct CudaTile
{
    // What the device's memory hands over at a time.
    private const int LineBytes = 128;

    /// <inheritdoc/>
    public static void Clear(CudaTile result)
    {
        if (result.IsStrip)
        {
            StripClear(result);
        }
        else if (result.IsWhole)
        {
            Move<Nothing>(result, result, result.Rows, 0, result.Pieces, 16, 16);
        }
        else
        {
            ClearFrom(result, 0);
        }
    }

    /// <inheritdoc/>
    public static void Fetch(CudaTile result, CudaTile x)
    {
        if (result.IsStrip)
        {
            StripCopy(result, x, Into.Set);
        }
        else if (result.IsColumnOf(x))
        {
            FetchVector(result, x);
        }
        else if (result.Element == x.Element & InPieces(result, x))
        {
            Move<Later>(result, x, result.Rows, x.LastFar, result.Pieces, 16, 16);
        }
        else if (result.IsExact & x.Element == CudaElement.BFloat16 & InPieces(result, x))
        {
            Move<Wider>(result, x, result.Rows, x.LastFar, (result.Pieces + 1) >> 1, 32, 16);
        }
        else
        {
            OneByOne(result, x, Into.Set);
        }
    }

    /// <inheritdoc/>
    public static int Height(int tokens, int chunk) => chunk;

    /// <inheritdoc/>
    public static void Trim(CudaTile x, int row)
    {
        if (row < x.Rows)
        {
            Synchronize();
            ClearFrom(x, row);
            Synchronize();
        }
    }

    /// <inheritdoc/>
    public static void Arrive()
    {
        Ptx.WaitForCopies();
        Ptx.StripsAwait();
        Synchronize();
    }

    /// <inheritdoc/>
    public static void Expect(CudaTile x)
    {
        int lines = ((x.Columns << x.Shift) + LineBytes - 1) / LineBytes;
        for (int at = Group.IdxX; at < x.Rows * lines; at += Threads)
        {
            int row = (int)((uint)at / (uint)lines);
            Ptx.Expect(x.Far(Math.Min(row, x.LastFar), 0) + ((at - (row * lines)) * LineBytes));
        }
    }

    /// <inheritdoc/>
    public static void Copy(CudaTile result, CudaTile x, Into into)
    {
        if (result.IsStrip | x.IsStrip)
        {
            StripCopy(result, x, into);
        }
        else if (into == Into.Set & result.IsColumnOf(x))
        {
            CopyVector(result, x);
        }
        else if (into == Into.Set & !x.IsScratch)
        {
            Fetch(result, x);
            Ptx.WaitForCopies();
        }
        else if (into == Into.Set & !result.IsScratch)
        {
            Leave(result, x);
        }
        else if (into == Into.Set & result.IsFactor & x.IsExact & result.IsWhole & x.IsWhole)
        {
            Move<NarrowerNear>(result, x, result.Rows, 0, result.Pieces, 16, 32);
        }
        else if (result.IsVector & x.IsVector)
        {
            JoinVector(result, x, into);
        }
        else
        {
            OneByOne(result, x, into);
        }
    }

    /// <inheritdoc/>
    public static void Transpose(CudaTile result, CudaTile x, Into into)
    {
        if (result.IsStrip | x.IsStrip)
        {
            StripTranspose(result, x);
        }
        else if (result.IsVector & x.IsVector)
        {
            JoinVector(result, x, into);
        }
        else
        {
            TransposeAny(result, x, into);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TransposeAny(CudaTile result, CudaTile x, Into into)
    {
        for (int at = Group.IdxX; at < result.Rows * result.Columns; at += Threads)
        {
            int i = Ptx.Quotient(at, result.Columns), j = at - (i * result.Columns);
            result.Put(i, j, x.At(j, i), into);
        }
    }

    /// <summary>Pieces of 16 bytes a row.</summary>
    private int Pieces => ((Columns << Shift) + 15) >> 4;

    /// <summary>The last row of a tile of the device's memory; the workspace has all that are asked for.</summary>
    private int LastFar => IsTensor ? Rows - 1 : int.MaxValue;

    /// <summary>True for a column of scratch whose numbers stand in the device's memory, a number a row.</summary>
    private bool IsColumnOf(CudaTile far) => Columns == 1 & IsExact & !far.IsScratch;

    /// <summary>True if a tile of scratch and one of the device's memory, of as many columns, have rows that may be read and written 16 bytes at a time.</summary>
    private static bool InPieces(CudaTile scratch, CudaTile far) =>
        scratch.IsWhole & (!far.IsTensor | ((scratch.Columns & 7) | (((int)far.address | far.stride) & 15)) == 0);

    /// <summary>Copies scratch to the device's memory.</summary>
    private static void Leave(CudaTile result, CudaTile x)
    {
        if (x.IsColumnOf(result))
        {
            LeaveVector(result, x);
        }
        else if (result.Element == x.Element & InPieces(x, result))
        {
            Move<Same>(result, x, x.Rows, result.LastFar, x.Pieces, 16, 16);
        }
        else if (x.IsExact & result.Element == CudaElement.BFloat16 & InPieces(x, result))
        {
            Move<Narrower>(result, x, x.Rows, result.LastFar, (x.Pieces + 1) >> 1, 16, 32);
        }
        else
        {
            OneByOne(result, x, Into.Set);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OneByOne(CudaTile result, CudaTile x, Into into)
    {
        int rows = result.IsTensor ? Math.Min(x.Rows, result.Rows) : result.Rows;
        for (int at = Group.IdxX; at < rows * result.Columns; at += Threads)
        {
            int i = Ptx.Quotient(at, result.Columns), j = at - (i * result.Columns);
            result.Put(i, j, i < x.Rows ? x.At(i, j) : 0f, into);
        }
    }

    /// <summary>Rows from one on become zeros.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ClearFrom(CudaTile result, int row)
    {
        for (int at = Group.IdxX; at < (result.Rows - row) * result.Columns; at += Threads)
        {
            int i = Ptx.Quotient(at, result.Columns);
            result.Put(row + i, at - (i * result.Columns), 0f, Into.Set);
        }
    }
}
