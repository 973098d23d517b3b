namespace AttentionDsl.Generator;

/// <content>What is fetched of the next chunk while this one is computed.</content>
internal sealed partial class KernelWriter
{
    /// <summary>Where a fetch of the next chunk finds its rows.</summary>
    public RowsText NextRows { get; set; } = new("nextStart", "nextLength", "nextStart * sizes.Updates", "nextWrites", "nextTokens", "nextTokens * sizes.Updates");

    /// <summary>True if items may write nothing to the state (see <c>Borders.Fetch</c>): all that is written stands in tiles with value columns.</summary>
    public bool Homogeneous { get; set; }

    /// <summary>Takes room in the frame for what is fetched ahead, and fetches the first of it.</summary>
    public void TakeAhead(Statement fetch)
    {
        Tile tile = fetch.Results.Single();
        bool factor = Factors.Contains(tile.Name);
        frame.Add(tile.Name);
        writer.Line($"TTile {Room(tile)} = scratch.{(factor ? "TakeFactor" : "Take")}(ref offset, {Most(tile.Rows)}, {Most(tile.Columns)});");
        scratch.Add(tile, factor);

        string Most(Dim dim) => dim is Dim.Token or Dim.Update ? dimensions.Largest(dim) : dimensions.Text(dim);
    }

    /// <summary>Begins to fetch the next chunk's rows of a tile.</summary>
    public void WriteFetch(Statement fetch)
    {
        Tile tile = fetch.Results.Single();
        RowsText rows = Rows;
        Rows = NextRows;
        string from = fetch is LoadStatement x ? Operand(x.Field, x.IsParameter, tile.Rows == Dim.Update, tile.Columns) : Memory[tile.Name];
        Rows = rows;
        string arguments = $"{(tile.Rows == Dim.One ? tile.Name : Part(tile, NextRows))}, {from}";
        writer.Line(Homogeneous && tile.Columns == Dim.Value ? $"Borders.Fetch<TTile, TNumber>({arguments}, at);" : $"TTile.Fetch({arguments});");
    }

    /// <summary>Names this chunk's rows of a tile that was fetched ahead.</summary>
    public void OpenAhead(Statement fetch)
    {
        Tile tile = fetch.Results.Single();
        if (tile.Rows != Dim.One)
        {
            writer.Line($"TTile {tile.Name} = {Part(tile, Rows)};");
        }
    }

    private static string Room(Tile tile) => tile.Rows == Dim.One ? tile.Name : tile.Name + "Room";

    private string Part(Tile tile, RowsText rows) => $"{Room(tile)}.Block(0, {Length(tile.Rows, rows)}, 0, {Length(tile.Columns, rows)})";
}
