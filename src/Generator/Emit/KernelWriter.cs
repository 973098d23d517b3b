namespace AttentionDsl.Generator;

/// <summary>
/// Writes the statements of a kernel: a tile is taken from scratch where it is first written, every statement stands under its equation.
/// A tile that is read no more gives its storage to a later one of its shape, so that a chunk's working set stays small.
/// </summary>
internal sealed partial class KernelWriter(SourceWriter writer, Dimensions dimensions, ScratchTiles scratch, LoopMethods loops)
{
    private const string Widest = "Math.Max(sizes.K, sizes.V)";

    private readonly HashSet<string> frame = [];

    // Rows of the caller that an operation reads where they stand, by the name of the tile that they would be.
    private readonly Dictionary<string, LoadStatement> direct = [];

    // Tiles whose storage was taken before the first statement.
    private readonly HashSet<string> opened = [];

    // What was fetched, perhaps in fewer bits, and has not arrived.
    private readonly List<string> narrow = [];

    // True if more than what is fetched at the top has not arrived.
    private bool arriving;

    public SourceWriter Writer => writer;

    /// <summary>Where a load finds its rows.</summary>
    public RowsText Rows { get; set; } = new("start", "length", "start", "length", "length", "length");

    /// <summary>Fields whose rows are updates although the tile has one row (in the recurrent step).</summary>
    public HashSet<string> PerUpdateLoads { get; } = [];

    /// <summary>Tiles that are taken as factors (see <see cref="FactorTiles"/>).</summary>
    public ISet<string> Factors { get; set; } = new HashSet<string>();

    /// <summary>Tiles that are taken as strips (see <see cref="StripTiles"/>).</summary>
    public ISet<string> Strips { get; set; } = new HashSet<string>();

    /// <summary>Tiles that are fetched for strips (see <see cref="StripTiles.Rooms"/>).</summary>
    public ISet<string> Rooms { get; set; } = new HashSet<string>();

    /// <summary>True if a row of keys and one of values stand in the same storage, as wide as the wider of them.</summary>
    public bool Shares { get; set; }

    /// <summary>Tokens of the chunks for which scratch is counted.</summary>
    public int Tokens { get; set; } = SharedMemory.Tokens;

    /// <summary>Where tiles that go from pass to pass, and gradients, stand in memory, by name.</summary>
    public Dictionary<string, string> Memory { get; } = [];

    /// <summary>Writes where a tile stands that only a backward asks for, by the tile's name: there is no such place without one.</summary>
    public Dictionary<string, Action> Places { get; } = [];

    /// <summary>Where the step's last walk writes the state; null: to its own storage.</summary>
    public string? WalksTo { get; set; }

    /// <summary>True if a group of threads may run the kernel, which then says where they wait for each other (see <see cref="Barriers"/>).</summary>
    public bool Waits { get; set; }

    /// <summary>True if what it writes runs again and again: threads wait for each other at its end.</summary>
    public bool Repeats { get; set; }

    /// <summary>True if statements may change places (see <see cref="Grouping"/>).</summary>
    public bool Groups { get; set; }

    /// <summary>True if what it writes computes one chunk and runs once: what is fetched at the top arrives at once.</summary>
    public bool OfChunk { get; set; }

    /// <summary>Written in the middle of a chunk, between two statements: what does not concern them.</summary>
    public Action? Meanwhile { get; set; }

    /// <summary>Written where a walk has begun the first products of a chunk, or at its top if it begins no more than one.</summary>
    public Action? Ahead { get; set; }

    /// <summary>Statements whose results, which stand in the frame, are computed where the kernel's <c>anew</c> holds (<see cref="SteadyColumns"/>).</summary>
    public ISet<Statement> Steady { get; set; } = new HashSet<Statement>();

    /// <summary>Tiles that are declared by the kernel's frame.</summary>
    public void Know(params string[] names) => frame.UnionWith(names);

    /// <summary>The frame's declaration went out of scope.</summary>
    public void Forget(string name)
    {
        frame.Remove(name);
        direct.Remove(name);
    }

    /// <summary>What is read where it stands is a tile again in what is written next.</summary>
    public void ForgetRows() => direct.Keys.ToList().ForEach(Forget);

    /// <summary>Rows of the caller are no tile: what reads them reads them where they stand.</summary>
    public void ReadWhereTheyStand(LoadStatement load)
    {
        direct[load.Result.Name] = load;
        frame.Add(load.Result.Name);
    }

    /// <summary>Takes a tile of the frame from scratch.</summary>
    public void Take(Tile tile)
    {
        WriteTake(tile);
        frame.Add(tile.Name);
    }

