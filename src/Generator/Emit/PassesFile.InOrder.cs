namespace AttentionDsl.Generator;

/// <content>The passes over the chunks of a sequence: Advance, Trail, Retreat.</content>
internal sealed partial class PassesFile
{
    /// <summary>Writes a pass over the chunks of a sequence.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="summary">What it does.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="back">True if it begins with the last chunk.</param>
    /// <param name="result">The state (its gradient) that a chunk hands to the next.</param>
    /// <param name="final">The operand that takes what the last chunk hands on; null if nobody asks for it.</param>
    /// <param name="carries">True if it computes what a segment of the sequence hands on by itself.</param>
    private void WriteInOrder(string name, string summary, Pass pass, bool back, Tile result, string? final, bool carries = false)
    {
        KernelWriter kernel = Open(name, summary, Dimensions(panel: true), out ScratchTiles tiles);
        Tile carried = pass.Given[0];
        kernel.Strips = pass.Strips;
        bool strips = pass.Strips.Count > 0;
        if (strips)
        {
            writer.Line("int strips = 0;");
        }

        kernel.Take(carried);
        string states = $"{carried.Name}, tensors.{(back ? "FinalStateGradient" : "InitialState")}", sizes = $"sizes, at, at.{(back ? "StateOut" : "StateIn")}";
        writer.Line(Plan.Carry is null || (carries && Diagonal) ? $"States.Load<TTile, TNumber>({states}, {sizes}, {swapped});"
            : carries ? $"Borders.Begin<TTile, TNumber>({states}, {sizes});"
            : !Diagonal ? $"Borders.Load<TTile, TNumber>({states}, between, {sizes});"
            : $"DiagonalBorders.Load<TTile, TNumber>({states}, between, {sizes}, {(Plan.SegmentDecay is Tile log ? Dimensions(panel: true).Text(log.Columns) : "0")}, {(back ? "true" : "false")});");
        writer.Line();
        writer.Line("// What is read of a chunk stands here, of two chunks in turn: while one is computed the next one is on its way.");
        kernel.WriteRoom(writes.Length != 0);
        kernel.Factors = pass.Factors;
        kernel.Rooms = pass.Rooms;
        kernel.Groups = Plan.Prepare is null;
        kernel.Homogeneous = carries && !back && !Diagonal;
        kernel.Steady = SteadyColumns.Of(pass.Statements);
        Tile[] columns = [.. kernel.Steady.Where(x => x is not ViewStatement).SelectMany(x => x.Results).Distinct()];
        Tile[] rooms = [.. pass.Statements.SelectMany(x => x.Results).Where(x => pass.Rooms.Contains(x.Name)).Distinct()];
        Array.ForEach(rooms, kernel.TakeRoom);
        foreach (Statement fetch in pass.Ahead.OrderBy(x => x.Results.All(y => pass.Rooms.Contains(y.Name)) ? 0 : 1))
        {
            kernel.TakeAhead(fetch);
        }

        Array.ForEach(columns, kernel.TakeRoom);
        foreach (LoopStatement loop in pass.Once)
        {
            writer.Line();
            kernel.WriteOnce(loop);
        }

        Tile? decay = carries && !back ? Plan.SegmentDecay : null;
        if (decay is not null)
        {
            writer.Line();
            kernel.Take(decay);
            writer.Line($"TTile.Clear({decay.Name});");
        }

        writer.Line();
        writer.Line("int chunks = (at.Length + sizes.Chunk - 1) / sizes.Chunk;");
        writer.Line("long first = offset;");
        if (strips)
        {
            writer.Line("int firstStrip = strips;");
        }

        tiles.OpenScope();
        writer.Line("if (chunks > 0)");
        writer.Open();
        WriteFetch(name, pass, back ? "chunks - 1" : "0", "0");
        writer.Close();
        writer.Line();
        writer.Line("for (int step = 0; step < chunks; step++)");
        writer.Open();
        writer.Line("TTile.Arrive();");
        writer.Line("offset = first;");
        if (strips)
        {
            writer.Line("strips = firstStrip;");
        }

        writer.Line($"int chunk = {(back ? "chunks - 1 - step" : "step")}, turn = step & 1;");
        WriteChunk("chunk", "start", "tokens", "length", "writes");
        KeptTile[] leaves = [.. Plan.OnTheWay.Where(x => pass.Statements.OfType<StoreStatement>().Any(y => y.X == x.Tile))];
        if (leaves.Length > 0)
        {
            WriteKeptOf("kept", "chunk", "length", "writes");
        }

        kernel.Rows = new RowsText("start", "length", "start * sizes.Updates", "writes", "tokens", "tokens * sizes.Updates");
        foreach (KeptTile tile in leaves)
        {
            kernel.Memory[tile.Tile.Name] = KeptText(kernel, "kept", tile.Tile, kernel.Rows, panel: true);
        }

        foreach (Statement fetch in pass.Ahead)
        {
            kernel.OpenAhead(fetch);
        }

        Array.ForEach(rooms, kernel.OpenRoom);
        Array.ForEach(columns, kernel.OpenRoom);
        if (columns.Length > 0)
        {
            writer.Line();
            writer.Line("// Columns that no input says are those of the chunk before, where that had as many tokens: a sequence's last chunk may have fewer, the first one on the way back.");
            writer.Line("bool anew = step <= 1 || tokens < sizes.Chunk;");
        }

        NameStates(kernel, pass);
        writer.Line();
        kernel.Memory["Output"] = kernel.Operand("Output", false, false, variant.Chunk.Output!.Columns);
        kernel.Ahead = () =>
        {
            writer.Line("// The next chunk's rows take the room of the last one's; behind the last chunk comes that once more, so that there is no branch.");
            writer.Line("int next = Math.Min(step + 1, chunks - 1);");
            WriteFetch(name, pass, back ? "chunks - 1 - next" : "next", "turn ^ 1");
        };
        if (!Write(kernel, kernel.Groups ? pass : Overlap.Of(pass)).StandsIn(result, carried))
        {
            kernel.WriteWait();
            writer.Line($"TTile.Copy({carried.Name}, {result.Name}, Into.Set);");
        }

        writer.Close();
        writer.Line();
        writer.Line("TTile.Arrive();");
        string leave = $"{(Diagonal ? "DiagonalBorders" : "Borders")}.Store<TTile, TNumber>({carried.Name}, between, sizes, at);";
        if (carries)
        {
            writer.Line(leave);
            if (decay is not null)
            {
                writer.Line($"DiagonalBorders.StoreDecay<TTile, TNumber>({decay.Name}, between, sizes, at);");
            }
        }
        else if (final is not null)
        {
            writer.Line($"States.Store<TTile, TNumber>({carried.Name}, tensors.{final}, sizes, at, at.{(back ? "StateIn" : "StateOut")}, {swapped});");
        }

        if (final == "FinalState" && Plan.Carry is not null)
        {
            writer.Open("if (at.Leaves != 0)");
            writer.Line("at.Border = at.Leaves;");
            writer.Line(leave);
            writer.Close();
        }

        writer.Close();
        scratch[name] = tiles.Elements();
        writer.Line();
        WriteFetchMethod(name, kernel, pass);
    }

