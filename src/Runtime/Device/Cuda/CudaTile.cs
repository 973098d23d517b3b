using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <summary>
/// The tile of NVIDIA devices. Scratch stands in shared memory, exact tiles in single precision and factors in bfloat16; products run on
/// the tensor cores; all threads of a group (a multiple of 32) work on one operation, and kernels say where they wait for each other.
/// </summary>
/// <remarks>
/// Factors of 64 columns, or a multiple, stand in blocks of 64 (<see cref="IsInBlocks"/>): rows of 128 bytes, in which pieces of 16 bytes change places by the row's
/// number. What 8 rows are asked for at a time is then in different banks, and what arrives from the device's memory fills whole lines of them.
/// Other rows of scratch are <see cref="RowPadding"/> numbers longer than their padded columns: 8 rows of factors, and the pairs of 4 rows of
/// single precision, then begin in different banks, and no address depends on its row in another way. Every tile begins where the banks begin. Rows come in sixteens, so that a
/// block of 16 x 16 of a tile is always memory of that tile; what stands beyond the tile's own rows and columns counts as nothing.
/// <para>
/// Operations work on scratch; only <see cref="Copy"/>, <see cref="Fetch"/> and <see cref="Transpose"/> know the device's memory too. Products
/// round their factors to bfloat16, as the peers do; strict Grams, solved systems and sums with decays keep what the rounding loses as a
/// second bfloat16: nearly single precision.
/// </para>
/// </remarks>
public readonly partial struct CudaTile : IDeviceTile<CudaTile, CudaLanes>
{
    /// <summary>
    /// Bytes at the end of shared memory that operations use between barriers of their own (blocks of products also read a little beyond the
    /// last tile). Decayed Grams need them all, and so do systems of many rows; other operations half as many, sums and strips that leave a fourth.
    /// </summary>
    public const int WorkspaceBytes = 16384;

    /// <summary>Columns of the widest tile.</summary>
    public const int MaxColumns = 256;

    /// <summary>Numbers between the padded columns of two rows of scratch: <see cref="Sizes.RowPadding"/>.</summary>
    public const int RowPadding = 8;

    /// <summary>The sizes with what scratch of these tiles takes.</summary>
    internal static Sizes Sized(Sizes sizes) => sizes with { RowPadding = RowPadding, StripColumns = MostStripColumns };

    // Where a tile stands: a tensor of the caller, what passes hand on, scratch, registers; that it is not whole (see IsWhole); that it is scratch in blocks (see IsInBlocks), which the tensor cores may read (see IsRooms);
    // and, of a tensor, that its rows are known to be in sixteens of bytes (see IsAligned).
    private const int Tensor = 0;
    private const int Handed = 1;
    private const int Scratch = 2;
    private const int Ragged = 4;
    private const int Strip = 8;
    private const int Blocks = 16;
    private const int Aligned = 32;
    private const int Rooms = 64;

    private const int LineBytes = Padded.Line * sizeof(float);

    private readonly long address;
    private readonly int stride;
    private readonly int place;
    private readonly int element;

    private CudaTile(long address, int stride, int rows, int columns, bool isScratch, CudaElement element)
        : this(address, stride, rows, columns, isScratch ? Scratch : Tensor, element)
    {
    }

    private CudaTile(long address, int stride, int rows, int columns, int place, CudaElement element)
    {
        this.address = address;
        this.stride = stride;
        this.place = place;
        this.element = (int)element;
        Rows = rows;
        Columns = columns;
    }

    /// <inheritdoc/>
    public int Rows { get; }

    /// <inheritdoc/>
    public int Columns { get; }

    /// <inheritdoc/>
    /// <remarks>A thread's lanes are four neighbours of a row and of the three below.</remarks>
    public int FirstRow => QuadRow << 2;

    /// <inheritdoc/>
    public int RowStep => QuadRowStep << 2;

    /// <inheritdoc/>
    public int FirstColumn => (Group.IdxX & ((1 << Share) - 1)) << 2;

    /// <inheritdoc/>
    public int ColumnStep => 4 << Share;

    /// <inheritdoc/>
    public bool RowsInOneTurn => Rows <= RowStep;

    /// <inheritdoc/>
    public bool ColumnsInOneTurn => Columns <= ColumnStep;

    /// <inheritdoc/>
    public bool HasRow(int row) => Rows == RowStep | row < Rows;

    /// <inheritdoc/>
    public bool HasColumn(int column) => ((Columns + 3) & ~3) == ColumnStep | column < Columns;

    // A power of two of threads, at most 32, share a row, four columns each.
    private int Share => Math.Min(Bits((Columns - 1) >> 2), 5);

    // Loops of operations go through rows one by one.
    private int QuadRow => Group.IdxX >> Share;

    private int QuadRowStep => Threads >> Share;

    // True if there is a row for this thread in a turn of such a loop.
    private bool HasQuads(int row) => (Rows & (QuadRowStep - 1)) == 0 | row < Rows;

    // From a row to the next; a single row is its own next.
    private uint Below => Rows == 1 ? 0 : (uint)stride;

    // The bits of a number below 128 from its highest one down: sums of signs, which any compiler works out where the number is a constant.
    private static int Bits(int x) => -((-x >> 31) + ((1 - x) >> 31) + ((3 - x) >> 31) + ((7 - x) >> 31) + ((15 - x) >> 31) + ((31 - x) >> 31) + ((63 - x) >> 31));

    private static int Warp => Group.IdxX >> 5;

    private const int Threads = CudaGroup.Threads;

    private const int Warps = Threads >> 5;

    private const int ThreadBits = Threads == 256 ? 8 : 6;

    private static int Lane => Group.IdxX & 31;

    private bool IsScratch => (place & Scratch) != 0;

    private bool IsExact => IsScratch && element == (int)CudaElement.Float32;

    private bool IsFactor => IsScratch && element != (int)CudaElement.Float32;

    private bool IsTensor => (place & ~Aligned) == Tensor;

    private CudaElement Element => (CudaElement)element;

    /// <summary>2 to this power bytes are a number.</summary>
    private int Shift => ShiftOf(Element);

    private static int ShiftOf(CudaElement element) => element == CudaElement.Float32 ? 2 : 1;

    /// <summary>Of scratch and of the workspace: true if rows begin at a multiple of 16 bytes, and what they end with, up to the next, is the tile's own.</summary>
    private bool IsWhole => (place & Ragged) == 0;

    /// <summary>
    /// Of the device's memory: true if rows begin at multiples of 16 bytes. Where a kernel knows that when it is compiled (<see cref="Known(Operand{CudaTile, CudaLanes}, int, int)"/>)
    /// nobody asks, and what copies other rows is not there.
    /// </summary>
    private bool IsAligned => !IsTensor | (place & Aligned) != 0 | (((int)address | stride) & 15) == 0;

    /// <inheritdoc/>
    /// <remarks>All of the group's dynamic shared memory but the workspace of operations.</remarks>
    public static CudaTile ScratchOf(CudaTile scratch, long item, long elements)
    {
        Ptx.Declare(ref SharedMemory.GetDynamic<byte>()[0]);
        return new(Ptx.Shared(), 0, 1, int.MaxValue, Scratch, CudaElement.Float32);
    }

    /// <inheritdoc/>
    public static Between<CudaTile> Known(Between<CudaTile> between) =>
        HandedOn(between.Exact.address, between.Packed.address, between.States.address, between.Borders.address);

    /// <summary>The workspace between passes. What projections leave stands where the states stood, of which it takes half the numbers, twice as long.</summary>
    /// <param name="parts">Elements of its parts.</param>
    /// <param name="take">Takes so many bytes of the device's memory and says where they are.</param>
    internal static Between<CudaTile> Between(BetweenElements parts, Func<long, long> take) =>
        HandedOn(take(parts.Exact * 4), take(parts.Packed * 2), take(parts.States * 2), take(parts.Borders * 4));

    private static Between<CudaTile> HandedOn(long exact, long packed, long states, long borders) => new()
    {
        Exact = Line(exact, CudaElement.Float32),
        Packed = Line(packed, CudaElement.BFloat16),
        States = Line(states, CudaElement.BFloat16),
        Projected = Line(states, CudaElement.Float32),
        Borders = Line(borders, CudaElement.Float32),
    };

    private static CudaTile Line(long address, CudaElement element) => new(address, 0, 1, int.MaxValue, Handed, element);

    /// <inheritdoc/>
    /// <remarks>The element is what <see cref="Described"/> made.</remarks>
    public static Operand<CudaTile, CudaLanes> Known(Operand<CudaTile, CudaLanes> tensor, int element, int width)
    {
        if (width > 0)
        {
            tensor.Width = width;
        }

        if (element < 0)
        {
            return tensor;
        }

        int stride = tensor.Data.stride, heads = (element >> HeadsBit) - 1, bytes = width << ShiftOf((CudaElement)(element & 3));
        if (heads >= 0)
        {
            tensor.Heads = heads;
            if (width > 0)
            {
                stride = heads * bytes;
            }
        }

        // A tensor is all of a piece of memory, which begins at more than a multiple of 16: heads of sixteens of bytes are enough.
        int place = width > 0 & (bytes & 15) == 0 ? Tensor | Aligned : Tensor;
        tensor.Data = new(tensor.Data.address, stride, tensor.Data.Rows, tensor.Data.Columns, place, (CudaElement)(element & 3));
        return tensor;
    }

    private const int HeadsBit = 2;

    /// <summary>What a kernel knows of an operand.</summary>
    /// <param name="element">A <see cref="CudaElement"/>.</param>
    /// <param name="heads">What it knows of its heads.</param>
    /// <param name="all">Value heads.</param>
    internal static int Described(int element, KnownHeads heads, int all) =>
        element | ((heads == KnownHeads.Any ? 0 : heads == KnownHeads.None ? 1 : heads == KnownHeads.One ? 2 : all + 1) << HeadsBit);

    /// <summary>Memory of the device as a row-major matrix (a tensor), or as a linear region (one row).</summary>
    /// <param name="address">Address of the first element.</param>
    /// <param name="rows">Rows, or <see cref="int.MaxValue"/> if there are more.</param>
    /// <param name="columns">Columns, or <see cref="int.MaxValue"/> if a region has more.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="element">What stands there.</param>
    public static CudaTile Global(long address, int rows, int columns, int stride, CudaElement element) =>
        new(address, stride << ShiftOf(element), rows, columns, Tensor, element);

    /// <inheritdoc/>
    /// <remarks>Columns of the device's memory begin at a multiple of 16 (an item's first value column) or are a tensor's.</remarks>
    public CudaTile Block(long row, int rows, int column, int columns)
    {
        // Without conditions: sums of constants are constants for any compiler. A row of pairs, which is longer than any other (IsLong), is whole wherever it begins.
        int end = column + columns, other = 1 - Math.Min((columns - 1) / MaxColumns, 1);
        int odd = (((column << Shift) & 15) | (((end << Shift) & 15) * Math.Min(Columns - end, 1))) * ((place & Scratch) * other);
        return new(address + (row * RowBytes) + ((long)column << Shift) + ((place & Blocks) >> 4) * (column / RoomColumns) * (stride - RoomRowBytes), stride, rows, columns, place | (((odd + 63) >> 6) * Ragged), Element);
    }

    /// <inheritdoc/>
    public CudaTile Take(ref long offset, int rows, int columns) => IsScratch ? TakeScratch(ref offset, rows, columns, CudaElement.Float32) : TakeFar(ref offset, rows, columns);

    /// <inheritdoc/>
    public CudaTile TakeFactor(ref long offset, int rows, int columns) => TakeScratch(ref offset, rows, columns, CudaElement.BFloat16);

    /// <inheritdoc/>
    public CudaTile TakeLike(ref long offset, int rows, int columns, CudaTile given) =>
        TakeScratch(ref offset, rows, columns, given.element == (int)CudaElement.BFloat16 ? CudaElement.BFloat16 : CudaElement.Float32);

    /// <inheritdoc/>
    public CudaTile TakeColumn(ref long offset, int rows)
    {
        CudaTile row = TakeFar(ref offset, 1, rows);
        return new(row.address, 1 << Shift, rows, 1, place, Element);
    }

    /// <inheritdoc/>
    public CudaLanes Load(int row, int column)
    {
        if (IsFactor)
        {
            return LoadFactor(row, column);
        }

        uint at = Near(row, column), below = Below;
        return new(Ptx.Load4(at), Ptx.Load4(at + below), Ptx.Load4(at + (2 * below)), Ptx.Load4(at + (3 * below)));
    }

    // Four rows from a multiple of four on: of blocks, their sixteens of bytes change places by the last two bits of their numbers.
    private CudaLanes LoadFactor(int row, int column)
    {
        uint at = NearFactor(row, column), below = Rows == 1 ? 0 : (uint)RowBytes, places = IsInBlocks ? 16u : 0u;
        return new(FourAt(at), FourAt((at ^ places) + below), FourAt((at ^ (2 * places)) + (2 * below)), FourAt((at ^ (3 * places)) + (3 * below)));
    }

    /// <inheritdoc/>
    public CudaLanes Spread(int row, int column)
    {
        uint at = Near(row, column), below = Below;
        return Rows == 1
            ? CudaLanes.All(CudaQuad.All(Ptx.Load(at)))
            : new(CudaQuad.All(Ptx.Load(at)), CudaQuad.All(Ptx.Load(at + below)), CudaQuad.All(Ptx.Load(at + (2 * below))), CudaQuad.All(Ptx.Load(at + (3 * below))));
    }

    /// <inheritdoc/>
    public void Store(int row, int column, CudaLanes value)
    {
        if (!IsScratch)
        {
            StoreFar(row, column, value);
            return;
        }

        uint at = Near(row, column), below = Below;
        PutQuad(at, value.A);
        if (Rows != 1)
        {
            PutQuad(at + below, value.B);
            PutQuad(at + (2 * below), value.C);
            PutQuad(at + (3 * below), value.D);
        }
    }

    // What a pass leaves has room for every row of a chunk, and for sixteens of columns.
    private void StoreFar(int row, int column, CudaLanes value)
    {
        long at = Far(row, column);
        LeaveQuad(at, value.A);
        LeaveQuad(at + stride, value.B);
        LeaveQuad(at + (2L * stride), value.C);
        LeaveQuad(at + (3L * stride), value.D);
    }

    /// <summary>Four numbers to the device's memory.</summary>
    private void LeaveQuad(long at, CudaQuad value)
    {
        switch (Element)
        {
            case CudaElement.BFloat16:
                Ptx.StoreFarBFloats4(at, value.X, value.Y, value.Z, value.W);
                break;
            case CudaElement.Float16:
                Ptx.StoreFarHalves4(at, value.X, value.Y, value.Z, value.W);
                break;
            default:
                Ptx.StoreFar4(at, value.X, value.Y, value.Z, value.W);
                break;
        }
    }

    /// <inheritdoc/>
    public static void Synchronize() => Group.Barrier();

    /// <summary>Where the workspace of operations begins, which a fourth of <see cref="WorkspaceBytes"/> are left for at least.</summary>
    private static uint Workspace(int bytes) => Ptx.Shared() + Ptx.SharedBytes() - (uint)bytes;

    private CudaTile TakeScratch(ref long offset, int rows, int columns, CudaElement element)
    {
        // A column is the exception: four numbers a row are what a thread reads.
        bool exact = element == CudaElement.Float32, blocks = !exact & rows > 1 & columns % RoomColumns == 0;
        int height = rows == 1 ? 1 : (rows + 15) & ~15, row = exact & columns == 1 ? 16 : (((columns + 15) & ~15) + (blocks ? 0 : RowPadding)) << (exact ? 2 : 1);
        var tile = new CudaTile(address + (offset << 2), blocks ? height * RoomRowBytes : row, rows, columns, blocks ? Scratch | Blocks : Scratch, element);
        offset += ((height * row) + LineBytes - 1 & -LineBytes) >> 2;
        return tile;
    }

    private CudaTile TakeFar(ref long offset, int rows, int columns)
    {
        int padded = (columns + 15) & ~15;
        var tile = new CudaTile(address + (offset << Shift), padded << Shift, rows, columns, place, Element);
        offset += (long)rows * padded;
        return tile;
    }

    /// <summary>The address of an element of an exact tile.</summary>
    private uint Near(int i, int j) => (uint)address + (uint)((i * stride) + (j << 2));

    /// <summary>The address of an element of a factor.</summary>
    private uint NearFactor(int i, int j) => (uint)address + (uint)(IsInBlocks ? InBlocks(i, j) : (i * stride) + (j << 1));

    /// <summary>The address of an element of the device's memory.</summary>
    private long Far(int i, int j) => address + ((long)i * stride) + ((long)j << Shift);

    /// <summary>Any element of any tile: for what is done rarely.</summary>
    private float At(int i, int j) => IsExact ? Ptx.Load(Near(i, j))
        : IsFactor ? Interop.IntAsFloat(Ptx.LoadHalfBitsNear(NearFactor(i, j)) << 16)
        : Element == CudaElement.Float32 ? Ptx.LoadFar(Far(i, j))
        : Element == CudaElement.BFloat16 ? Interop.IntAsFloat(Ptx.LoadHalfBits(Far(i, j)) << 16)
        : Ptx.Float16ToFloat(Ptx.LoadHalfBits(Far(i, j)));

    /// <summary>Any element of any tile: for what is done rarely.</summary>
    private void Put(int i, int j, float value, Into into)
    {
        float all = into == Into.Set ? value : into == Into.Add ? At(i, j) + value : At(i, j) - value;
        if (IsExact)
        {
            Ptx.Store(Near(i, j), all);
        }
        else if (IsFactor)
        {
            Ptx.StoreHalfBitsNear(NearFactor(i, j), Ptx.PackBFloat16(all, 0));
        }
        else if (Element == CudaElement.Float32)
        {
            Ptx.StoreFar(Far(i, j), all);
        }
        else
        {
            Ptx.StoreHalfBits(Far(i, j), Element == CudaElement.BFloat16 ? Ptx.PackBFloat16(all, 0) : Ptx.PackFloat16(all, 0));
        }
    }

    /// <summary>Four numbers of an exact tile.</summary>
    private CudaQuad Quad(int i, int j) => Ptx.Load4(Near(i, j));

    private void PutQuad(int i, int j, CudaQuad value) => Ptx.Store4(Near(i, j), value.X, value.Y, value.Z, value.W);

    /// <summary>Four numbers of scratch, exact or factor.</summary>
    private CudaQuad Four(int i, int j) => IsExact ? Quad(i, j) : FourAt(NearFactor(i, j));

    /// <summary>Four numbers of a factor.</summary>
    private static CudaQuad FourAt(uint at)
    {
        CudaPair bits = Ptx.Load2(at);
        CudaPair low = CudaPair.Of(Interop.FloatAsInt(bits.Low)), high = CudaPair.Of(Interop.FloatAsInt(bits.High));
        return new(low.Low, low.High, high.Low, high.High);
    }

    /// <summary>Stores four numbers of an exact tile, adds them, or takes them away.</summary>
    private void Join(int i, int j, CudaQuad value, Into into) =>
        PutQuad(i, j, into == Into.Set ? value : into == Into.Add ? Quad(i, j) + value : Quad(i, j) - value);

    /// <summary>Four numbers of an exact tile; what stands beyond the columns is 0.</summary>
    private CudaQuad Within(int i, int j) => Inside(Quad(i, j), j);

    private CudaQuad Inside(CudaQuad x, int j) => j + 4 <= Columns ? x : new(x.X, j + 1 < Columns ? x.Y : 0f, j + 2 < Columns ? x.Z : 0f, 0f);
}
