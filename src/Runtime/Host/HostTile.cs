using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <summary>
/// The host's tile: float32, one thread, sixteen numbers at a time. Every row of a scratch tile is whole registers long, so inner
/// loops have no tails: they work on padded rows, and mask only where a sum runs along a row.
/// </summary>
public readonly unsafe partial struct HostTile : ITile<HostTile, HostLanes>
{
    private readonly float* data;
    private readonly long stride;

    /// <summary>Sees a row-major matrix in native memory as a tile.</summary>
    /// <param name="data">The first element.</param>
    /// <param name="rows">Number of rows; <see cref="int.MaxValue"/> where a whole tensor has more (only Block is called on it).</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    public HostTile(float* data, int rows, int columns, long stride)
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
    public int ColumnStep => HostLanes.Count;

    /// <inheritdoc/>
    public bool RowsInOneTurn => false;

    /// <inheritdoc/>
    public bool ColumnsInOneTurn => false;

    /// <inheritdoc/>
    public bool HasRow(int row) => row < Rows;

    /// <inheritdoc/>
    public bool HasColumn(int column) => column < Columns;

    /// <summary>
    /// Elements from one row of scratch to the next: whole registers, and one more where rows are whole multiples of 512 bytes. 64 columns of
    /// such rows would share half of the sets of the first cache or fewer, and a product reads them once for every four rows of its result.
    /// </summary>
    internal static int Pitch(int columns)
    {
        int padded = (columns + 15) & ~15;
        return padded % 128 == 0 ? padded + 16 : padded;
    }

    /// <summary>Elements that hold scratch tiles of so many (<see cref="Padded"/>), whatever their rows.</summary>
    internal static long Room(long elements) => elements + (elements / 8);

    /// <summary>Elements from one row to the next.</summary>
    internal long Stride => stride;

    /// <summary>Columns in whole registers.</summary>
    internal int Width => (Columns + 15) & ~15;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HostTile Block(long row, int rows, int column, int columns)
    {
        Debug.Assert(row >= 0 && rows >= 0 && (Rows == int.MaxValue || row + rows <= Rows), "The block has rows outside the tile.");
        // A block of no rows may name any columns: a transition has as many as keys have channels, and reads no values.
        Debug.Assert(rows == 0 || (column >= 0 && columns >= 0 && column + columns <= Columns), "The block has columns outside the tile.");
        return new(data + (row * stride) + column, rows, columns, stride);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HostTile Take(ref long offset, int rows, int columns)
    {
        int pitch = Pitch(columns);
        var taken = new HostTile(data + offset, rows, columns, pitch);
        offset += (long)rows * pitch;
        Debug.Assert(Rows == 1 && (Columns == int.MaxValue || offset <= Columns), "The scratch region is too short.");
        return taken;
    }

    /// <inheritdoc/>
    /// <remarks>No other than <see cref="Take"/>'s.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HostTile TakeFactor(ref long offset, int rows, int columns) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public HostTile TakeStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public HostTile TakeFactorStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) => TakeFactor(ref offset, rows, columns);

    /// <inheritdoc/>
    public HostTile TakeFactorRooms(ref long offset, Sizes sizes, int rows, int columns) => TakeFactor(ref offset, rows, columns);

    /// <inheritdoc/>
    public HostTile TakeLike(ref long offset, int rows, int columns, HostTile given) => Take(ref offset, rows, columns);

    /// <inheritdoc/>
    public HostTile TakeColumn(ref long offset, int rows)
    {
        HostTile row = Take(ref offset, 1, rows);
        return new(row.data, rows, 1, 1);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HostLanes Spread(int row, int column) => new(Vector512.Create(data[(row * stride) + column]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public HostLanes Load(int row, int column) => new(Vector512.Load(data + (row * stride) + column));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int row, int column, HostLanes value) => value.Value.Store(data + (row * stride) + column);

    /// <inheritdoc/>
    public static void Synchronize()
    {
    }

    /// <inheritdoc/>
    public static void SynchronizeVectors() => Synchronize();

    /// <inheritdoc/>
    public static void SynchronizeStrips(Sizes sizes, int columns) => Synchronize();

    /// <summary>The first row of a causal matrix that has column j.</summary>
    internal static int FirstRowWith(int j, int rows, int columns, Causal causal)
    {
        int n = columns / rows;
        return (j / n) + (causal == Causal.Inclusive ? 0 : 1);
    }

    internal float* Row(int row) => data + (row * stride);

    /// <summary>All bits set in the first <paramref name="count"/> lanes (all lanes if it is 16 or more, none if it is 0 or less).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> First(int count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* at, Vector512<float> value, Into into)
    {
        if (into == Into.Add)
        {
            value = Vector512.Load(at) + value;
        }
        else if (into == Into.Subtract)
        {
            value = Vector512.Load(at) - value;
        }

        value.Store(at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref float at, float value, Into into) =>
        at = into switch
        {
            Into.Set => value,
            Into.Add => at + value,
            _ => at - value,
        };
}
