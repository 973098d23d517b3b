namespace AttentionDsl.Generator;

/// <summary>
/// The chunk-parallel backward kernel: one sweep forward keeps the state before every chunk and what was costly to compute of it, one sweep back
/// differentiates chunk by chunk.
/// </summary>
internal static class BackwardFile
{
    public static string Text(Variant variant, out string scratch)
    {
        var dimensions = new Dimensions(variant.Update.Swapped, Panel: false);
        var tiles = new ScratchTiles(dimensions);
        string text = variant.KernelFile(
            $"""
            {variant.Declaration.Name}, the chunk-parallel backward: the derivative of the forward, statement by statement in reverse.
            dx is the gradient of x. The state before every chunk is kept, and what the sweep forward solved, multiplied or summed over pairs for it, and gates;
            all else of a chunk is computed again.
            """,
            writer => Write(variant, writer, dimensions, tiles));
        scratch = tiles.Elements();
        return text;
    }

    private static void Write(Variant variant, SourceWriter writer, Dimensions dimensions, ScratchTiles tiles)
    {
        TileProgram program = variant.Chunk;
        string swapped = variant.Update.Swapped ? "true" : "false";
        var state = new Tile("S", Dim.Key, variant.StateColumns);
        Tile dState = state with { Name = "dS" }, dNext = state with { Name = "dSNext" };
        string key = dimensions.Text(Dim.Key), columns = dimensions.Text(variant.StateColumns);

        writer.Doc("summary", "The chunks of an item, forward to their states and back to their gradients.");
        writer.Open("private static void BackwardItem<TTile, TNumber>(Tensors<TTile, TNumber> tensors, Sizes sizes, Work at, TTile scratch)\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>");
        writer.Line("long offset = 0;");
        var kernel = new KernelWriter(writer, dimensions, tiles, variant.Loops);
        Adjoint adjoint = variant.ChunkAdjoint;
        KeptValues kept = KeptValues.Of(program, adjoint);
        IReadOnlyList<Statement> statements = GramPairs.JoinedAdjoints(GramPairs.Joined([.. Lowering.Of(kept.Later), .. adjoint.WithOutputGradient(adjoint.Statements)]));
        statements = EarlyStores.Of(StateSweep.JoinedChunk(RowLoops.Of(statements), dNext), GradientText.OfInputs(variant, adjoint));
        bool inPlace = MakesInPlace(statements, dState, dNext);
        kernel.Take(dNext);
        if (!inPlace)
        {
            kernel.Take(dState);
        }

        GradientText.TakeTotals(variant, kernel);
        writer.Line();
        writer.Line("// trail: the state before every chunk, one below the other");
        writer.Line("int chunks = (at.Length + sizes.Chunk - 1) / sizes.Chunk;");
        writer.Line($"TTile trail = scratch.Take(ref offset, Math.Max(chunks, 1) * {key}, {columns});");
        tiles.Add($"Math.Max((sizes.MaxLength + sizes.Chunk - 1) / sizes.Chunk, 1) * {key}", columns);
        writer.Line($"States.Load<TTile, TNumber>(trail.Block(0, {key}, 0, {columns}), tensors.InitialState, sizes, at, at.StateIn, {swapped});");
        TakeKept(kernel, kept.Tiles, dimensions, tiles);
        writer.Line("long first = offset;");
        writer.Line();

        writer.Line(kept.Tiles.Count == 0 ? "for (int chunk = 0; chunk + 1 < chunks; chunk++)" : "for (int chunk = 0; chunk < chunks; chunk++)");
        writer.Open();
        tiles.OpenScope();
        ForwardFile.OpenChunk(variant, kernel, "(chunk * sizes.Chunk)");
        writer.Line($"TTile S = trail.Block((long)chunk * {key}, {key}, 0, {columns});");
        NameKept(kernel, kept.Tiles, dimensions);
        kernel.Know("S", "SNext");
        IReadOnlyList<Statement> first = Lowering.Of(kept.First), next = StateSweep.WithoutCopy(StateSweep.JoinedChunk(Lowering.Of(kept.Next), program.StateIn));
        if (kept.Tiles.Count > 0)
        {
            writer.Line();
            kernel.Write(DirectLoads.Of(first, next.SelectMany(x => x.Reads), kernel), next.SelectMany(x => x.Reads));
            writer.Line();
            writer.Line("// Nobody asks for the state after the last chunk.");
            writer.Line("if (chunk + 1 == chunks)");
            writer.Open();
            writer.Line("break;");
            writer.Close();
            writer.Line();
        }

        // The next state stands straight in the trail.
        writer.Line($"TTile SNext = trail.Block((long)(chunk + 1) * {key}, {key}, 0, {columns});");
        writer.Line();
        kernel.Write(DirectLoads.Of(next, [program.StateOut], kernel), [program.StateOut]);
        kernel.Forget("SNext");
        kernel.ForgetRows();
        writer.Close();
        writer.Line();

        writer.Line($"States.Load<TTile, TNumber>(dSNext, tensors.FinalStateGradient, sizes, at, at.StateOut, {swapped});");
        writer.Line("for (int chunk = chunks - 1; chunk >= 0; chunk--)");
        writer.Open();
        tiles.OpenScope();
        ForwardFile.OpenChunk(variant, kernel, "(chunk * sizes.Chunk)");
        writer.Line($"TTile S = trail.Block((long)chunk * {key}, {key}, 0, {columns});");
        NameKept(kernel, kept.Tiles, dimensions);
        writer.Line();
        writer.Line("// --- what the forward computed");
        GradientText.NameGradients(variant, kernel, adjoint);
        Tile[] liveAfter = [.. GradientText.OfParameters(variant, adjoint), dState];
        statements = DirectLoads.Of(statements, liveAfter, kernel);
        if (inPlace)
        {
            kernel.WriteInPlace(statements, dNext, dState, liveAfter);
        }
        else
        {
            kernel.Write(statements, liveAfter);
        }

        writer.Line();
        writer.Line($"// --- the state's gradient goes on to the chunk before{(inPlace ? ", where it stands" : "")}");
        GradientText.AddTotals(variant, kernel, adjoint);
        if (!inPlace)
        {
            writer.Line("(dS, dSNext) = (dSNext, dS);");
        }

        writer.Close();
        writer.Line();
        GradientText.StoreTotals(variant, kernel);
        writer.Line($"States.Store<TTile, TNumber>(dSNext, tensors.InitialStateGradient, sizes, at, at.StateIn, {swapped});");
        writer.Close();
    }

