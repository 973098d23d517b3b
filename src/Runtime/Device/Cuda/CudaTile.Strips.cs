using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Strips: tiles of which every warp has sixteen columns in registers (see <see cref="PtxStrip"/>). They are what a walk over a sequence takes from operation
/// to operation and from chunk to chunk; what all warps read stands in scratch.
/// </content>
public readonly partial struct CudaTile
{
    /// <summary>Columns of a strip.</summary>
    internal const int StripColumns = 16;

    /// <summary>Columns of the widest tile of strips: every warp has one of it.</summary>
    internal const int MostStripColumns = Warps * StripColumns;

    // Rooms: columns of a block, and the bytes of its rows, one after the other. Pieces of 16 bytes change places within a row, by the row's number: what the tensor cores
    // and loads of matrices ask for at a time is then in different banks.
    private const int RoomColumns = Padded.BlockColumns;
    private const int RoomRowBytes = 2 * RoomColumns;

    // Warps that multiply with one another where the tensor cores read rooms by themselves.
    private const int GroupOfWarps = 4;

    // Scratch of a warp in which rows get their order on their way to the device's memory.
    private const int RoomBytes = 512;

    /// <inheritdoc/>
    public CudaTile TakeStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) =>
        Padded.HoldsStrips(sizes, columns) ? TakeRegisters(ref strips, rows, columns, CudaElement.Float32) : Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public CudaTile TakeFactorStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) =>
        Padded.HoldsStrips(sizes, columns) ? TakeRegisters(ref strips, rows, columns, CudaElement.BFloat16) : TakeFactor(ref offset, rows, columns);

    /// <inheritdoc/>
    public CudaTile TakeFactorRooms(ref long offset, Sizes sizes, int rows, int columns)
    {
        if (!Padded.HoldsStrips(sizes))
        {
            return TakeFactor(ref offset, rows, columns);
        }

        int block = ((rows + 15) & ~15) * RoomRowBytes;
        var tile = new CudaTile(address + (offset << 2), block, rows, columns, Scratch | Blocks | Rooms, CudaElement.BFloat16);
        offset += ((columns + RoomColumns - 1) / RoomColumns * block) >> 2;
        return tile;
    }

    /// <inheritdoc/>
    public static void SynchronizeStrips(Sizes sizes, int columns)
    {
        if (!Padded.HoldsStrips(sizes, columns))
        {
            Synchronize();
        }
    }

    /// <summary>True of blocks that the tensor cores may read by themselves (<see cref="TakeFactorRooms"/>).</summary>
    private bool IsRooms => (place & Rooms) != 0;

    /// <summary>Bytes from a row to the next.</summary>
    private int RowBytes => stride + (((place & Blocks) >> 4) * (RoomRowBytes - stride));

    /// <summary>
    /// True of scratch in blocks of <see cref="RoomColumns"/> columns, of which <see cref="stride"/> says how many bytes each takes: what the device's memory sends in sixteens
    /// of bytes then comes in whole lines of all banks.
    /// </summary>
    internal bool IsInBlocks => (place & Blocks) != 0;

    /// <summary>Bytes of a block; 0 of what stands in rows.</summary>
    private int BlockBytes => IsInBlocks ? stride : 0;

    /// <summary>Bytes from the first element of blocks to another.</summary>
    private int InBlocks(int i, int j) => ((j >> 6) * stride) + (i * RoomRowBytes) + ((((j >> 3) ^ i) & 7) << 4) + ((j & 7) << 1);

    private static CudaTile TakeRegisters(ref int strips, int rows, int columns, CudaElement element)
    {
        var tile = new CudaTile(0, strips, rows, columns, Strip, element);
        strips += rows >> (element == CudaElement.Float32 ? 1 : 2);
        return tile;
    }

    private bool IsStrip => place == Strip;

    /// <summary>The number of a strip's first register; negative: it is none.</summary>
    private int FirstRegister => IsStrip ? stride : -1;

    private static int StripColumn => Warp * StripColumns;

    /// <summary>True if every warp has some of so many columns. Only then products are begun: what some warps begin in a branch of theirs is waited for there.</summary>
    private static bool IsOfAllWarps(int columns) => columns >= MostStripColumns;

    /// <summary>True of a strip of whose columns this warp has none: never where there are enough for every warp.</summary>
    private bool IsElsewhere => !IsOfAllWarps(Columns) && StripColumn >= Columns;

    /// <summary>The first of this warp's columns; of a warp that has none, but multiplies with others that have some, those of the last: what it reads is there, what it makes of it is nobody's.</summary>
    private int StripColumnHere => IsOfAllWarps(Columns) ? StripColumn : Math.Min(StripColumn, (Columns - 1) / StripColumns * StripColumns);

    /// <summary>Where this thread's first number of the warp's strip would stand in a tile of scratch in single precision.</summary>
    private uint StripNear => Near((Lane & 3) << 1, StripColumnHere + (Lane >> 2));

    /// <summary>Where this lane's part of the warp's strip begins in a tile of scratch.</summary>
    private uint StripFactor => IsExact ? StripNear : LeftAt(StripColumnHere, 1);

    /// <summary>result (=, +=, -=) a b; where b is turned, which no strip is (its rows stand in one warp, its columns in many), a warp's columns are rows of it.</summary>
    private static void StripProduct(CudaTile result, CudaTile a, int aTurned, CudaTile b, int bTurned, int depth, Into into, int begins = 0)
    {
        // Warps that multiply with one another do so whether they have columns or not.
        int grouped = a.IsRooms & result.IsStrip ? GroupOfWarps : 1;
        if (IsOfAllWarps(result.Columns) || Warp / grouped * grouped * StripColumns < result.Columns)
        {
            Ptx.StripProduct(
                result.Rows, result.FirstRegister, result.Exactly, result.StripNear, result.stride, into,
                a.RightAt(0, aTurned ^ 1), a.RowBytes, a.Exactly, aTurned, b.FirstRegister, b.Exactly, bTurned == 0 ? b.StripFactor : b.LeftAt(result.StripColumnHere, 0), b.RowBytes, depth,
                (uint)a.address, a.BlockBytes, a.IsRooms ? 1 : 0, bTurned, b.BlockBytes, IsOfAllWarps(result.Columns) ? begins : 0);
        }
    }

    private static void StripDecay(CudaTile state, CudaTile g)
    {
        if (g.Columns == 1)
        {
            Ptx.StripScale(state.Rows, state.stride, CudaQuad.Exp(Ptx.Load(g.Near(0, 0))));
        }
        else
        {
            Ptx.StripDecay(state.Rows, state.stride, g.Near(0, (Lane & 3) << 1));
        }
    }

    private static void StripScaleRows(CudaTile result, CudaTile x, CudaTile s)
    {
        if (!x.IsStrip | x.stride != result.stride)
        {
            StripCopy(result, x, Into.Set);
        }

        Ptx.StripScaleRows(result.Rows, result.stride, result.Exactly, s.Near((Lane & 3) << 1, 0), s.stride);
    }

    /// <summary>result_ij += s_i x_ij, one of which is a strip.</summary>
    private static void StripAddScaledRows(CudaTile result, CudaTile x, CudaTile s)
    {
        if (!result.IsElsewhere)
        {
            Ptx.StripAddScaledRows(
                result.Rows, result.FirstRegister, result.Exactly, result.IsStrip ? 0 : result.StripNear, result.stride,
                x.FirstRegister, x.Exactly, x.IsStrip ? 0 : x.StripFactor, x.RowBytes, s.Near((Lane & 3) << 1, 0), s.stride);
        }
    }

    /// <summary>A straight line: the numbers of x come while those of g do.</summary>
    private static void StripDecayAndAdd(CudaTile state, CudaTile g, CudaTile x)
    {
        if (state.IsElsewhere)
        {
            return;
        }

        if (g.Columns == 1)
        {
            Ptx.StripScale(state.Rows, state.stride, CudaQuad.Exp(Ptx.LoadFar(g.Far(0, 0))));
        }
        else
        {
            Ptx.StripDecayFar(state.Rows, state.stride, g.Far(0, (Lane & 3) << 1));
        }

        StripJoinFar(state, x, Into.Add);
    }

    /// <summary>What stands in the device's memory joins a strip.</summary>
    private static void StripJoinFar(CudaTile result, CudaTile x, Into into) =>
        Ptx.StripFromFar(result.Rows, result.stride, result.Exactly, x.StripFar(0), x.stride, 1 << x.Shift, x.element, x.RowsLeft((Lane & 3) << 1), into);

    /// <summary>result = x, at least one of which is a strip; one that what stands in the device's memory may be added to, too.</summary>
    private static void StripCopy(CudaTile result, CudaTile x, Into into)
    {
        if (result.IsStrip & x.IsStrip)
        {
            // Registers: a warp without columns does it as well as it would jump.
            Ptx.StripCopy(result.Rows, result.stride, result.Exactly, x.stride, x.Exactly);
        }
        else if (result.IsElsewhere)
        {
            return;
        }
        else if (x.IsStrip)
        {
            LeaveStrip(result, x);
        }
        else if (x.IsScratch)
        {
            Ptx.StripFromNear(result.Rows, result.stride, result.Exactly, x.StripFactor, x.RowBytes, x.Exactly);
        }
        else
        {
            StripJoinFar(result, x, into);
        }
    }

    private static void LeaveStrip(CudaTile result, CudaTile x)
    {
        if (result.IsScratch)
        {
            Ptx.StripToNear(x.Rows, x.stride, x.Exactly, result.StripNear, result.stride);
        }
        else if (result.Element == CudaElement.BFloat16 & result.IsAligned)
        {
            // Two pieces of 16 bytes a row, of which those of every other four rows change places: eight rows are then all banks.
            int row = (Lane & 7) + ((Lane >> 4) << 3), half = (Lane >> 3) & 1, own = Lane >> 1;
            uint room = Workspace(WorkspaceBytes / 4) + (uint)(Warp * RoomBytes);
            Ptx.StripLeave(
                x.Rows, x.stride, x.Exactly,
                room + (uint)((row << 5) + ((half ^ ((row >> 2) & 1)) << 4)), room + (uint)((own << 5) + (((Lane & 1) ^ ((own >> 2) & 1)) << 4)),
                result.Far(own, StripColumn + ((Lane & 1) << 3)), result.stride, result.RowsLeft(own));
        }
        else
        {
            Ptx.StripToFar(x.Rows, x.stride, x.Exactly, result.StripFar(0), result.stride, 1 << result.Shift, result.element, result.RowsLeft((Lane & 3) << 1));
        }
    }

    /// <summary>result = x^T, one of which is a strip, the other memory of the device.</summary>
    private static void StripTranspose(CudaTile result, CudaTile x)
    {
        CudaTile strip = result.IsStrip ? result : x, far = result.IsStrip ? x : result;
        if (strip.IsElsewhere)
        {
            return;
        }

        if (result.IsStrip)
        {
            Ptx.StripFromFar(strip.Rows, strip.stride, strip.Exactly, far.StripFar(1), 1 << far.Shift, far.stride, far.element, int.MaxValue, Into.Set);
        }
        else
        {
            Ptx.StripToFar(strip.Rows, strip.stride, strip.Exactly, far.StripFar(1), 1 << far.Shift, far.stride, far.element, int.MaxValue);
        }
    }

    private static void StripClear(CudaTile result) => Ptx.StripClear(result.Rows, result.stride, result.Exactly);

    private static void StripIdentity(CudaTile result, int column) =>
        Ptx.StripIdentity(result.Rows, result.stride, column + StripColumn + (Lane >> 2) - ((Lane & 3) << 1));

    /// <summary>Where this thread's first number of the warp's strip stands in the device's memory; of a transposed tile if <paramref name="turned"/> is 1.</summary>
    private long StripFar(int turned) => turned == 0 ? Far((Lane & 3) << 1, StripColumn + (Lane >> 2)) : Far(StripColumn + (Lane >> 2), (Lane & 3) << 1);

    /// <summary>Rows of the device's memory from one on.</summary>
    private int RowsLeft(int row) => IsTensor ? Rows - row : int.MaxValue;
}