    /// <summary>Writes the kernel that carries where no backward follows: a first segment's output need not wait for the others' states.</summary>
    private void WriteCarryAndAdvance()
    {
        const string Name = "CarryAndAdvance";
        writer.Doc("summary", "Carry of a forward by itself: the first segment of a sequence, who has its state, advances while the others are carried.");
        writer.Open($"private static void {Name}Item{Signature("Work at, TTile scratch")}");
        writer.Open("if (at.Leaves != 0)");
        writer.Line("AdvanceItem<TTile, TNumber>(tensors, sizes, at, scratch, between);");
        writer.Close();
        writer.Open("else");
        writer.Line("CarryItem<TTile, TNumber>(tensors, sizes, at, scratch, between);");
        writer.Close();
        writer.Close();
        scratch[Name] = "Math.Max(Scratch(KernelKind.Carry, sizes), Scratch(KernelKind.Advance, sizes))";
    }

    /// <summary>Writes the kernel that follows states, or their gradients, over the borders between segments.</summary>
    private void WriteCompose(string name, string summary, bool back)
    {
        writer.Doc("summary", summary);
        writer.Open($"private static void {name}Item{Signature("Work at, TTile scratch")}");
        writer.Line($"Borders.Compose<TTile, TNumber>(between, sizes, at, scratch, {(back ? "true" : "false")});");
        writer.Close();
        scratch[name] = "Borders.Scratch(sizes)";
    }

