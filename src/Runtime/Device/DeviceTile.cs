using ILGPU;

namespace AttentionDsl.Runtime;

/// <summary>
/// The portable tile of ILGPU devices: single precision in global memory, all threads of a group working on one tile.
/// The threads stride over the elements, so that a group of any size computes the same: 1 to 16 threads on the
/// simulator, some hundred on a graphics card. A barrier ends every operation.
/// </summary>
/// <remarks>
/// What runs here is compiled by ILGPU: no exceptions, no static state, no spans, no arrays. All offsets have 64 bits.
/// </remarks>
public readonly partial struct DeviceTile : IDeviceTile<DeviceTile, F32>
{
    private readonly ArrayView<float> data;
    private readonly long offset;
    private readonly long stride;

    /// <summary>Sees device memory as a row-major matrix.</summary>
    /// <param name="data">The memory.</param>
    /// <param name="offset">Index of the first element.</param>
    /// <param name="rows">Number of rows, or <see cref="int.MaxValue"/> if a whole tensor has more (only <see cref="Block"/> is called on it).</param>
    /// <param name="columns">Number of columns; of a scratch region, its length or <see cref="int.MaxValue"/> if that is longer.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    public DeviceTile(ArrayView<float> data, long offset, int rows, int columns, long stride)
    {
        this.data = data;
        this.offset = offset;
        this.stride = stride;
        Rows = rows;
        Columns = columns;
    }

    /// <inheritdoc/>
    public int Rows { get; }

    /// <inheritdoc/>
    public int Columns { get; }

    // Neighbouring threads take neighbouring columns. A tile narrower than the group has several rows at a time;
    // threads beyond the last whole row then have none.

    /// <inheritdoc/>
    public int FirstRow => Group.IdxX < RowStep * ColumnStep ? Group.IdxX / ColumnStep : Rows;

    /// <inheritdoc/>
    public int RowStep => Group.DimX / ColumnStep;

    /// <inheritdoc/>
    public int FirstColumn => Group.IdxX % ColumnStep;

    /// <inheritdoc/>
    public int ColumnStep => Columns < Group.DimX ? Columns : Group.DimX;

    /// <inheritdoc/>
    public bool RowsInOneTurn => false;

    /// <inheritdoc/>
    public bool ColumnsInOneTurn => false;

    /// <inheritdoc/>
    public bool HasRow(int row) => row < Rows;

    /// <inheritdoc/>
    public bool HasColumn(int column) => column < Columns;

    private float this[int row, int column] => data[At(row, column)];

    /// <inheritdoc/>
    /// <remarks>A stretch of global memory.</remarks>
    public static DeviceTile ScratchOf(DeviceTile scratch, long item, long elements) =>
        new(scratch.data, scratch.offset + (item * elements), 1, elements < int.MaxValue ? (int)elements : int.MaxValue, elements);

    /// <inheritdoc/>
    public static Between<DeviceTile> Known(Between<DeviceTile> between) => between;

    /// <inheritdoc/>
    public static Operand<DeviceTile, F32> Known(Operand<DeviceTile, F32> tensor, int element, int width) => tensor;

    /// <inheritdoc/>
    public DeviceTile Block(long row, int rows, int column, int columns) => new(data, offset + (row * stride) + column, rows, columns, stride);

    /// <inheritdoc/>
    public DeviceTile Take(ref long offset, int rows, int columns)
    {
        int padded = (columns + 15) & ~15;
        var taken = new DeviceTile(data, this.offset + offset, rows, columns, padded);
        offset += (long)rows * padded;
        return taken;
    }

    /// <inheritdoc/>
    /// <remarks>No other than <see cref="Take"/>'s.</remarks>
    public DeviceTile TakeFactor(ref long offset, int rows, int columns) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public DeviceTile TakeStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public DeviceTile TakeFactorStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) => TakeFactor(ref offset, rows, columns);

    /// <inheritdoc/>
    public DeviceTile TakeFactorRooms(ref long offset, Sizes sizes, int rows, int columns) => TakeFactor(ref offset, rows, columns);

    /// <inheritdoc/>
    public DeviceTile TakeLike(ref long offset, int rows, int columns, DeviceTile given) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public DeviceTile TakeColumn(ref long offset, int rows)
    {
        DeviceTile row = Take(ref offset, 1, rows);
        return new(data, row.offset, rows, 1, 1);
    }

    /// <inheritdoc/>
    public F32 Spread(int row, int column) => new(this[row, column]);

    /// <inheritdoc/>
    public F32 Load(int row, int column) => new(this[row, column]);

    /// <inheritdoc/>
    public void Store(int row, int column, F32 value) => data[At(row, column)] = value.Value;

    /// <inheritdoc/>
    public static void Synchronize() => Group.Barrier();

    /// <inheritdoc/>
    public static void SynchronizeVectors() => Synchronize();

    /// <inheritdoc/>
    public static void SynchronizeStrips(Sizes sizes, int columns) => Synchronize();

    private long At(int row, int column) => offset + (row * stride) + column;

    private void Put(int row, int column, float value, Into into)
    {
        long at = At(row, column);
        if (into == Into.Set)
        {
            data[at] = value;
        }
        else if (into == Into.Add)
        {
            data[at] += value;
        }
        else
        {
            data[at] -= value;
        }
    }
}
