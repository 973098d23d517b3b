namespace AttentionDsl.Generator;

/// <summary>Counts the scratch tiles a kernel takes, so that its scratch is known from the sizes alone.</summary>
internal sealed class ScratchTiles(Dimensions dimensions)
{
    private readonly List<(string Rows, string Columns)> tiles = [];

    public void Add(Tile tile) => tiles.Add((dimensions.Largest(tile.Rows), dimensions.Largest(tile.Columns)));

    public void Add(string rows, string columns) => tiles.Add((rows, columns));

    /// <summary>The sum of rows times padded columns, equal tiles counted.</summary>
    public string Elements() => string.Join(
        "\n+ ",
        tiles.GroupBy(x => x).Select(x => $"{(x.Count() == 1 ? "" : $"{x.Count()} * ")}Padded.Elements({x.Key.Rows}, {x.Key.Columns})"));
}
