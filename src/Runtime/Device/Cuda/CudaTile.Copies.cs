using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Copies between memories and number formats: what has rows of 16 bytes goes by <see cref="Move"/>, the rest number by number.</content>
public readonly partial struct CudaTile
{
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
        else if (IsLong(result, x))
        {
            Move<Later>(result.Folded, x.Folded, result.Folded.Rows, int.MaxValue, result.Folded.Pieces, 16, 16);
        }
        else if (result.Element == x.Element & InPieces(result, x))
        {
            Move<Later>(result, x, result.Rows, x.LastFar, result.Pieces, 16, 16);
        }
        else if (IsWider(result, x))
        {
            Move<Wider>(result, x, result.Rows, x.LastFar, (result.Pieces + 1) >> 1, 32, 16);
        }
        else
        {
            OneByOne(result, x, Into.Set);
        }
    }

    /// <inheritdoc/>
    public static void FetchColumn(CudaTile result, CudaTile x, int which)
    {
        if (result.IsColumnOf(x))
        {
            FetchVector(result, x, which & (Warps - 1));
        }
        else
        {
            Fetch(result, x);
        }
    }

    /// <inheritdoc/>
    /// <remarks>A row arrives at the end of the room that its numbers then take: as many copies are on their way as there are tiles, and nobody waits for one after the other.</remarks>
    public static void FetchNarrow(CudaTile result, CudaTile x)
    {
        if (IsWider(result, x))
        {
            CudaTile narrow = result.Narrow;
            Move<Later>(narrow, x, narrow.Rows, x.LastFar, narrow.Pieces, 16, 16);
        }
        else
        {
            Fetch(result, x);
        }
    }

    /// <inheritdoc/>
    public static void Widen(CudaTile result, CudaTile x)
    {
        if (!IsWider(result, x))
        {
            return;
        }

        // A thread takes what it fetched, and nobody writes to a row before all of it is taken: a warp has whole rows.
        Ptx.WaitForCopies();
        CudaTile narrow = result.Narrow;
        int share = Bits(narrow.Pieces - 1), step = Threads >> share, piece = Group.IdxX & ((1 << share) - 1);
        for (int row = Group.IdxX >> share; row - (Group.IdxX >> share) < result.Rows; row += step)
        {
            Ptx.Widen(result.Near(row, piece << 3), narrow.NearFactor(row, piece << 3), row < result.Rows & piece < narrow.Pieces ? 1 : 0, ((piece >> 2) & 1) << 4);
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
    public static void FetchedFirst() => Ptx.FirstCopies();

    /// <inheritdoc/>
    public static void ArriveFirst()
    {
        Ptx.WaitForFirstCopies();
        Ptx.StripsAwait();
        Synchronize();
    }

    /// <inheritdoc/>
    public static void Arrive()
    {
        Ptx.WaitForCopies();
        Ptx.StripsAwait();
        Synchronize();
    }

    /// <inheritdoc/>
    /// <remarks>A request takes a thread some time whatever its length: each tile, or part of one, is asked for at once, by a thread of a warp of its own.</remarks>
    public static void Expect(CudaTile x, int part, int parts, int which)
    {
        int bytes = x.Rows * x.stride, each = ((bytes + parts - 1) / parts + 15) & ~15, begin = part * each;
        if (Group.IdxX == ((which & (Warps - 1)) << 5) && begin < bytes)
        {
            Ptx.Expect(x.address + begin, Math.Min(each, bytes - begin));
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

    /// <summary>
    /// True of a row that is longer than any other tile's: an inverse (<see cref="InvertUnitLower"/>), which is copied as it stands between scratch and where passes leave things, which
    /// is no tensor. Both begin where sixteen bytes do, whichever room it is: no more is asked, so that the answer is known when a kernel is compiled.
    /// </summary>
    private static bool IsLong(CudaTile scratch, CudaTile far) => scratch.Rows == 1 & scratch.Columns > MaxColumns & !far.IsTensor;

    /// <summary>The memory of such a row, as rows of 16 columns each.</summary>
    private CudaTile Folded => new(address, 16 << 2, (Columns + 15) >> 4, 16, place, Element);

    /// <summary>Pieces of 16 bytes a row.</summary>
    private int Pieces => ((Columns << Shift) + 15) >> 4;

    /// <summary>The last row of a tile of the device's memory; the workspace has all that are asked for.</summary>
    private int LastFar => IsTensor ? Rows - 1 : int.MaxValue;

    /// <summary>True for a column of scratch whose numbers stand in the device's memory, a number a row.</summary>
    private bool IsColumnOf(CudaTile far) => Columns == 1 & IsExact & !far.IsScratch;

    /// <summary>True if a tile of scratch and one of the device's memory, of as many columns, have rows that may be read and written 16 bytes at a time.</summary>
    private static bool InPieces(CudaTile scratch, CudaTile far) =>
        scratch.IsWhole & (!far.IsTensor | (scratch.Columns & 7) == 0) & far.IsAligned;

    /// <summary>True if rows of bfloat16 become single precision, by pieces of 16 bytes.</summary>
    private static bool IsWider(CudaTile result, CudaTile x) => result.IsExact & x.Element == CudaElement.BFloat16 & InPieces(result, x);

    /// <summary>The end of the rows of an exact tile, as long as the tile's numbers are in half the bits.</summary>
    private CudaTile Narrow => new(address + stride - (((Columns + 15) & ~15) << 1), stride, Rows, Columns, Scratch, CudaElement.BFloat16);

    /// <summary>Copies scratch to the device's memory.</summary>
    private static void Leave(CudaTile result, CudaTile x)
    {
        if (x.IsColumnOf(result))
        {
            LeaveVector(result, x);
        }
        else if (IsLong(x, result))
        {
            Move<Same>(result.Folded, x.Folded, x.Folded.Rows, int.MaxValue, x.Folded.Pieces, 16, 16);
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