    /// <summary>Writes a block of statements.</summary>
    /// <param name="statements">In order.</param>
    /// <param name="liveAfter">Tiles that are read after the last statement.</param>
    /// <param name="giving">Tiles of the frame whose storage may be given to others once they are read for the last time.</param>
    /// <returns>Where the tiles stand.</returns>
    public TileStorage Write(IReadOnlyList<Statement> statements, IEnumerable<Tile> liveAfter, params Tile[] giving)
    {
        (statements, StorageUses uses) = Groups ? Grouping.Best(statements, Uses) : (statements, Uses(statements));
        var storage = new TileStorage(uses);
        var barriers = new Barriers();
        int arrival = statements.FirstIndex(x => x is ArriveStatement), middle = Enumerable.Range(0, statements.Count).FirstOrDefault(x => x >= statements.Count / 2 && statements[x].Equation.Length != 0);
        var begun = new BegunProducts();
        bool[] begins = [.. statements.Select(x => Ahead is not null && Overlap.Begins(x, Strips, Factors, Rooms))];

        // Behind the only product of a chunk there is too little left for the next chunk to arrive.
        int last = begins.Count(x => x) > 1 ? Array.IndexOf(begins, true) : -1;
        if (OfChunk)
        {
            OpenRooms(uses, statements.Count);
        }

        if (last < 0 && Ahead is not null)
        {
            Ahead();
            writer.Line();
        }

        for (int i = 0; i < statements.Count; i++)
        {
            Statement statement = statements[i];
            if (i == middle && Meanwhile is not null)
            {
                writer.Line();
                Meanwhile();
            }

            string[] places = [.. Place(statement, i, storage, out bool inPlace)];
            if (Waits && !inPlace)
            {
                Wait wait = barriers.Reach(statement, storage);
                WriteAwait(begun.Await(statement, begins[i], wait == Wait.All || statement is ArriveStatement, storage));
                if (wait != Wait.None)
                {
                    WriteWait(wait);
                }
            }

            if (OfChunk && i == arrival)
            {
                WriteLater(statements);
            }

            if (statement.Equation.Length != 0)
            {
                if (i > 0)
                {
                    writer.Line();
                }

                foreach (string line in statement.Equation.Split('\n'))
                {
                    writer.Line("// " + line);
                }
            }

            Array.ForEach(places, writer.Line);
            bool steady = statement is not ViewStatement && Steady.Contains(statement);
            if (steady && statement.Equation.Length != 0)
            {
                writer.Line("if (anew)");
                writer.Open();
            }

            if (!inPlace)
            {
                Write(WithVariables(begins[i] ? ((CallStatement)statement) with { Method = "Begin" + ((CallStatement)statement).Method } : statement));
            }

            // A trim belongs to what it trims.
            if (steady && (i + 1 == statements.Count || statements[i + 1] is not TrimStatement))
            {
                writer.Close();
            }

            if (i == last && i + 1 < statements.Count && begins[i + 1])
            {
                last++;
            }
            else if (i == last)
            {
                writer.Line();
                Ahead!();
            }
        }

        WriteAwait(begun.AwaitAll());

        if (Repeats)
        {
            WriteWait();
        }

        return storage;

        // Where products are begun, what they read stands in registers that nothing else takes meanwhile.
        StorageUses Uses(IReadOnlyList<Statement> order) => new StorageUses(order, liveAfter, giving, frame, Factors, Shares, Strips, turns: Groups, Tokens)
            .With(Ahead is null ? null : x => Strips.Contains(x.Name) && Factors.Contains(x.Name));
    }

    /// <summary>Takes all rooms of a chunk, which stand before other scratch.</summary>
    private void OpenRooms(StorageUses uses, int statements)
    {
        TileStorage all = new TileStorage(uses).Place(Enumerable.Range(0, statements));
        Tile[] rooms = [.. uses.Tiles.Where(x => Rooms.Contains(x.Name) && all.Holds(x) && all.First(x) == x.Name)];
        if (rooms.Length == 0)
        {
            return;
        }

        writer.Line("// What is multiplied with strips stands first.");
        foreach (Tile room in rooms)
        {
            // One that others share is cut to their widths where they begin.
            string[] lines = [.. Taking(room)];
            opened.Add(room.Name);
            writer.Line(lines[0]);
        }

        writer.Line();
    }

    /// <summary>Says what statements will bring from memory when they need it.</summary>
    private void WriteLater(IEnumerable<Statement> statements)
    {
        Statement[] later = [.. statements.Where(x => Pass.IsFromMemory(x) && x.Results.Single().Rows != Dim.One)];
        if (later.Length > 0)
        {
            writer.Line("// What is read later on comes nearer.");
            WriteExpected(later);
            writer.Line();
        }
    }