    /// <summary>Room for what is kept of all chunks, one below the other.</summary>
    private static void TakeKept(KernelWriter kernel, IReadOnlyList<Tile> kept, Dimensions dimensions, ScratchTiles tiles)
    {
        foreach (Tile tile in kept)
        {
            string columns = dimensions.Largest(tile.Columns);
            kernel.Writer.Line($"TTile {Room(tile)} = scratch.Take(ref offset, chunks * {Factor(dimensions.Largest(tile.Rows))}, {columns});");
            tiles.Add($"((sizes.MaxLength + sizes.Chunk - 1) / sizes.Chunk) * {Factor(dimensions.Largest(tile.Rows))}", columns);
        }
    }

    /// <summary>A chunk's part of it.</summary>
    private static void NameKept(KernelWriter kernel, IReadOnlyList<Tile> kept, Dimensions dimensions)
    {
        foreach (Tile tile in kept)
        {
            kernel.Writer.Line($"TTile {tile.Name} = {Room(tile)}.Block((long)chunk * {Factor(dimensions.Largest(tile.Rows))}, {dimensions.Text(tile.Rows)}, 0, {dimensions.Text(tile.Columns)});");
            kernel.Know(tile.Name);
        }
    }

    private static string Room(Tile tile) => tile.Name + "OfAll";

    private static string Factor(string length) => length.Contains(" ") ? $"({length})" : length;

    /// <summary>True if one tile is first made of another, number for number, and nobody reads that one later.</summary>
    private static bool MakesInPlace(IReadOnlyList<Statement> statements, Tile result, Tile from)
    {
        Statement? first = statements.FirstOrDefault(x => x.Results.Contains(result));
        return first is CallStatement { Method: "Copy", Into: Into.Set } or LoopStatement { Stores.Count: 1 }
            && first.Reads.Contains(from)
            && !statements.SkipWhile(x => x != first).Skip(1).Any(x => x.Reads.Contains(from));
    }
}
