namespace AttentionDsl.Generator;

/// <summary>
/// Floating-point operations of the chunk form, a token: products and triangular systems, as the kernel computes them. Of a Gram or a system
/// only the causal half counts; elementwise work does not.
/// </summary>
internal static class OperationCount
{
    // A multiply-add is two operations; a causal matrix has half its pairs.
    private const int Whole = 2;
    private const int Half = 1;

    public static string Text(TileProgram chunk, Dimensions dimensions)
    {
        IEnumerable<(int Factor, string Count)> products = chunk.Operations.SelectMany(operation => operation switch
        {
            Gram x => [(Half, Count(dimensions, x.Result.Rows, x.Result.Columns, x.Left.Columns))],
            Solve x => [(Half, Count(dimensions, x.Result.Rows, x.Result.Rows, x.Result.Columns))],
            Sum x => x.Terms.Where(t => t.Kind != TermKind.Tile).Select(t => (
                t.Kind == TermKind.DecayedProduct ? Half : Whole,
                Count(dimensions, x.Result.Rows, x.Result.Columns, t.Kind == TermKind.TransposedProduct ? t.A.Rows : t.A.Columns))),
            _ => Enumerable.Empty<(int, string)>(),
        });
        return $"({string.Join("\n+ ", products.GroupBy(x => x.Count).Select(x => $"({x.Sum(y => y.Factor)}.0 * {x.Key})"))}) / sizes.Chunk";
    }

    private static string Count(Dimensions dimensions, params Dim[] dims) => string.Join(" * ", dims.Select(x => dimensions.Largest(x) is string text && text.Contains('+') ? $"({text})" : dimensions.Largest(x)));
}
