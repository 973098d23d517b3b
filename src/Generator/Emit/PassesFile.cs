namespace AttentionDsl.Generator;

/// <summary>The passes of a token-parallel device: the chunk-parallel kernels cut by what depends on the state (see <see cref="PassPlan"/>).</summary>
internal sealed partial class PassesFile
{
    // Where a chunk's tiles stand in the workspace: of a pass that computes one chunk, of one that computes a sequence.
    private const string Alone = "(at.Chunk * at.Heads) + at.Head";
    private const string InOrder = "((at.Chunk + chunk) * at.Heads) + at.Head";

    /// <summary>The state before a chunk, in the workspace.</summary>
    public const string BeforeName = "before";

    /// <summary>The gradient of the state after it, likewise.</summary>
    public const string AfterName = "after";

    // The gradient of the state after a chunk.
    private const string GradientName = "dSNext";

    private readonly Variant variant;
    private readonly SourceWriter writer;
    private readonly IDictionary<string, string> scratch;
    private readonly string swapped;
    private readonly string writes;
    private readonly Tile state;

    private PassesFile(Variant variant, SourceWriter writer, IDictionary<string, string> scratch)
    {
        this.variant = variant;
        this.writer = writer;
        this.scratch = scratch;
        swapped = variant.Update.Swapped ? "true" : "false";
        writes = variant.Update.SeveralUpdates ? ", writes" : "";
        state = variant.Chunk.StateIn;
    }

    private PassPlan Plan => variant.Passes;

    /// <summary>True if a segment only lets the state that it is handed decay.</summary>
    private bool Diagonal => variant.Update.TransitionIsDiagonal;

    /// <summary>The file; the passes' scratch is added by name.</summary>
    public static string Text(Variant variant, IDictionary<string, string> scratch) => variant.KernelFile(
        $"""
        {variant.Declaration.Name}, the chunk-parallel forward and backward in passes, for devices that compute many chunks at once.
        Pass by pass it computes what the forward and backward kernels compute chunk by chunk:
        what does not depend on the state is computed for all chunks together, the state and its gradient run in order.
        """,
        writer => new PassesFile(variant, writer, scratch).Write());

    private void Write()
    {
        WriteKept();
        writer.Line();
        if (Plan.Prepare is Pass prepare)
        {
            WriteChunkPass("Prepare", "Pass 1, every chunk by itself: all that does not depend on the state.", prepare, (kernel, _) => OpenKept(kernel));
            writer.Line();
        }

        if (Plan.Carry is Pass carry)
        {
            string transition = Diagonal ? Plan.SegmentDecay is null ? "" : ", and its log decay" : ", or its transition";
            WriteInOrder("Carry", $"Before pass 2 where sequences are cut into segments: what a segment hands on by itself{transition}.", carry, back: false, variant.Chunk.StateOut, null, carries: true);
            writer.Line();
            if (!Diagonal)
            {
                WriteCompose("Compose", "Then the states at the borders between segments.", back: false);
                writer.Line();
            }
        }

        WriteInOrder("Advance", "Pass 2, in order over the chunks: the state and the output; where a backward goes on from here, also the state before every chunk.", Plan.Advance, back: false, variant.Chunk.StateOut, "FinalState");
        writer.Line();
        if (Plan.Carry is not null)
        {
            WriteCarryAndAdvance();
            writer.Line();
        }

        WriteInOrder("Trail", "Pass 2 of a backward by itself, in order over the chunks: the state before every chunk.", Plan.Trail, back: false, variant.Chunk.StateOut, null);
        writer.Line();
        if (Plan.CarryBack is Pass carryBack)
        {
            WriteInOrder("CarryBack", "Before pass 3 where sequences are cut into segments: the gradient that a segment hands back by itself.", carryBack, back: true, variant.ChunkAdjoint.State, null, carries: true);
            writer.Line();
            if (!Diagonal)
            {
                WriteCompose("ComposeBack", "Then the gradients of the states at the borders between segments.", back: true);
                writer.Line();
            }
        }

        WriteInOrder("Retreat", "Pass 3 of the backward, from the last chunk to the first: the gradient of the state after every chunk.", Plan.Retreat, back: true, variant.ChunkAdjoint.State, "InitialStateGradient");
        writer.Line();
        if (Plan.Project is not Pass project)
        {
            WriteGradientPass("Gradients", "Pass 4 of the backward, every chunk by itself: the gradients, each stored as soon as it is final.", Plan.Gradients, readsStates: true);
            return;
        }

        const string Projects = "all that reads the state before the chunk and the gradient of the state after it";
        if (Plan.ProjectsApart)
        {
            WriteGradientPass("Project", $"Pass 4 of the backward, every chunk by itself: {Projects}.", project, readsStates: true);
            writer.Line();
            WriteGradientPass("Gradients", "Pass 5 of the backward, every chunk by itself: the gradients, each stored as soon as it is final.", Plan.Gradients, readsStates: false);
            return;
        }

        WriteParts();
        writer.Line();
        WriteGradientPass("Project", $"The first part of pass 4: {Projects}.", project, readsStates: true, new Expected("Differentiate", "at"));
        writer.Line();
        WriteGradientPass("Differentiate", "The second part of pass 4: the gradients, each stored as soon as it is final.", Plan.Gradients, readsStates: false, new Expected("Project", "then"));
        scratch["Gradients"] = $"Math.Max(\n    {scratch["Project"].Replace("\n", "\n    ")},\n    {scratch["Differentiate"].Replace("\n", "\n    ")})";
    }