    /// <summary>Says what statements will bring from memory: of the caller's tensors the rows of all heads, by all groups that compute the chunk's heads.</summary>
    public void WriteExpected(IEnumerable<Statement> statements)
    {
        IEnumerable<Statement> all = statements.Where(x => x.Results.Single().Rows != Dim.One);
        string[] expected = [.. all.Select(x => x is LoadStatement load ? $"{RowsOfAllHeads(load)}, at.Head, at.Heads" : $"{From(x)}, 0, 1").Distinct()];
        for (int i = 0; i < expected.Length; i++)
        {
            writer.Line($"TTile.Expect({expected[i]}, {i});");
        }
    }

    private string RowsOfAllHeads(LoadStatement load)
    {
        bool updates = load.Result.Rows == Dim.Update || PerUpdateLoads.Contains(load.Field);
        return $"tensors.{load.Field}.Rows({(updates ? Rows.UpdateStart : Rows.Start)}, {(updates ? Rows.TensorUpdates : Rows.Tokens)})";
    }

    /// <summary>What a statement brings from memory.</summary>
    private string From(Statement statement) => statement is LoadStatement x
        ? Operand(x.Field, x.IsParameter, x.Result.Rows == Dim.Update || PerUpdateLoads.Contains(x.Field), x.Result.Columns)
        : Memory[statement.Results.Single().Variable];

    /// <summary>Products that were begun are waited for, but for so many of the last; null: none.</summary>
    private void WriteAwait(int? left)
    {
        if (left is int number)
        {
            writer.Line($"TTile.AwaitProducts(at.Columns, {number});");
        }
    }

    /// <summary>All threads wait for each other.</summary>
    public void WriteWait() => WriteWait(Wait.All);

    private void WriteWait(Wait wait)
    {
        if (wait == Wait.All && arriving)
        {
            WriteArrival();
            return;
        }

        writer.Line(wait switch
        {
            Wait.Vectors => "TTile.SynchronizeVectors();",
            Wait.Strips => $"TTile.SynchronizeStrips(sizes, {(OfChunk ? Widest : "at.Columns")});",
            _ => "TTile.Synchronize();",
        });
    }

    /// <summary>Writes what carries the state on to the next chunk or token, in the state's own storage.</summary>
    public void WriteInPlace(TileProgram program) => WriteInPlace(StateSweep.Of(program), program.StateIn, program.StateOut, program.Results);

    /// <summary>Writes statements that leave a state in the storage of the one they start from.</summary>
    public void WriteInPlace(IReadOnlyList<Statement> statements, Tile stateIn, Tile stateOut, IEnumerable<Tile> liveAfter)
    {
        if (!Write(statements, liveAfter, stateIn).StandsIn(stateOut, stateIn))
        {
            throw new InvalidOperationException($"{stateOut.Name} does not stand in the storage of {stateIn.Name}: something reads the old state too late.");
        }
    }

    /// <summary>The length of an axis in a chunk.</summary>
    public string Length(Dim dim, RowsText rows) => dim switch
    {
        Dim.Token => rows.Count,
        Dim.Update => rows.Updates,
        Dim.TokenParts => Dimensions.Parts(rows.Count),
        Dim.UpdateParts => Dimensions.Parts(rows.Updates),
        Dim.TokenPairs => Dimensions.Pairs(rows.Count),
        Dim.UpdatePairs => Dimensions.Pairs(rows.Updates),
        _ => dimensions.Text(dim),
    };

    /// <summary>Rows of a caller's tensor for this head.</summary>
    public string Operand(string field, bool isParameter, bool perUpdate, Dim columns)
    {
        string rows = isParameter ? "0, 1" : perUpdate ? $"{Rows.UpdateStart}, {Rows.TensorUpdates}" : $"{Rows.Start}, {Rows.Tokens}";
        string range = dimensions.Panel && columns == Dim.Value ? ", at.Column, at.Columns" : "";
        return $"tensors.{field}.Rows({rows}, at.Head, at.Heads{range})";
    }

    private static string Part(Tile whole, Part part) => part switch
    {
        AttentionDsl.Generator.Part.LastRow => $"{whole.Name}.Block({whole.Name}.Rows - 1, 1, 0, {whole.Name}.Columns)",
        AttentionDsl.Generator.Part.AllButLastColumn => $"{whole.Name}.Block(0, {whole.Name}.Rows, 0, {whole.Name}.Columns - 1)",
        _ => $"{whole.Name}.Block(0, {whole.Name}.Rows, {whole.Name}.Columns - 1, 1)",
    };

