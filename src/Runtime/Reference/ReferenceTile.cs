using System.Diagnostics;

namespace AttentionDsl.Runtime;

/// <summary>
/// The oracle's tile: double precision, one thread, the plainest loop for every operation, written from the sums of
/// <see cref="ITile{TSelf, TNumber}"/> and sharing nothing with the fast backends, so that it can judge them.
/// </summary>
public readonly unsafe partial struct ReferenceTile : ITile<ReferenceTile, F64>
{
    private const double NormEpsilon = 1e-6;

    private readonly double* data;
    private readonly long stride;

    /// <summary>A view of caller-owned memory.</summary>
    /// <param name="data">The first element; the memory outlives every use of the tile.</param>
    /// <param name="rows">Number of rows, or <see cref="int.MaxValue"/> if a whole tensor has more (only <see cref="Block"/> is called on it).</param>
    /// <param name="columns">Number of columns; of a scratch region, its length or <see cref="int.MaxValue"/> if that is longer.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    public ReferenceTile(double* data, int rows, int columns, long stride)
    {
        this.data = data;
        this.stride = stride;
        Rows = rows;
        Columns = columns;
    }

    /// <inheritdoc/>
    public int Rows { get; }

    /// <inheritdoc/>
    public int Columns { get; }

    /// <inheritdoc/>
    public int FirstRow => 0;

    /// <inheritdoc/>
    public int RowStep => 1;

    /// <inheritdoc/>
    public int FirstColumn => 0;

    /// <inheritdoc/>
    public int ColumnStep => 1;

    /// <inheritdoc/>
    public bool RowsInOneTurn => false;

    /// <inheritdoc/>
    public bool ColumnsInOneTurn => false;

    /// <inheritdoc/>
    public bool HasRow(int row) => row < Rows;

    /// <inheritdoc/>
    public bool HasColumn(int column) => column < Columns;

    private ref double this[int row, int column]
    {
        get
        {
            Debug.Assert((uint)row < (uint)Rows && (uint)column < (uint)Columns, "An element outside the tile was used.");
            return ref data[(row * stride) + column];
        }
    }

    /// <inheritdoc/>
    public ReferenceTile Block(long row, int rows, int column, int columns)
    {
        Debug.Assert(row >= 0 && rows >= 0 && (Rows == int.MaxValue || row + rows <= Rows), "The block has rows outside the tile.");
        // A block of no rows may name any columns: a transition has as many as keys have channels, and reads no values.
        Debug.Assert(rows == 0 || (column >= 0 && columns >= 0 && column + columns <= Columns), "The block has columns outside the tile.");
        return new(data + (row * stride) + column, rows, columns, stride);
    }

    /// <inheritdoc/>
    public ReferenceTile Take(ref long offset, int rows, int columns)
    {
        int padded = (columns + 15) & ~15;
        var taken = new ReferenceTile(data + offset, rows, columns, padded);
        offset += (long)rows * padded;
        Debug.Assert(Rows == 1 && (Columns == int.MaxValue || offset <= Columns), "The scratch region is too short.");
        return taken;
    }

    /// <inheritdoc/>
    /// <remarks>No other than <see cref="Take"/>'s.</remarks>
    public ReferenceTile TakeFactor(ref long offset, int rows, int columns) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public ReferenceTile TakeStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public ReferenceTile TakeFactorStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) => TakeFactor(ref offset, rows, columns);

    /// <inheritdoc/>
    public ReferenceTile TakeFactorRooms(ref long offset, Sizes sizes, int rows, int columns) => TakeFactor(ref offset, rows, columns);

    /// <inheritdoc/>
    public ReferenceTile TakeLike(ref long offset, int rows, int columns, ReferenceTile given) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public ReferenceTile TakeColumn(ref long offset, int rows)
    {
        ReferenceTile row = Take(ref offset, 1, rows);
        return new(row.data, rows, 1, 1);
    }

    /// <inheritdoc/>
    public F64 Spread(int row, int column) => new(this[row, column]);

    /// <inheritdoc/>
    public F64 Load(int row, int column) => new(this[row, column]);

    /// <inheritdoc/>
    public void Store(int row, int column, F64 value) => this[row, column] = value.Value;

    /// <inheritdoc/>
    public static void Synchronize()
    {
    }

    /// <inheritdoc/>
    public static void SynchronizeVectors() => Synchronize();

    /// <inheritdoc/>
    public static void SynchronizeStrips(Sizes sizes, int columns) => Synchronize();

    private static void Put(ref double result, double value, Into into) =>
        result = into switch
        {
            Into.Set => value,
            Into.Add => result + value,
            _ => result - value,
        };
}
