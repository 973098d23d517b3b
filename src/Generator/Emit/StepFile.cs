namespace AttentionDsl.Generator;

/// <summary>The decode kernel: the plain recurrence, token by token, the state read once and written once.</summary>
internal static class StepFile
{
    public static string Text(Variant variant, out string scratch)
    {
        var dimensions = new Dimensions(variant.Update.Swapped, Panel: variant.Update.ColumnsAreIndependent);
        var tiles = new ScratchTiles(dimensions);
        string text = variant.KernelFile(
            $"{variant.Declaration.Name}, the recurrent step. Per head and token:\n\n    {Recurrence.Equations(variant.Update).Replace("\n", "\n    ")}",
            writer => Write(variant, writer, dimensions, tiles));
        scratch = tiles.Elements();
        return text;
    }

    /// <summary>Declares where the statements of a token find their rows.</summary>
    public static void PrepareRows(Variant variant, KernelWriter kernel)
    {
        kernel.Rows = new RowsText("at.Start + t", "1", "((at.Start + t) * sizes.Updates) + update", "1", "1", "1");
        kernel.PerUpdateLoads.UnionWith(variant.Update.Sources.Where(x => x.PerUpdate && !x.IsParameter).Select(x => x.Field));
    }

    private static void Write(Variant variant, SourceWriter writer, Dimensions dimensions, ScratchTiles tiles)
    {
        writer.Doc("summary", "The tokens of an item, one after the other; the state is read once and written once.");
        writer.Open("private static void DecodeItem<TTile, TNumber>(Tensors<TTile, TNumber> tensors, Sizes sizes, Work at, TTile scratch)\n    where TTile : struct, ITile<TTile, TNumber>\n    where TNumber : struct, INumber<TNumber>");
        writer.Line("long offset = 0;");
        var kernel = new KernelWriter(writer, dimensions, tiles, variant.Loops) { Waits = true, Repeats = true };
        var state = new Tile("S", Dim.Key, variant.StateColumns);
        kernel.Take(state);
        string swapped = variant.Update.Swapped ? "true" : "false";
        writer.Line($"bool inPlace = States.Open<TTile, TNumber>(ref S, tensors.InitialState, tensors.FinalState, sizes, at, {swapped});");
        bool straight = variant.Step.Count == 1 && StateSweep.EndsInWalk(variant.Step[0]);
        if (straight)
        {
            writer.Line();
            writer.Line("// The last token's state goes straight to the caller where it can.");
            writer.Line("TTile last = S;");
            writer.Line($"bool stored = States.Last<TTile, TNumber>(ref last, tensors.FinalState, sizes, at, {swapped});");

            // Whoever knows that there is one token knows where its state goes.
            kernel.WalksTo = $"at.Length == 1 || t + 1 == at.Length ? last : {variant.Step[0].StateOut.Name}";
        }

        writer.Line("long first = offset;");
        writer.Line("for (int t = 0; t < at.Length; t++)");
        writer.Open();
        PrepareRows(variant, kernel);
        bool firstProgram = true;
        foreach (TileProgram program in variant.Step)
        {
            if (!firstProgram)
            {
                writer.Line();
            }

            if (program.PerUpdate)
            {
                writer.Line("for (int update = 0; update < sizes.Updates; update++)");
                writer.Open();
            }
            else if (variant.Step.Count > 1)
            {
                writer.Open();
            }

            firstProgram = false;
            writer.Line("offset = first;");
            tiles.OpenScope();
            kernel.WriteInPlace(StateSweep.Fetching(program), program.StateIn, program.StateOut, program.Results);
            if (program.Output is Tile output)
            {
                writer.Line($"TTile.Copy({kernel.Operand("Output", false, false, output.Columns)}, {output.Name}, Into.Set);");
                kernel.WriteWait();
            }

            if (program.PerUpdate || variant.Step.Count > 1)
            {
                writer.Close();
            }
        }

        writer.Close();
        writer.Line();
        writer.Line(straight ? "if (!inPlace && !stored)" : "if (!inPlace)");
        writer.Open();
        writer.Line($"States.Store<TTile, TNumber>(S, tensors.FinalState, sizes, at, at.StateOut, {swapped});");
        writer.Close();
        writer.Close();
    }
}
