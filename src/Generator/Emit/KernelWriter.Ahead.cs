namespace AttentionDsl.Generator;

/// <content>What is fetched of the next chunk while this one is computed.</content>
internal sealed partial class KernelWriter
{
    // Columns that are fetched at once.
    private int columns;

    /// <summary>True if items may write nothing to the state (<c>Work.Homogeneous</c>): all that is written stands in tiles with value columns.</summary>
    public bool Homogeneous { get; set; }

    /// <summary>Takes room in the frame for what is fetched ahead: of two chunks in turn.</summary>
    public void TakeAhead(Statement fetch)
    {
        Tile tile = fetch.Results.Single();
        bool one = tile.Rows == Dim.One, chunk = tile.Columns is Dim.Token or Dim.Update;
        frame.Add(tile.Name);
        if (IsOfPairs(tile))
        {
            // One behind the other: two rows would take as many as the fewest that are multiplied.
            string both = $"2 * {dimensions.Largest(tile.Columns)}";
            scratch.Add("1", both);
            writer.Line($"TTile {tile.Name}Rooms = {Take(tile, "1", both)};");
            return;
        }

        scratch.Add(one ? "2" : $"2 * Padded.Rows({dimensions.Largest(tile.Rows)}, sizes)", dimensions.Largest(tile.Columns), Kind(tile));
        writer.Line($"TTile {tile.Name}Rooms = {Take(tile, one ? "2" : $"2 * {Room(tile)}", chunk ? dimensions.Largest(tile.Columns) : dimensions.Text(tile.Columns))};");
    }

    /// <summary>Computes a column in the frame, for every chunk.</summary>
    public void WriteOnce(LoopStatement loop)
    {
        Tile column = loop.Results.Single();
        string rows = dimensions.Largest(column.Rows);
        frame.Add(column.Name);
        scratch.Add(rows, "1");
        writer.Line($"// {loop.Equation}");
        writer.Line($"TTile {column.Name} = {Take(column, rows, "1")};");
        Write(loop);
    }

    /// <summary>Takes room in the frame for a tile that is computed anew in every chunk and stands as what is fetched does.</summary>
    public void TakeRoom(Tile tile)
    {
        frame.Add(tile.Name);
        scratch.Add($"Padded.Rows({dimensions.Largest(tile.Rows)}, sizes)", dimensions.Largest(tile.Columns), Kind(tile));
        writer.Line($"TTile {tile.Name}Room = {Take(tile, Room(tile), dimensions.Largest(tile.Columns))};");
    }

    /// <summary>Names this chunk's rows of such a tile.</summary>
    public void OpenRoom(Tile tile) => writer.Line($"TTile {tile.Name} = {tile.Name}Room.Block(0, {Length(tile.Rows, Rows)}, 0, {Length(tile.Columns, Rows)});");

    /// <summary>Begins to fetch a chunk's rows of a tile.</summary>
    public void WriteFetch(Statement fetch)
    {
        Tile tile = fetch.Results.Single();
        bool written = Homogeneous && tile.Columns == Dim.Value;
        if (!written || fetch is LoadStatement)
        {
            RowsText rows = Rows;
            Rows = written ? rows with { Tokens = "given", TensorUpdates = "given * sizes.Updates" } : rows;
            writer.Line(tile.Columns == Dim.One ? $"TTile.FetchColumn({Part(tile)}, {From(fetch)}, {columns++});" : $"TTile.Fetch({Part(tile)}, {From(fetch)});");
            Rows = rows;
            return;
        }

        writer.Line("if (at.Homogeneous != 0)");
        writer.Open();
        writer.Line($"TTile.Clear({Part(tile)});");
        writer.Close();
        writer.Line("else");
        writer.Open();
        writer.Line($"TTile.Fetch({Part(tile)}, {From(fetch)});");
        writer.Close();
    }

    /// <summary>Names this chunk's rows of a tile that was fetched ahead.</summary>
    public void OpenAhead(Statement fetch)
    {
        Tile tile = fetch.Results.Single();
        writer.Line($"TTile {tile.Name} = {Part(tile)};");
    }

    /// <summary>Says how many rows of scratch a chunk has room in.</summary>
    public void WriteRoom(bool updates) =>
        writer.Line($"int room = Padded.Rows({dimensions.Largest(Dim.Token)}, sizes){(updates ? $", writesRoom = Padded.Rows({dimensions.Largest(Dim.Update)}, sizes)" : "")};");

    private static string Room(Tile tile) => tile.Rows == Dim.Update ? "writesRoom" : "room";

    private static bool IsOfPairs(Tile tile) => tile.Columns is Dim.TokenPairs or Dim.UpdatePairs;

    private string Part(Tile tile) => IsOfPairs(tile)
        ? $"{tile.Name}Rooms.Block(0, 1, turn * {dimensions.Largest(tile.Columns)}, {Length(tile.Columns, Rows)})"
        : $"{tile.Name}Rooms.Block(turn{(tile.Rows == Dim.One ? "" : $" * {Room(tile)}")}, {Length(tile.Rows, Rows)}, 0, {Length(tile.Columns, Rows)})";
}
