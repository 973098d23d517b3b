namespace AttentionDsl.Generator;

/// <summary>The chunk-parallel forward kernel: from chunk to chunk the state is carried, inside a chunk all is matrix products.</summary>
internal static class ForwardFile
{
    public static string Text(Variant variant, out string scratch)
    {
        var dimensions = new Dimensions(variant.Update.Swapped, Panel: false);
        var tiles = new ScratchTiles(dimensions);
        string text = variant.KernelFile(
            $"""
            {variant.Declaration.Name}, the chunk-parallel forward. Per head and token it computes

                {Recurrence.Equations(variant.Update).Replace("\n", "\n    ")}

            for a chunk of C tokens at once. S is the state before the chunk, SNext after it. A tile that is read no more gives its storage to a later one.
            {Recurrence.Algorithm(variant.Update)}
            """,
            writer => Write(variant, writer, dimensions, tiles));
        scratch = tiles.Elements();
        return text;
    }

    /// <summary>Opens a loop's chunk: its first token and its length.</summary>
    public static void OpenChunk(Variant variant, KernelWriter kernel, string done)
    {
        SourceWriter writer = kernel.Writer;
        writer.Line("offset = first;");
        writer.Line($"long start = at.Start + {done};");
        writer.Line($"int length = Math.Min(sizes.Chunk, at.Length - {done});");
        if (variant.Update.SeveralUpdates)
        {
            writer.Line("int writes = length * sizes.Updates;");
        }

        kernel.Rows = new RowsText("start", "length", "start * sizes.Updates", "writes", "length", "writes");
        writer.Line();
    }

    private static void Write(Variant variant, SourceWriter writer, Dimensions dimensions, ScratchTiles tiles)
    {
        string swapped = variant.Update.Swapped ? "true" : "false";
        writer.Doc("summary", "The chunks of an item, one after the other.");
        writer.Open("private static void ForwardItem<TTile, TNumber>(Tensors<TTile, TNumber> tensors, Sizes sizes, Work at, TTile scratch)\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>");
        writer.Line("long offset = 0;");
        var kernel = new KernelWriter(writer, dimensions, tiles, variant.Loops);
        var state = new Tile("S", Dim.Key, variant.StateColumns);
        kernel.Take(state);
        writer.Line($"States.Load<TTile, TNumber>(S, tensors.InitialState, sizes, at, at.StateIn, {swapped});");
        writer.Line("long first = offset;");
        tiles.OpenScope();
        writer.Line("for (int done = 0; done < at.Length; done += sizes.Chunk)");
        writer.Open();
        OpenChunk(variant, kernel, "done");
        TileProgram chunk = variant.Chunk;
        Tile output = chunk.Output!;
        IReadOnlyList<Statement> statements = StateSweep.JoinedChunk(GramPairs.Joined(Lowering.Of(chunk.Needed([chunk.StateOut, output]))), chunk.StateIn);
        kernel.Memory["Output"] = kernel.Operand("Output", false, false, output.Columns);
        statements = EarlyStores.Of(statements, [new("Output", output)]);
        kernel.WriteInPlace(DirectLoads.Of(statements, [], kernel), chunk.StateIn, chunk.StateOut, [chunk.StateOut]);
        writer.Close();
        writer.Line();
        writer.Line($"States.Store<TTile, TNumber>(S, tensors.FinalState, sizes, at, at.StateOut, {swapped});");
        writer.Close();
    }
}
