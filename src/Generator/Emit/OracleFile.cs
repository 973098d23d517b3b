namespace AttentionDsl.Generator;

/// <summary>The adjoint of the recurrent step, token by token: run in double precision it is the oracle of every gradient.</summary>
internal static class OracleFile
{
    public static string Text(Variant variant, out string scratch)
    {
        var dimensions = new Dimensions(variant.Update.Swapped, Panel: false);
        var tiles = new ScratchTiles(dimensions);
        string text = variant.KernelFile(
            $"""
            {variant.Declaration.Name}, the derivative of the recurrent step, token by token and without chunks: the shortest path, which the
            chunk-parallel backward is held against. dx is the gradient of x. Every state is kept.
            """,
            writer => Write(variant, writer, dimensions, tiles));
        scratch = tiles.Elements();
        return text;
    }

    private static void Write(Variant variant, SourceWriter writer, Dimensions dimensions, ScratchTiles tiles)
    {
        string swapped = variant.Update.Swapped ? "true" : "false";
        string key = dimensions.Text(Dim.Key), columns = dimensions.Text(variant.StateColumns);
        var state = new Tile("S", Dim.Key, variant.StateColumns);
        Tile dState = state with { Name = "dS" }, dNext = state with { Name = "dSNext" };
        int once = variant.Step.Count(x => x.StateOut != x.StateIn && !x.PerUpdate), each = variant.Step.Count(x => x.PerUpdate);
        string statesPerToken = each == 0 ? $"{once}" : once == 0 ? "sizes.Updates" : $"({once} + sizes.Updates)";

        writer.Doc("summary", "The tokens of an item, forward to their states and back to their gradients.");
        writer.Open("private static void DecodeBackwardItem<TTile, TNumber>(Tensors<TTile, TNumber> tensors, Sizes sizes, Work at, TTile scratch)\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>");
        writer.Line("long offset = 0;");
        var kernel = new KernelWriter(writer, dimensions, tiles, variant.Loops);
        StepFile.PrepareRows(variant, kernel);
        kernel.PerUpdateLoads.UnionWith(variant.Inputs.Where(x => x.PerUpdate).Select(x => x.Field + "Gradient"));
        kernel.Take(dState);
        kernel.Take(dNext);
        GradientText.TakeTotals(variant, kernel);
        writer.Line();
        writer.Line("// trail: every state, one below the other");
        writer.Line($"TTile trail = scratch.Take(ref offset, ((at.Length * {statesPerToken}) + 1) * {key}, {columns});");
        tiles.Add($"((sizes.MaxLength * {statesPerToken}) + 1) * {key}", columns);
        writer.Line($"States.Load<TTile, TNumber>(trail.Block(0, {key}, 0, {columns}), tensors.InitialState, sizes, at, at.StateIn, {swapped});");
        writer.Line("long first = offset;");
        writer.Line("long position = 0;");
        writer.Line("for (int t = 0; t < at.Length; t++)");
        writer.Open();
        foreach (TileProgram program in variant.Step.Where(x => x.StateOut != x.StateIn))
        {
            tiles.OpenScope();
            OpenProgram(writer, program, "for (int update = 0; update < sizes.Updates; update++)");
            writer.Line($"TTile S = trail.Block(position * {key}, {key}, 0, {columns});");
            writer.Line($"TTile SNext = trail.Block((position + 1) * {key}, {key}, 0, {columns});");
            kernel.Know("S", "SNext");
            kernel.Write(Lowering.Of(program.Needed([program.StateOut])), [program.StateOut]);
            kernel.Forget("SNext");
            writer.Line("position++;");
            writer.Close();
        }

        writer.Close();
        writer.Line();
        writer.Line($"States.Load<TTile, TNumber>(dSNext, tensors.FinalStateGradient, sizes, at, at.StateOut, {swapped});");
        writer.Line("for (int t = at.Length - 1; t >= 0; t--)");
        writer.Open();
        foreach (TileProgram program in variant.Step.Reverse())
        {
            tiles.OpenScope();
            WriteAdjoint(variant, kernel, program, dState, dNext, $"trail.Block(position * {key}, {key}, 0, {columns})");
        }

        writer.Close();
        writer.Line();
        GradientText.StoreTotals(variant, kernel);
        writer.Line($"States.Store<TTile, TNumber>(dSNext, tensors.InitialStateGradient, sizes, at, at.StateIn, {swapped});");
        writer.Close();
    }

    private static void WriteAdjoint(Variant variant, KernelWriter kernel, TileProgram program, Tile dState, Tile dNext, string stateText)
    {
        SourceWriter writer = kernel.Writer;
        bool writes = program.StateOut != program.StateIn;
        Adjoint adjoint = ReverseMode.Of(program, dNext, writes ? dState : dNext, variant.Learned);

        OpenProgram(writer, program, "for (int update = sizes.Updates - 1; update >= 0; update--)");
        if (writes)
        {
            writer.Line("position--;");
        }

        writer.Line($"TTile S = {stateText};");
        kernel.Know("S");
        kernel.Write(GradientText.Statements(program, adjoint), adjoint.Gradients.Values);
        GradientText.StoreGradients(variant, kernel, adjoint);
        if (writes)
        {
            writer.Line("(dS, dSNext) = (dSNext, dS);");
        }

        writer.Close();
    }

    private static void OpenProgram(SourceWriter writer, TileProgram program, string loop)
    {
        if (program.PerUpdate)
        {
            writer.Line(loop);
        }

        writer.Open();
        writer.Line("offset = first;");
    }
}
