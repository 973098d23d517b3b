using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <summary>How the numbers of a tile stand in memory.</summary>
public enum CudaElement
{
    /// <summary>Single precision.</summary>
    Float32,

    /// <summary>bfloat16.</summary>
    BFloat16,

    /// <summary>IEEE half precision.</summary>
    Float16,
}

/// <summary>
/// The tile of NVIDIA devices. Scratch stands in shared memory in single precision; products run on the tensor cores; all threads of a
/// group (a multiple of 32) work on one operation, and a barrier ends it.
/// </summary>
/// <remarks>
/// Scratch rows are swizzled: columns of a row change places in blocks of 8, by a rule of the row, so that threads that read one
/// column of many rows, or pairs of many rows, meet no other's bank. Products round their factors to bfloat16, as the peers do; Grams, solved
/// systems and sums with decays keep what the rounding loses as a second bfloat16: nearly single precision.
/// </remarks>
public readonly partial struct CudaTile : IDeviceTile<CudaTile, CudaLanes>
{
    /// <summary>Bytes at the start of shared memory that operations use between barriers of their own.</summary>
    public const int WorkspaceBytes = 8192;

    /// <summary>Columns of the widest tile: with eight warps their partial sums fill the workspace.</summary>
    public const int MaxColumns = 256;

    // Which bits of a column change with the row: blocks of 8 change places in fours, or in pairs.
    private const int Wide = 24;
    private const int Narrow = 8;

    private readonly long address;
    private readonly int stride;
    private readonly int row;
    private readonly int column;
    private readonly int swizzle;
    private readonly CudaElement element;

    private CudaTile(long address, int stride, int row, int column, int rows, int columns, int swizzle, CudaElement element)
    {
        this.address = address;
        this.stride = stride;
        this.row = row;
        this.column = column;
        this.swizzle = swizzle;
        this.element = element;
        Rows = rows;
        Columns = columns;
    }

    /// <inheritdoc/>
    public int Rows { get; }

    /// <inheritdoc/>
    public int Columns { get; }

    /// <inheritdoc/>
    public int FirstRow => Group.IdxX >> Share;

    /// <inheritdoc/>
    public int RowStep => Group.DimX >> Share;

    /// <inheritdoc/>
    public int FirstColumn => (Group.IdxX & ((1 << Share) - 1)) << 2;

    /// <inheritdoc/>
    public int ColumnStep => 4 << Share;

    // 1, 4, 16 or 32 threads share a row, four columns each: powers of two, since a loop asks at every turn.
    private int Share => Columns > 64 ? 5 : Columns > 16 ? 4 : Columns > 4 ? 2 : 0;

    private static int Warp => Group.IdxX >> 5;

    private static int Warps => Group.DimX >> 5;

    private static int Lane => Group.IdxX & 31;

    // What stands in shared memory is swizzled.
    private bool Shared => swizzle != 0;

    private int Size => element == CudaElement.Float32 ? 4 : 2;

    /// <inheritdoc/>
    /// <remarks>All of the group's dynamic shared memory but the workspace of operations.</remarks>
    public static CudaTile ScratchOf(CudaTile scratch, long item, long elements)
    {
        Ptx.Declare(ref SharedMemory.GetDynamic<byte>()[0]);
        return new(Ptx.Shared() + WorkspaceBytes, 0, 0, 0, 1, int.MaxValue, Wide, CudaElement.Float32);
    }

    /// <summary>Memory of the device as a row-major matrix (a tensor), or as a linear region (one row).</summary>
    /// <param name="address">Address of the first element.</param>
    /// <param name="rows">Rows, or <see cref="int.MaxValue"/> if there are more.</param>
    /// <param name="columns">Columns, or <see cref="int.MaxValue"/> if a region has more.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="element">What stands there.</param>
    public static CudaTile Global(long address, int rows, int columns, int stride, CudaElement element) =>
        new(address, stride, 0, 0, rows, columns, 0, element);

    /// <inheritdoc/>
    public CudaTile Block(long row, int rows, int column, int columns) => Shared
        ? new(address, stride, this.row + (int)row, this.column + column, rows, columns, swizzle, element)
        : new(address + (((row * stride) + column) * Size), stride, 0, 0, rows, columns, 0, element);

    /// <inheritdoc/>
    public CudaTile Take(ref long offset, int rows, int columns)
    {
        int padded = (columns + 15) & ~15;
        long at = address + (offset * Size);
        offset += (long)rows * padded;

        // A swizzle must not lead out of the row: blocks change places in pairs, and in fours where the row has whole fours.
        return new CudaTile(at, padded, 0, 0, rows, columns, !Shared ? 0 : (padded & 31) == 0 ? Wide : Narrow, element);
    }

    /// <inheritdoc/>
    public CudaTile TakeFactor(ref long offset, int rows, int columns) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public CudaLanes Load(int row, int column) => Shared ? Ptx.Load4(AddressOf(row, column)) : Lanes(row, column);

    /// <inheritdoc/>
    public CudaLanes Spread(int row, int column) => CudaLanes.All(At(row, column));

    /// <inheritdoc/>
    public void Store(int row, int column, CudaLanes value) => Ptx.Store4(AddressOf(row, column), value.X, value.Y, value.Z, value.W);

    /// <inheritdoc/>
    public static void Synchronize() => Group.Barrier();

    // Neighbouring rows keep a column 16 words apart, rows 4 apart in another block of 8.
    private int SwizzleOf(int r)
    {
        int f = r ^ (r >> 2);
        return (((f << 4) & 16) | ((f << 2) & 8)) & swizzle;
    }

    /// <summary>The address of an element of scratch.</summary>
    private uint AddressOf(int i, int j)
    {
        int r = row + i;
        return (uint)address + ((uint)((r * stride) + ((column + j) ^ SwizzleOf(r))) << 2);
    }

    private long FarAddressOf(int i, int j) => address + ((((long)i * stride) + j) << 2);

    private long HalfAddressOf(int i, int j) => address + ((((long)i * stride) + j) << 1);

    private float At(int i, int j) => Shared ? Ptx.Load(AddressOf(i, j))
        : element == CudaElement.Float32 ? Ptx.LoadFar(FarAddressOf(i, j))
        : element == CudaElement.BFloat16 ? Interop.IntAsFloat(Ptx.LoadHalfBits(HalfAddressOf(i, j)) << 16)
        : Ptx.Float16ToFloat(Ptx.LoadHalfBits(HalfAddressOf(i, j)));

    private CudaLanes Lanes(int i, int j) => new(At(i, j), At(i, j + 1), At(i, j + 2), At(i, j + 3));

    private void PutScratch(int i, int j, float value, Into into)
    {
        uint at = AddressOf(i, j);
        Ptx.Store(at, into == Into.Set ? value : Ptx.Load(at) + (into == Into.Add ? value : -value));
    }

    private void Put(int i, int j, float value, Into into)
    {
        if (Shared)
        {
            PutScratch(i, j, value, into);
            return;
        }

        float all = into == Into.Set ? value : into == Into.Add ? At(i, j) + value : At(i, j) - value;
        if (element == CudaElement.Float32)
        {
            Ptx.StoreFar(FarAddressOf(i, j), all);
        }
        else
        {
            Ptx.StoreHalfBits(HalfAddressOf(i, j), element == CudaElement.BFloat16 ? Ptx.PackBFloat16(all, 0) : Ptx.PackFloat16(all, 0));
        }
    }
}
