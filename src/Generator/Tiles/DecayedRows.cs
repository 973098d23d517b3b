namespace AttentionDsl.Generator;

/// <summary>
/// Of the first pass: what multiplies the rows of a decayed Gram's left factor multiplies its result instead, which has fewer columns (<see cref="RowFactors"/> does so where decays are
/// of heads), and loops that read such rows multiply by the factor themselves. The row times its factor is then no tile, and inputs are multiplied as they are.
/// </summary>
internal static class DecayedRows
{
    private const string Gram = "DecayedGram";

    public static IReadOnlyList<Statement> Folded(IReadOnlyList<Statement> statements)
    {
        foreach (LoopStatement loop in statements.OfType<LoopStatement>().Where(x => x.Stores.Count == 1 && x.Stores[0].Into == Into.Set))
        {
            Tile tile = loop.Stores[0].Result;
            Statement[] readers = [.. statements.Where(x => x.Reads.Contains(tile))];
            if (FactorOf(loop) is { } factor && statements.Count(x => x.Results.Contains(tile)) == 1 && readers.Any(x => x is CallStatement) && readers.All(x => IsFree(x, tile)))
            {
                return Folded([.. statements.Where(x => !ReferenceEquals(x, loop)).SelectMany(x => x.Reads.Contains(tile) ? Folded(x, tile, factor) : [x])]);
            }
        }

        return statements;
    }

    private static RowFactor? FactorOf(LoopStatement loop) => loop is { Stores: [{ Value: Expr.Argument } store], Arguments: [Tile same] } && store.Result.Columns == same.Columns
        ? new(same, Expr.One, [])
        : RowFactor.Of(loop.Stores[0].Result, loop.Stores[0].Value, loop.Arguments);

    /// <summary>True for a statement that can do without a row times its factor.</summary>
    private static bool IsFree(Statement statement, Tile tile) => statement switch
    {
        CallStatement { Method: Gram } x => x.Arguments[0] == tile && !x.Arguments.Skip(1).Contains(tile),
        LoopStatement x => x.Stores.Count == 1 && x.Stores[0].Result != tile && x.Stores[0].Result.Columns == tile.Columns,
        _ => false,
    };

    private static IEnumerable<Statement> Folded(Statement statement, Tile tile, RowFactor factor)
    {
        if (statement is CallStatement gram)
        {
            Tile result = gram.Written[0], plain = factor.Factor == Expr.One ? result : result.Unscaled;
            string equation = gram.Equation.Replace($"{result.Name}_ij", $"{plain.Name}_ij").Replace($" {tile.Name}_", $" {factor.Row.Name}_");
            yield return gram with { Written = EquatableArray.Of(plain), Arguments = EquatableArray.Of([factor.Row, .. gram.Arguments.Skip(1)]), Equation = equation };
            if (plain != result)
            {
                yield return (factor with { Row = plain }).Computed(result);
            }

            yield break;
        }

        yield return factor.In((LoopStatement)statement, tile);
    }
}
