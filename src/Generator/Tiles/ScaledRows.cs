namespace AttentionDsl.Generator;

/// <summary>Rows times a factor that are only stored are no tile: they are scaled on their way.</summary>
internal static class ScaledRows
{
    public static IReadOnlyList<Statement> Folded(IReadOnlyList<Statement> statements)
    {
        Dictionary<Tile, RowFactor> factors = Factors(statements);
        Dictionary<Tile, Tile> columns = [];
        return [.. statements.Select(Folded).OfType<Statement>()];

        Statement? Folded(Statement statement)
        {
            switch (statement)
            {
                case LoopStatement loop when factors.TryGetValue(loop.Stores[0].Result, out RowFactor? factor):
                    Tile result = loop.Stores[0].Result;
                    (Tile column, LoopStatement? computed) = factor.Column(result, result.Rows, statements);
                    columns.Add(result, column);
                    return computed;
                case StoreStatement store when factors.TryGetValue(store.X, out RowFactor? factor):
                    return store with { X = factor.Row, Scale = columns[store.X] };
                default:
                    return statement;
            }
        }
    }

    /// <summary>Pairs of tokens, times a factor a row, that are only multiplied: a device may scale them on their way to a factor.</summary>
    public static IReadOnlyList<Statement> OfPairs(IReadOnlyList<Statement> statements) => [.. statements.SelectMany(statement =>
    {
        if (statement is not LoopStatement { Stores: [{ Into: Into.Set, Result: { Columns: Dim.Token or Dim.Update } result } store] } loop
            || RowFactor.Of(result, store.Value, loop.Arguments) is not { } factor
            || !statements.Where(x => x.Reads.Contains(result)).All(x => x is CallStatement { Method: string method } && FactorTiles.Products.Contains(method)))
        {
            return new[] { statement };
        }

        (Tile column, LoopStatement? computed) = factor.Column(result, result.Rows, statements);
        return
        [
            .. computed is null ? [] : new Statement[] { computed },
            new CallStatement(EquatableArray.Of(result), "ScaleRows", EquatableArray.Of(factor.Row, column), null, null, $"{result.Name} = {column.Name} * {factor.Row.Name}"),
        ];
    })];

    /// <summary>What is scaled, and how.</summary>
    private static Dictionary<Tile, RowFactor> Factors(IReadOnlyList<Statement> statements)
    {
        Dictionary<Tile, RowFactor> factors = [];
        foreach (LoopStatement loop in statements.OfType<LoopStatement>().Where(x => x.Stores.Count == 1 && x.Stores[0].Into == Into.Set))
        {
            Tile result = loop.Stores[0].Result;
            if (RowFactor.Of(result, loop.Stores[0].Value, loop.Arguments) is { } factor
                && statements.Count(x => x.Results.Contains(result)) == 1 && statements.Where(x => x.Reads.Contains(result)).All(x => IsScaling(x, result)))
            {
                factors.Add(result, factor);
            }
        }

        return factors;
    }

    private static bool IsScaling(Statement statement, Tile tile) => statement is StoreStatement store && store.X == tile && !store.After.Contains(tile);
}
