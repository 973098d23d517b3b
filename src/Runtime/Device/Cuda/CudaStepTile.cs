using ILGPU;

namespace AttentionDsl.Runtime;

/// <summary>
/// The tile of the recurrent step on NVIDIA devices: a warp is the whole group and has a range of value columns, so nobody waits for other
/// warps. The state comes into shared memory by asynchronous copies, all begun before anything else, and leaves in the walk that writes it.
/// Single precision throughout; only the caller's tensors may have 16 bits.
/// </summary>
/// <remarks>
/// A thread works on four neighbouring columns of some rows; of a single row the first threads have a part and the others wait. Every operation ends
/// with the warp's barrier, and a one-column tile holds its number four times, as its row has room for more.
/// It takes rows of at most <see cref="MaxColumns"/> numbers and only multiples of four; the rest is <see cref="CudaTile"/>'s.
/// </remarks>
public readonly partial struct CudaStepTile : IDeviceTile<CudaStepTile, CudaQuad>
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 32;

    /// <summary>Columns of the widest tile: four for each thread.</summary>
    public const int MaxColumns = 128;

    // Where numbers stand that are not a tensor of the caller, whose element is a CudaElement.
    private const int Scratch = -1;

    private readonly long address;
    private readonly int element;

    // Bytes of a number and of a row. 32-bit factors with a 64-bit product: one instruction.
    private readonly uint size;
    private readonly uint pitch;

    // The threads that share a row, as a power of two.
    private readonly int share;

    private CudaStepTile(long address, int rows, int columns, uint pitch, uint size, int element)
    {
        this.address = address;
        this.pitch = pitch;
        this.size = size;
        this.element = element;
        share = Ptx.HighestBit((uint)(columns - 1) >> 2) + 1;
        Rows = rows;
        Columns = columns;
    }

    /// <inheritdoc/>
    public int Rows { get; }

    /// <inheritdoc/>
    public int Columns { get; }

    /// <inheritdoc/>
    public int FirstRow => Lane >> share;

    /// <inheritdoc/>
    public int RowStep => Rows == 1 ? 1 : Threads >> share;

    /// <inheritdoc/>
    public int FirstColumn => (Lane & ((1 << share) - 1)) << 2;

    /// <inheritdoc/>
    public int ColumnStep => 4 << share;

    /// <inheritdoc/>
    public bool RowsInOneTurn => false;

    /// <inheritdoc/>
    public bool ColumnsInOneTurn => false;

    /// <inheritdoc/>
    public bool HasRow(int row) => row < Rows;

    /// <inheritdoc/>
    public bool HasColumn(int column) => column < Columns;

    // True for the threads that have a part of a single row of so many columns.
    private bool Leads => Lane >> share == 0 && FirstColumn < Columns;

    private bool Far => element != Scratch;

    private static int Lane => Group.IdxX;

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
    public static Operand<CudaStepTile, CudaQuad> Known(Operand<CudaStepTile, CudaQuad> tensor, int element, int width) => tensor;

    /// <summary>A tensor in the device's memory as a row-major matrix.</summary>
    /// <param name="address">Address of the first element.</param>
    /// <param name="rows">Rows, or <see cref="int.MaxValue"/> if there are more.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="element">What stands there.</param>
    public static CudaStepTile Global(long address, int rows, int columns, CudaElement element)
    {
        uint size = element == CudaElement.Float32 ? 4u : 2u;
        return new(address, rows, columns, checked((uint)columns * size), size, (int)element);
    }

    /// <inheritdoc/>
    public CudaStepTile Block(long row, int rows, int column, int columns) =>
        new(address + Bytes((uint)row, pitch) + ((uint)column * size), rows, columns, pitch, size, element);

    /// <inheritdoc/>
    public CudaStepTile Take(ref long offset, int rows, int columns)
    {
        uint padded = (uint)(columns + 15) & ~15u;
        var taken = new CudaStepTile(address + ((uint)offset * sizeof(float)), rows, columns, padded * sizeof(float), sizeof(float), Scratch);
        offset = (uint)offset + ((uint)rows * padded);
        return taken;
    }

    /// <inheritdoc/>
    public CudaStepTile TakeFactor(ref long offset, int rows, int columns) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public CudaQuad Load(int row, int column) => Ptx.Load4(At(row, column));

    /// <inheritdoc/>
    public CudaQuad Spread(int row, int column) => CudaQuad.All(Ptx.Load(At(row, column)));

    /// <inheritdoc/>
    public void Store(int row, int column, CudaQuad value) => Ptx.Store4(At(row, column), value.X, value.Y, value.Z, value.W);

    /// <inheritdoc/>
    public static void Synchronize() => Ptx.Together();

    /// <inheritdoc/>
    public static void SynchronizeVectors() => Synchronize();

    private static long Bytes(uint a, uint b) => (long)((ulong)a * b);

    /// <summary>The address of an element of scratch.</summary>
    private uint At(int i, int j) => (uint)address + ((uint)i * pitch) + ((uint)j << 2);

    /// <summary>The address of an element of a tensor.</summary>
    private long FarAt(int i, int j) => address + Bytes((uint)i, pitch) + ((uint)j * size);

    private void Put(int i, int j, CudaQuad value, Into into) =>
        Store(i, j, into == Into.Set ? value : into == Into.Add ? Load(i, j) + value : Load(i, j) - value);
}
