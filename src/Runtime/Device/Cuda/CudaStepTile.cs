using ILGPU;

namespace AttentionDsl.Runtime;

/// <summary>
/// The tile of the recurrent step on NVIDIA devices: a warp is the whole group and has a range of value columns, so nobody waits for other
/// warps. The state comes into shared memory by asynchronous copies, all begun before anything else, and leaves in the walk that writes it.
/// Single precision throughout; only the caller's tensors may have 16 bits.
/// </summary>
/// <remarks>
/// A thread works on four neighbouring columns of some rows; of a single row the first threads have a part and the others wait. No operation
/// waits at its end: kernels say where threads wait for each other. A one-column tile holds its number four times, as its row has room for more.
/// It takes rows of at most <see cref="MaxColumns"/> numbers and only multiples of four; the rest is <see cref="CudaTile"/>'s.
/// </remarks>
public readonly partial struct CudaStepTile : IDeviceTile<CudaStepTile, CudaQuad>
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 32;

    // What a state takes more than its rows where stretches are skewed.
    private const int SkewElements = 128;

    /// <summary>Columns of the widest tile: four for each thread.</summary>
    public const int MaxColumns = 128;

    // Where numbers stand that are not a tensor of the caller, whose element is a CudaElement.
    private const int Scratch = -1;

    private readonly long address;
    private readonly int element;

    // Bytes of a number and of a row. 32-bit factors with a 64-bit product: one instruction.
    private readonly uint size;
    private readonly uint pitch;

    private CudaStepTile(long address, int rows, int columns, uint pitch, uint size, int element)
    {
        this.address = address;
        this.pitch = pitch;
        this.size = size;
        this.element = element;
        Rows = rows;
        Columns = columns;
    }

    /// <inheritdoc/>
    public int Rows { get; }

    /// <inheritdoc/>
    public int Columns { get; }

    /// <inheritdoc/>
    /// <remarks>Of several rows a thread has a stretch of whole fours: what goes with four rows is one load.</remarks>
    public int FirstRow => RowOfThreads * Stretch;

    /// <inheritdoc/>
    public int RowStep => 1;

    /// <inheritdoc/>
    public int FirstColumn => (Lane & ((1 << Share) - 1)) << 2;

    /// <inheritdoc/>
    public int ColumnStep => 4 << Share;

    /// <inheritdoc/>
    public bool RowsInOneTurn => Rows == 1;

    /// <inheritdoc/>
    public bool ColumnsInOneTurn => true;

    /// <inheritdoc/>
    public bool HasRow(int row) => row < Rows && row < FirstRow + Stretch;

    /// <inheritdoc/>
    public bool HasColumn(int column) => Columns == ColumnStep | column < Columns;

    // The threads that share a row, as a power of two: sums of signs, which any compiler works out where the number is a constant.
    private int Share => Bits((Columns - 1) >> 2);

    private const int WholeWarp = 5;

    // Of the threads with the same columns, the number of this one.
    private int RowOfThreads => Share == WholeWarp ? 0 : Lane >> Share;

    private int Stretch => Rows == 1 ? 1 : (((Rows + (Threads >> Share) - 1) >> (WholeWarp - Share)) + 3) & ~3;

    // Bytes between the stretches of two threads of the same columns: eight threads, which are served at a time, are then on banks of their own.
    private uint Skew => Rows > 1 && (Share == 1 || Share == 2) ? 16u << Share : 0;

    private static int Bits(int x) => -((-x >> 31) + ((1 - x) >> 31) + ((3 - x) >> 31) + ((7 - x) >> 31) + ((15 - x) >> 31));

    // True for the threads that have a part of a single row of so many columns.
    private bool Leads => RowOfThreads == 0 && HasColumn(FirstColumn);

    private bool Far => element != Scratch;

    private static int Lane => Group.IdxX;

    /// <summary>What a kernel takes of shared memory, of which its scratch is so much, for so many value columns.</summary>
    internal static long Elements(long scratch, int columns) => scratch + (new CudaStepTile(0, 2, columns, 0, 0, Scratch).Skew == 0 ? 0 : SkewElements);

    /// <inheritdoc/>
    /// <remarks>All of the group's dynamic shared memory.</remarks>
    public static CudaStepTile ScratchOf(CudaStepTile scratch, long item, long elements)
    {
        Ptx.Declare(ref SharedMemory.GetDynamic<byte>()[0]);
        return new(Ptx.Shared(), 1, int.MaxValue, 0, sizeof(float), Scratch);
    }

    /// <inheritdoc/>
    public static Between<CudaStepTile> Known(Between<CudaStepTile> between) => between;

    /// <inheritdoc/>
    /// <remarks>The element is what <see cref="Described"/> made.</remarks>
    public static Operand<CudaStepTile, CudaQuad> Known(Operand<CudaStepTile, CudaQuad> tensor, int element, int width)
    {
        if (element >= 0)
        {
            int heads = (element >> HeadsBit) & ((1 << (RowBit - HeadsBit)) - 1), own = (element >> RowBit) + width;
            tensor.Heads = heads;
            tensor.Width = own;
            tensor.Data = Of(tensor.Data.address, tensor.Data.Rows, heads * own, (CudaElement)(element & 3));
        }

        return tensor;
    }

    /// <summary>What a kernel knows of an operand.</summary>
    /// <param name="element">A <see cref="CudaElement"/>.</param>
    /// <param name="heads">Heads side by side, fewer than 2^16; 0: the tensor was not given.</param>
    /// <param name="row">Of a state, the numbers of a row; 0 of others, whose channels the variant says.</param>
    internal static int Described(int element, int heads, int row) => element | (heads << HeadsBit) | (row << RowBit);

    private const int HeadsBit = 2;
    private const int RowBit = 18;

    /// <summary>A tensor in the device's memory as a row-major matrix.</summary>
    /// <param name="address">Address of the first element.</param>
    /// <param name="rows">Rows, or <see cref="int.MaxValue"/> if there are more.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="element">What stands there.</param>
    public static CudaStepTile Global(long address, int rows, int columns, CudaElement element) => Of(address, rows, columns, element);

    private static CudaStepTile Of(long address, int rows, int columns, CudaElement element)
    {
        uint size = element == CudaElement.Float32 ? 4u : 2u;
        return new(address, rows, columns, (uint)columns * size, size, (int)element);
    }

    /// <inheritdoc/>
    public CudaStepTile Block(long row, int rows, int column, int columns) =>
        new(address + Bytes((uint)row, pitch) + ((uint)column * size), rows, columns, pitch, size, element);

    /// <inheritdoc/>
    public CudaStepTile Take(ref long offset, int rows, int columns)
    {
        uint padded = (uint)(columns + 15) & ~15u;
        var taken = new CudaStepTile(address + ((uint)offset * sizeof(float)), rows, columns, padded * sizeof(float), sizeof(float), Scratch);
        offset = (uint)offset + ((uint)rows * padded) + (taken.Skew == 0 ? 0u : SkewElements);
        return taken;
    }

    /// <inheritdoc/>
    public CudaStepTile TakeFactor(ref long offset, int rows, int columns) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public CudaStepTile TakeStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public CudaStepTile TakeFactorStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) => TakeFactor(ref offset, rows, columns);

    /// <inheritdoc/>
    public CudaStepTile TakeFactorRooms(ref long offset, Sizes sizes, int rows, int columns) => TakeFactor(ref offset, rows, columns);

    /// <inheritdoc/>
    public CudaStepTile TakeLike(ref long offset, int rows, int columns, CudaStepTile given) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    /// <remarks>What a thread loads of a state in a loop over it, it has fetched itself.</remarks>
    public CudaQuad Load(int row, int column)
    {
        if (Rows > 1)
        {
            Ptx.AwaitCopies();
        }

        return Ptx.Load4(At(row, column));
    }

    /// <inheritdoc/>
    public CudaQuad Spread(int row, int column) => CudaQuad.All(Ptx.Load(At(row, column)));

    /// <inheritdoc/>
    public void Store(int row, int column, CudaQuad value) => Ptx.Store4(At(row, column), value.X, value.Y, value.Z, value.W);

    /// <inheritdoc/>
    public static void Synchronize() => Ptx.Together();

    /// <inheritdoc/>
    public static void SynchronizeVectors() => Synchronize();

    /// <inheritdoc/>
    public static void SynchronizeStrips(Sizes sizes, int columns) => Synchronize();

    private static long Bytes(uint a, uint b) => (long)((ulong)a * b);

    /// <summary>The address of an element of scratch.</summary>
    private uint At(int i, int j) => (uint)address + ((uint)i * pitch) + ((uint)j << 2) + (Skew == 0 ? 0 : (uint)i / (uint)Stretch * Skew);

    /// <summary>The address of the first element of this thread.</summary>
    private uint AtFirst => (uint)address + ((uint)RowOfThreads * (((uint)Stretch * pitch) + Skew)) + ((uint)FirstColumn << 2);

    /// <summary>The address of an element of a tensor.</summary>
    private long FarAt(int i, int j) => address + Bytes((uint)i, pitch) + ((uint)j * size);

    private void Put(int i, int j, CudaQuad value, Into into) =>
        Store(i, j, into == Into.Set ? value : into == Into.Add ? Load(i, j) + value : Load(i, j) - value);
}
