namespace AttentionDsl.Runtime;

/// <summary>
/// Storage of scratch tiles: rows are padded to a multiple of 16 numbers, on every backend. (The host sets long rows further apart, and takes so much more: <see cref="HostTile.Pitch"/>.)
/// </summary>
public static class Padded
{
    /// <summary>Columns of a block: factors of so many, or a multiple, stand in blocks where a backend pads rows.</summary>
    internal const int BlockColumns = 64;

    /// <summary>Elements of a line, which is all banks of shared memory: every tile begins where one does.</summary>
    internal const int Line = 32;

    /// <summary>Parts of a sum that the threads of a group add up together (<see cref="ITile{TSelf, TNumber}.SumOfParts"/>).</summary>
    public const int Parts = 8;

    private static long Height(long rows) => rows == 1 ? 1 : (rows + 15) & ~15;

    private static long Lines(long elements) => (elements + Line - 1) & -Line;

    /// <summary>Elements that a scratch tile takes.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    public static long Elements(long rows, int columns) => rows * ((columns + 15) & ~15);

    /// <summary>Elements that a tile of <see cref="ITile{TSelf, TNumber}.Take"/> takes on the backend for which the sizes were made (see <see cref="Sizes.RowPadding"/>).</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="sizes">The sizes.</param>
    public static long Elements(long rows, int columns, Sizes sizes) => sizes.RowPadding == 0
        ? Elements(rows, columns)
        : Lines(Height(rows) * (columns == 1 ? 4 : ((columns + 15) & ~15) + sizes.RowPadding));

    /// <summary>Elements that a tile of <see cref="ITile{TSelf, TNumber}.TakeFactor"/> takes: half as many where a backend pads rows, and no padding in blocks of 64 columns.</summary>
    /// <inheritdoc cref="Elements(long, int, Sizes)"/>
    public static long Factor(long rows, int columns, Sizes sizes) => sizes.RowPadding == 0
        ? Elements(rows, columns)
        : Lines(Height(rows) * (rows > 1 && columns % BlockColumns == 0 ? columns : ((columns + 15) & ~15) + sizes.RowPadding) / 2);

    /// <summary>Rows after which other rows of the same tile may stand in use of their own: rows come in sixteens where a backend pads them.</summary>
    /// <param name="rows">The rows in use.</param>
    /// <param name="sizes">The sizes.</param>
    public static int Rows(int rows, Sizes sizes) => sizes.RowPadding == 0 ? rows : (rows + 15) & ~15;

    /// <summary>True where tiles of <see cref="ITile{TSelf, TNumber}.TakeStrip"/> may stand in registers: on a backend that has strips, where blocks of 16 x 16 fill all of them.</summary>
    /// <param name="sizes">The sizes.</param>
    public static bool HoldsStrips(Sizes sizes) => sizes.StripColumns != 0 & ((sizes.K | sizes.V | sizes.Chunk) & 15) == 0;

    /// <summary>True if those of so many columns, or fewer, do: no wider ones.</summary>
    /// <param name="sizes">The sizes.</param>
    /// <param name="columns">Columns.</param>
    public static bool HoldsStrips(Sizes sizes, int columns) => HoldsStrips(sizes) & columns <= sizes.StripColumns;

    /// <summary>Elements of scratch that a tile of <see cref="ITile{TSelf, TNumber}.TakeStrip"/> takes: none where it stands in registers.</summary>
    /// <inheritdoc cref="Elements(long, int, Sizes)"/>
    public static long Strip(long rows, int columns, Sizes sizes) => HoldsStrips(sizes, columns) ? 0 : Elements(rows, columns, sizes);

    /// <summary>Likewise one of <see cref="ITile{TSelf, TNumber}.TakeFactorStrip"/>.</summary>
    /// <inheritdoc cref="Elements(long, int, Sizes)"/>
    public static long FactorStrip(long rows, int columns, Sizes sizes) => HoldsStrips(sizes, columns) ? 0 : Factor(rows, columns, sizes);

    /// <summary>Elements that a tile of <see cref="ITile{TSelf, TNumber}.TakeFactorRooms"/> takes: blocks of 64 columns where it is multiplied with strips.</summary>
    /// <inheritdoc cref="Elements(long, int, Sizes)"/>
    public static long FactorRooms(long rows, int columns, Sizes sizes) => HoldsStrips(sizes) ? ((rows + 15) & ~15) * ((columns + 63) >> 6) * 32 : Factor(rows, columns, sizes);

    /// <summary>Elements that a tile of <see cref="ITile{TSelf, TNumber}.TakeLike"/> takes.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="input">Number of the input that it holds.</param>
    public static long Like(long rows, int columns, Sizes sizes, int input) =>
        ((sizes.NarrowInputs >> input) & 1) == 0 ? Elements(rows, columns, sizes) : Factor(rows, columns, sizes);
}