    /// <summary>Writes the pass that computes the gradients in two parts.</summary>
    private void WriteParts()
    {
        writer.Doc(
            "summary",
            "Pass 4 of the backward, every chunk by itself, in two parts, neither of which fills shared memory: what the first leaves for the second is still in the device's cache.");
        writer.Open($"private static void GradientsItem{Signature("Work at, Work then, TTile scratch")}");
        writer.Line("ProjectItem(tensors, sizes, at, scratch, between);");
        writer.Line("TTile.Synchronize();");
        writer.Line("DifferentiateItem(tensors, sizes, at, then, scratch, between);");
        writer.Close();
    }

    /// <summary>What a pass of chunks brings nearer in its middle.</summary>
    /// <param name="Of">The pass, or part of one, that will fetch it.</param>
    /// <param name="Item">Of which item.</param>
    private readonly record struct Expected(string Of, string Item);

    private void WriteGradientPass(string name, string summary, Pass pass, bool readsStates, Expected? expected = null) => WriteChunkPass(name, summary, pass, (kernel, reads) =>
    {
        OpenKept(kernel);
        if (readsStates && !reads)
        {
            NameState(kernel, state.Name, BeforeName, Alone, panel: false);
            NameState(kernel, GradientName, AfterName, Alone, panel: false);
        }

        if (Plan.Project is not null && !(reads && (readsStates || !Plan.ProjectsApart)))
        {
            OpenProjected(kernel);
        }

        foreach (Source source in variant.Update.Sources.Where(x => variant.ChunkAdjoint.Gradients.ContainsKey(x.Field)))
        {
            kernel.Memory[source.Field + "Gradient"] = GradientText.OfChunk(kernel, source);
        }
    }, expected);

    private IEnumerable<KeptTile> AllKept => Plan.Kept.Concat(Plan.OnTheWay);

    private Dimensions Dimensions(bool panel) => new(variant.Update.Swapped, panel && variant.Update.ColumnsAreIndependent);