    /// <summary>The statement as the kernel spells it: tiles that are there once more have the variable they had before.</summary>
    private static Statement WithVariables(Statement statement)
    {
        if (statement.Reads.Concat(statement.Results).All(x => x.Name == x.Variable))
        {
            return statement;
        }

        Statement reading = statement.Reading(x => x with { Name = x.Variable });
        return reading is not LoopStatement loop
            ? reading
            : loop with { Stores = loop.Stores.Select(x => x with { Result = x.Result with { Name = x.Result.Variable } }).ToEquatableArray() };
    }

    /// <summary>Finds storage for a statement's results.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="index">Its index.</param>
    /// <param name="storage">Who has storage.</param>
    /// <param name="inPlace">True if it copies a tile to where it stands: nothing is left to do.</param>
    /// <returns>The declarations.</returns>
    private List<string> Place(Statement statement, int index, TileStorage storage, out bool inPlace)
    {
        var lines = new List<string>();
        inPlace = false;
        foreach (Tile tile in statement.Results.Where(x => statement is not ViewStatement && !frame.Contains(x.Name) && !storage.Holds(x)))
        {
            if (storage.Reuse(tile, index) is string giver)
            {
                if (tile.Variable != giver.TrimEnd('\''))
                {
                    lines.Add($"{(tile.Name == tile.Variable ? "TTile " : "")}{tile.Variable} = {Given(tile, giver, storage)};");
                }

                inPlace = statement is CallStatement { Method: "Copy", Into: Into.Set } copy && copy.Arguments[0].Name == giver;
            }
            else
            {
                lines.AddRange(opened.Contains(tile.Name) ? Opened(tile) : Taking(tile));
                storage.Take(tile);
            }
        }

        return lines;
    }

    /// <summary>The storage of another tile, cut to the width of this one.</summary>
    private string Given(Tile tile, string giver, TileStorage storage) => TileStorage.IsShared(tile, Shares, Strips) && storage.Tile(giver).Columns != tile.Columns
        ? Cut(tile, storage.First(storage.Tile(giver)))
        : giver.TrimEnd('\'');

    private string Cut(Tile tile, string first) => $"{SharedRoom(first)}.Block(0, {dimensions.Text(tile.Rows)}, 0, {dimensions.Text(tile.Columns)})";

    /// <summary>The variable of storage that tiles of two widths share. A tile that is there once more has the variable it had before, and storage of its own: that has a name of its own.</summary>
    private static string SharedRoom(string tile) => tile.Replace("'", "Again") + "Room";

    /// <summary>The declarations that are left of a tile whose storage was taken before.</summary>
    private IEnumerable<string> Opened(Tile tile) =>
        TileStorage.IsShared(tile, Shares, Strips) ? [$"{(tile.Name == tile.Variable ? "TTile " : "")}{tile.Variable} = {Cut(tile, tile.Name)};"] : [];

    private void WriteTake(Tile tile) => Taking(tile).ForEach(writer.Line);

    private List<string> Taking(Tile tile)
    {
        if (TileStorage.IsShared(tile, Shares, Strips))
        {
            scratch.Add(dimensions.Largest(tile.Rows), Widest, Kind(tile));
            return
            [
                $"TTile {SharedRoom(tile.Name)} = {Take(tile, dimensions.Text(tile.Rows), Widest)};",
                $"{(tile.Name == tile.Variable ? "TTile " : "")}{tile.Variable} = {Cut(tile, tile.Name)};",
            ];
        }

        scratch.Add(tile, Kind(tile));
        return [$"{(tile.Name == tile.Variable ? "TTile " : "")}{tile.Variable} = {Take(tile, dimensions.Text(tile.Rows), dimensions.Text(tile.Columns))};"];
    }

    private string Take(Tile tile, string rows, string columns) =>
        $"scratch.Take{Kind(tile)}(ref offset, {(Strips.Contains(tile.Name) ? "ref strips, sizes, " : Rooms.Contains(tile.Name) ? "sizes, " : "")}{rows}, {columns}{(tile.Given is string field ? $", tensors.{field}.Data" : "")})";

    /// <summary>How a tile is taken: the end of the method's name, and the name of what it then takes.</summary>
    private string Kind(Tile tile) => tile.Given is not null ? "Like" : (Factors.Contains(tile.Name) ? "Factor" : "") + (Strips.Contains(tile.Name) ? "Strip" : Rooms.Contains(tile.Name) ? "Rooms" : "");
}
