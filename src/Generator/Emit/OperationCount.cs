namespace AttentionDsl.Generator;

/// <summary>Floating-point operations of the chunk form, a token: products and systems (elementwise work left out), causal halves not taken off.</summary>
internal static class OperationCount
{
    public static string Text(TileProgram chunk, Dimensions dimensions)
    {
        IEnumerable<string> products = chunk.Operations.SelectMany(operation => operation switch
        {
            Gram x => [Count(dimensions, x.Result.Rows, x.Result.Columns, x.Left.Columns)],
            Solve x => [Count(dimensions, x.Result.Rows, x.Result.Rows, x.Result.Columns)],
            Sum x => x.Terms.Where(t => t.Kind != TermKind.Tile).Select(t => Count(
                dimensions, x.Result.Rows, x.Result.Columns, t.Kind == TermKind.TransposedProduct ? t.A.Rows : t.A.Columns)),
            _ => Enumerable.Empty<string>(),
        });
        return $"({string.Join("\n+ ", products.GroupBy(x => x).Select(x => $"({2 * x.Count()}.0 * {x.Key})"))}) / sizes.Chunk";
    }

    private static string Count(Dimensions dimensions, params Dim[] dims) => string.Join(" * ", dims.Select(x => dimensions.Largest(x) is string text && text.Contains('+') ? $"({text})" : dimensions.Largest(x)));
}