    /// <summary>The structs of tiles that passes leave behind, and their sizes.</summary>
    private void WriteKept()
    {
        if (AllKept.Any())
        {
            WriteStruct("Kept", "What the passes leave of a chunk for those that follow.", "The tiles of a chunk in the workspace; only factors and terms of products may stand in its packed part.", AllKept.Select(x => (x, x.Exact ? "Exact" : "Packed")), "long exact = chunk * KeptElements(true, sizes), packed = chunk * KeptElements(false, sizes);");
            writer.Line();
        }

        if (Plan.Project is not null)
        {
            WriteStruct("Projected", "What Project leaves of a chunk in the place of the state before it and the gradient of the state after it.", "The tiles of a chunk in the workspace: exact ones, and behind them those that stand there as states do.", Plan.Projected.OrderBy(x => x.Exact ? 0 : 1).Select(x => (x, x.Exact ? "Projected" : "States")), ProjectedAt());
            writer.Line();
        }

        writer.Line("/// <inheritdoc/>");
        writer.Line($"public static long KeptElements(bool exact, Sizes sizes) => {(AllKept.Any() ? "exact" : "0;")}");
        if (AllKept.Any())
        {
            writer.Indented(() =>
            {
                writer.Lines($"? {Elements(AllKept.Where(x => x.Exact))}");
                writer.Lines($": {Elements(AllKept.Where(x => !x.Exact))};");
            });
        }

        writer.Line();
        writer.Line("/// <inheritdoc/>");
        string states = $"2 * {Elements([new(state, Exact: false, Backward: true)])}";
        writer.Line(Plan.Project is null ? $"public static long StateElements(Sizes sizes) => {states};" : "public static long StateElements(Sizes sizes) => Math.Max(");
        if (Plan.Project is not null)
        {
            writer.Indented(() =>
            {
                writer.Line(states + ",");
                writer.Lines($"{string.Join("\n+ ", ProjectedElements())});");
            });
        }
    }

    /// <summary>What projections take of the states' place: exact tiles, whose numbers are twice as long, and the others.</summary>
    private IEnumerable<string> ProjectedElements()
    {
        KeptTile[] exact = Projected(exact: true), packed = Projected(exact: false);
        string[] both = [exact.Length == 0 ? "" : Twice(exact), packed.Length == 0 ? "" : Elements(packed)];
        return both.Where(x => x.Length != 0).DefaultIfEmpty("0");
    }

    private string Twice(KeptTile[] tiles) => Elements(tiles) is var elements && elements.Contains('+') ? $"2 * ({elements})" : $"2 * {elements}";

    private KeptTile[] Projected(bool exact) => [.. Plan.Projected.Where(x => x.Exact == exact)];

    /// <summary>The line that says where they begin.</summary>
    private string ProjectedAt()
    {
        KeptTile[] exact = Projected(exact: true);
        string[] both =
        [
            exact.Length == 0 ? "" : "projected = chunk * StateElements(sizes) / 2",
            exact.Length == Plan.Projected.Count ? "" : $"states = {(exact.Length == 0 ? "chunk * StateElements(sizes)" : $"(chunk * StateElements(sizes)) + ({Twice(exact).Replace("\n", " ")})")}",
        ];
        return Plan.Projected.Count == 0 ? "" : $"long {string.Join(", ", both.Where(x => x.Length != 0))};";
    }

    /// <summary>Writes a struct of tiles that stand in the workspace.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="summary">What it holds.</param>
    /// <param name="of">What its method says.</param>
    /// <param name="tiles">The tiles, each with the part of the workspace where it stands.</param>
    /// <param name="offsets">The line that says where a chunk begins in those parts, each in a variable of its name; empty if there is no tile.</param>
    private void WriteStruct(string name, string summary, string of, IEnumerable<(KeptTile Tile, string Part)> tiles, string offsets)
    {
        Dimensions dimensions = Dimensions(panel: false);
        writer.Doc("summary", summary);
        writer.Open($"private struct {name}<TTile, TNumber>\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>");
        foreach ((KeptTile kept, _) in tiles)
        {
            writer.Line($"public TTile {kept.Tile.Name};");
        }

        writer.Line();
        writer.Doc("summary", of);
        writer.Open($"public static {name}<TTile, TNumber> Of(Between<TTile> between, Sizes sizes, long chunk, int length{(writes.Length == 0 ? "" : ", int writes")})");
        writer.Line($"{name}<TTile, TNumber> tiles = default;");
        if (offsets.Length != 0)
        {
            writer.Line(offsets);
        }

        foreach ((KeptTile kept, string part) in tiles)
        {
            string take = kept.IsDense ? "TakeColumn" : "Take", columns = kept.IsDense ? "" : ", " + dimensions.Text(kept.Tile.Columns);
            writer.Line($"tiles.{kept.Tile.Name} = between.{part}.{take}(ref {part.ToLowerInvariant()}, {dimensions.Text(kept.Tile.Rows)}{columns});");
        }

        writer.Line("return tiles;");
        writer.Close();
        writer.Close();
    }

