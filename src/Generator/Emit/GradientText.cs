namespace AttentionDsl.Generator;

/// <summary>What the two backward kernels (chunks, and the oracle's steps) write alike: parameter totals, the way gradients leave.</summary>
internal static class GradientText
{
    /// <summary>Takes and clears a tile for the gradient of every learned parameter, summed over the item's tokens.</summary>
    public static void TakeTotals(Variant variant, KernelWriter kernel)
    {
        foreach (Source source in variant.Parameters.Where(x => x.Learned))
        {
            Tile total = Total(source);
            kernel.Take(total);
            kernel.Writer.Line($"TTile.Clear({total.Name});");
        }
    }

    public static void StoreTotals(Variant variant, KernelWriter kernel)
    {
        foreach (Source source in variant.Parameters.Where(x => x.Learned))
        {
            kernel.Writer.Line($"TTile.Copy(tensors.{source.Field}Gradient.Rows(at.Sequence, 1, at.Head, at.Heads), {Total(source).Name}, Into.Set);");
        }
    }

    /// <summary>Writes the gradients of a step to where they belong: added to what is there.</summary>
    public static void StoreGradients(Variant variant, KernelWriter kernel, Adjoint adjoint)
    {
        foreach (Source source in variant.Update.Sources.Where(x => adjoint.Gradients.ContainsKey(x.Field)))
        {
            kernel.Writer.Line($"TTile.Copy({(source.IsParameter ? Total(source).Name : InputGradient(kernel, source))}, {adjoint.Gradients[source.Field].Name}, Into.Add);");
        }
    }

    /// <summary>Adds the gradients of parameters to their totals.</summary>
    public static void AddTotals(Variant variant, KernelWriter kernel, Adjoint adjoint)
    {
        foreach (Source source in Differentiated(variant, adjoint, parameters: true))
        {
            kernel.Writer.Line($"TTile.Copy({Total(source).Name}, {adjoint.Gradients[source.Field].Name}, Into.Add);");
        }
    }

    /// <summary>The gradients of inputs, by the name of what they leave for.</summary>
    public static IEnumerable<KeyValuePair<string, Tile>> OfInputs(Variant variant, Adjoint adjoint) =>
        Differentiated(variant, adjoint, parameters: false).Select(x => new KeyValuePair<string, Tile>(x.Field + "Gradient", adjoint.Gradients[x.Field]));

    /// <summary>The gradients of parameters.</summary>
    public static IEnumerable<Tile> OfParameters(Variant variant, Adjoint adjoint) => Differentiated(variant, adjoint, parameters: true).Select(x => adjoint.Gradients[x.Field]);

    /// <summary>Says where the gradients of inputs leave for.</summary>
    public static void NameGradients(Variant variant, KernelWriter kernel, Adjoint adjoint)
    {
        foreach (Source source in Differentiated(variant, adjoint, parameters: false))
        {
            kernel.Memory[source.Field + "Gradient"] = InputGradient(kernel, source);
        }
    }

    /// <summary>Where the gradient of a source belongs; a parameter's has a row for every chunk.</summary>
    public static string OfChunk(KernelWriter kernel, Source source) =>
        source.IsParameter ? $"tensors.{source.Field}Gradient.Rows(at.Chunk, 1, at.Head, at.Heads)" : InputGradient(kernel, source);

    /// <summary>What the forward computed and the adjoint reads, the output's gradient, and the derivative itself.</summary>
    public static IReadOnlyList<Statement> Statements(TileProgram program, Adjoint adjoint)
    {
        IEnumerable<Tile> tiles = program.Operations.Select(x => x.Result).Where(x => adjoint.Values.Contains(x.Name));
        return [.. Lowering.Of(program.Needed(tiles)), .. adjoint.WithOutputGradient(adjoint.Statements)];
    }

    private static IEnumerable<Source> Differentiated(Variant variant, Adjoint adjoint, bool parameters) =>
        variant.Update.Sources.Where(x => x.IsParameter == parameters && adjoint.Gradients.ContainsKey(x.Field));

    private static string InputGradient(KernelWriter kernel, Source source) =>
        kernel.Operand(source.Field + "Gradient", false, source.PerUpdate, ProgramBuilder.Columns(source.Channels));

    private static Tile Total(Source source) => new($"d{source.Tile}Total", Dim.One, ProgramBuilder.Columns(source.Channels));
}