    /// <summary>Begins to fetch a chunk.</summary>
    private void WriteFetch(string name, Pass pass, string chunk, string turn) =>
        writer.Line($"Fetch{name}(tensors, sizes, at, between, {chunk}, {turn}, {string.Join(", ", RoomsOf(pass))});");

    /// <summary>Writes what fetches a chunk.</summary>
    private void WriteFetchMethod(string name, KernelWriter kernel, Pass pass)
    {
        writer.Doc("summary", $"Begins to fetch what {name} reads of a chunk, into the first or the second room of every tile.");
        writer.Open($"private static void Fetch{name}{Signature("Work at", $"int chunk, int turn, {string.Join(", ", RoomsOf(pass).Select(x => "TTile " + x))}")}");
        kernel.WriteRoom(writes.Length != 0);
        WriteChunk("chunk", "start", "tokens", "length", "writes");
        if (pass.Ahead.Any(x => x is RecallStatement))
        {
            WriteKeptOf("kept", "chunk", "length", "writes");
        }

        NameKept(kernel, "kept", kernel.Rows, panel: true);
        if (kernel.Homogeneous && pass.Ahead.Any(x => x is LoadStatement { Result.Columns: Dim.Value }))
        {
            writer.Line("int given = at.Homogeneous != 0 ? 0 : tokens;");
        }

        foreach (Statement fetch in pass.Ahead)
        {
            kernel.WriteFetch(fetch);
        }

        writer.Close();
    }

    /// <summary>The rooms of what is fetched ahead.</summary>
    private static IEnumerable<string> RoomsOf(Pass pass) => pass.Ahead.SelectMany(x => x.Results).Select(x => x.Name + "Rooms");

    /// <summary>Says where a chunk is.</summary>
    private void WriteChunk(string chunk, string start, string tokens, string length, string updates)
    {
        writer.Line($"long {start} = at.Start + ((long){chunk} * sizes.Chunk);");
        writer.Line($"int {tokens} = Math.Min(sizes.Chunk, at.Length - ({chunk} * sizes.Chunk)), {length} = TTile.Height({tokens}, sizes.Chunk){(writes.Length == 0 ? "" : $", {updates} = {length} * sizes.Updates")};");
    }

    /// <summary>Names the tiles that passes leave of a chunk.</summary>
    private void WriteKeptOf(string name, string chunk, string length, string updates) =>
        writer.Line($"Kept<TTile, TNumber> {name} = Kept<TTile, TNumber>.Of(between, sizes, ((at.Chunk + {chunk}) * at.Heads) + at.Head, {length}{(writes.Length == 0 ? "" : ", " + updates)});");

    /// <summary>Names the state before a chunk, and the gradient of the one after it, where a pass over the sequence fetches or leaves them.</summary>
    private void NameStates(KernelWriter kernel, Pass pass)
    {
        Name(state.Name, BeforeName);
        Name(GradientName, AfterName);

        void Name(string tile, string name)
        {
            if (pass.Statements.Any(x => x is RecallStatement ? x.Results.Any(y => y.Name == tile) : x is StoreStatement { Backward: false } store && store.To == tile))
            {
                NameState(kernel, tile, name, InOrder, panel: true);
            }
            else
            {
                kernel.Places[tile] = () => NameState(kernel, tile, name, InOrder, panel: true);
            }
        }
    }
}