    private string Elements(IEnumerable<KeptTile> of)
    {
        Dimensions dimensions = Dimensions(panel: false);
        var tiles = new ScratchTiles(dimensions, workspace: true);
        foreach (KeptTile kept in of)
        {
            if (kept.IsDense)
            {
                tiles.Add("1", dimensions.Largest(kept.Tile.Rows));
            }
            else
            {
                tiles.Add(kept.Tile);
            }
        }

        return tiles.Elements();
    }

    /// <summary>Generic parameters, parameters and constraints of what works on an item.</summary>
    /// <param name="own">The parameters that say on which, and in what scratch.</param>
    /// <param name="more">What follows.</param>
    private static string Signature(string own, string? more = null) =>
        $"<TTile, TNumber>(Tensors<TTile, TNumber> tensors, Sizes sizes, {own}, Between<TTile> between{(more is null ? "" : ", " + more)})\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>";

    private KernelWriter Open(string name, string summary, Dimensions dimensions, out ScratchTiles tiles, string items = "Work at")
    {
        tiles = new ScratchTiles(dimensions, inputs: [.. variant.Inputs.Select(x => x.Field)]);
        writer.Doc("summary", summary);
        writer.Open($"private static void {name}Item{Signature($"{items}, TTile scratch")}");
        writer.Line("long offset = 0;");
        return new KernelWriter(writer, dimensions, tiles, variant.Loops) { Waits = true };
    }

    /// <summary>Writes a pass whose items are chunks.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="summary">What it does.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="open">Names what stands in the workspace: all of it, or what the pass reads.</param>
    /// <param name="expected">What it brings nearer; what the group after it fetches, which runs the same pass, if left out.</param>
    private void WriteChunkPass(string name, string summary, Pass pass, Action<KernelWriter, bool> open, Expected? expected = null)
    {
        Expected next = expected ?? new(name, "then");
        KernelWriter kernel = Open(name, summary, Dimensions(panel: false), out ScratchTiles tiles, next.Item == "at" ? "Work at" : "Work at, Work then");
        if (pass.Strips.Count > 0)
        {
            writer.Line("int strips = 0;");
        }

        OpenChunk(kernel);
        writer.Line();
        open(kernel, false);
        writer.Line();
        kernel.OfChunk = kernel.Groups = true;
        kernel.Strips = pass.Strips;
        kernel.Rooms = StripTiles.RoomsOfChunk(pass.Statements, pass.Strips, pass.Factors);
        kernel.Meanwhile = () =>
        {
            writer.Line(next.Item == "at" ? "// What the second part reads comes nearer." : "// What a group reads that begins when this one ends comes nearer.");
            writer.Line($"Expect{next.Of}(tensors, sizes, {next.Item}, between);");
        };
        Write(kernel, pass);
        writer.Close();
        scratch[name] = tiles.Elements();
        writer.Line();
        WriteExpect(name, pass, open);
    }

