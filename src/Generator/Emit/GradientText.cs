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

    /// <summary>Writes the gradients of a chunk (a step) to where they belong.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="adjoint">The derivative.</param>
    /// <param name="into">What is done with the gradients of inputs.</param>
    public static void StoreGradients(Variant variant, KernelWriter kernel, Adjoint adjoint, Into into)
    {
        foreach (Source source in variant.Update.Sources)
        {
            if (adjoint.Gradients.TryGetValue(source.Field, out Tile? gradient))
            {
                kernel.Writer.Line(source.IsParameter
                    ? $"TTile.Copy({Total(source).Name}, {gradient.Name}, Into.Add);"
                    : $"TTile.Copy({InputGradient(kernel, source)}, {gradient.Name}, Into.{into});");
            }
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

    private static string InputGradient(KernelWriter kernel, Source source) =>
        kernel.Operand(source.Field + "Gradient", false, source.PerUpdate, ProgramBuilder.Columns(source.Channels));

    private static Tile Total(Source source) => new($"d{source.Tile}Total", Dim.One, ProgramBuilder.Columns(source.Channels));
}