    /// <summary>Writes what brings nearer what a pass reads of a chunk, but for states: those of as many chunks as are computed at a time have no room in a device's cache.</summary>
    private void WriteExpect(string name, Pass pass, Action<KernelWriter, bool> open)
    {
        Dimensions dimensions = Dimensions(panel: false);
        writer.Doc("summary", $"Brings nearer what {name} fetches of a chunk; of the caller's rows, which have all heads, every group brings a part.");
        writer.Open($"private static void Expect{name}{Signature("Work at")}");
        var kernel = new KernelWriter(writer, dimensions, new ScratchTiles(dimensions), variant.Loops);
        OpenChunk(kernel);
        if (pass.Statements.Any(x => x is RecallStatement))
        {
            open(kernel, true);
        }

        // What the first of two parts leaves is not there yet.
        var left = new HashSet<string>(Plan.ProjectsApart ? [] : Plan.Projected.Select(x => x.Tile.Name)) { state.Name, GradientName };
        kernel.WriteExpected(pass.Statements.Where(x => Pass.IsFetch(x) && !x.Results.Any(y => left.Contains(y.Name))));
        writer.Close();
    }

    private void OpenChunk(KernelWriter kernel)
    {
        writer.Line("long start = at.Start;");
        writer.Line("int tokens = at.Length, length = TTile.Height(tokens, sizes.Chunk);");
        if (writes.Length != 0)
        {
            writer.Line("int writes = length * sizes.Updates;");
        }

        kernel.Rows = new RowsText("start", "length", "start * sizes.Updates", "writes", "tokens", "tokens * sizes.Updates");
    }

    private TileStorage Write(KernelWriter kernel, Pass pass)
    {
        kernel.Factors = pass.Factors;
        kernel.Shares = pass.Shares;
        kernel.Tokens = pass.Tokens;
        return kernel.Write(pass.Statements, pass.Results, [.. pass.Given]);
    }

    /// <summary>Names the kept tiles of a pass that computes one chunk.</summary>
    private void OpenKept(KernelWriter kernel)
    {
        if (!AllKept.Any())
        {
            return;
        }

        writer.Line($"Kept<TTile, TNumber> kept = Kept<TTile, TNumber>.Of(between, sizes, {Alone}, length{writes});");
        NameKept(kernel, "kept", kernel.Rows, panel: false);
    }

    /// <summary>Tells the kernel where the kept tiles stand.</summary>
    private void NameKept(KernelWriter kernel, string kept, RowsText rows, bool panel)
    {
        foreach (Tile tile in AllKept.Select(x => x.Tile))
        {
            kernel.Memory[tile.Name] = KeptText(kernel, kept, tile, rows, panel);
        }
    }

    private string KeptText(KernelWriter kernel, string kept, Tile tile, RowsText rows, bool panel) =>
        $"{kept}.{tile.Name}{(Dimensions(panel).Panel && tile.Columns == Dim.Value ? $".Block(0, {kernel.Length(tile.Rows, rows)}, at.Column, at.Columns)" : "")}";

    /// <summary>Names what pass 4 leaves.</summary>
    private void OpenProjected(KernelWriter kernel)
    {
        writer.Line($"Projected<TTile, TNumber> projected = Projected<TTile, TNumber>.Of(between, sizes, {Alone}, length{writes});");
        foreach (Tile tile in Plan.Projected.Select(x => x.Tile))
        {
            kernel.Memory[tile.Name] = $"projected.{tile.Name}";
        }
    }

    /// <summary>Names the state before a chunk, or the gradient of the one after it, in the workspace: the one stands behind the other.</summary>
    private void NameState(KernelWriter kernel, string tile, string name, string chunk, bool panel)
    {
        Dimensions whole = Dimensions(panel: false), dimensions = Dimensions(panel);
        string key = whole.Text(Dim.Key), columns = whole.Text(state.Columns), behind = tile == state.Name ? "" : $" + Padded.Elements({key}, {columns})";
        writer.Line($"long {name}At = (({chunk}) * StateElements(sizes)){behind};");
        writer.Line($"TTile {name} = between.States.Take(ref {name}At, {key}, {columns}){(dimensions.Panel ? $".Block(0, {key}, at.Column, at.Columns)" : "")};");
        kernel.Memory[tile] = name;
    }
}
