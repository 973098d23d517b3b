namespace AttentionDsl.Generator;

/// <summary>The sum D X + D^T X, which the derivative of a Gram of rows with themselves is, is one product with D + D^T: where D is strictly causal, D mirrored.</summary>
internal static class MirroredPairs
{
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements)
    {
        var joined = new List<Statement>(statements);
        foreach (CallStatement product in statements.OfType<CallStatement>().Where(x => x is { Method: "Product", Into: Into.Set or Into.Add }))
        {
            Tile pairs = product.Arguments[0];
            Statement[] readers = [.. statements.Where(x => x.Reads.Contains(pairs))];
            if (readers.Length != 2 || Array.Find(readers, x => !ReferenceEquals(x, product)) is not CallStatement { Method: "TransposedProduct", Into: Into.Set or Into.Add } turned
                || turned.Written[0] != product.Written[0] || !turned.Arguments.SequenceEqual(product.Arguments) || !IsStrict(statements, pairs))
            {
                continue;
            }

            int at = Math.Min(IndexOf(product), IndexOf(turned));
            Into into = product.Into == Into.Set || turned.Into == Into.Set ? Into.Set : Into.Add;
            string sum = product.Written[0].Name;
            joined.Remove(product);
            joined.Remove(turned);
            joined.Insert(at, product with { Into = into, Equation = $"{sum} {Statement.Sign(into)} ({pairs.Name} + {pairs.Name}^T) {product.Arguments[1].Name}" });
            joined.Insert(at, new CallStatement(EquatableArray.Of(pairs), "Mirror", EquatableArray<Tile>.Empty, null, null, $"{pairs.Name} += {pairs.Name}^T"));
        }

        return joined;

        int IndexOf(Statement statement) => joined.FindIndex(x => ReferenceEquals(x, statement));
    }

    /// <summary>True for what is zero from the diagonal on, and as wide as it is high.</summary>
    private static bool IsStrict(IReadOnlyList<Statement> statements, Tile pairs) => pairs.Rows == pairs.Columns && statements.Where(x => x.Results.Contains(pairs)).All(x => x switch
    {
        CallStatement { Method: "Decay" or "Gram", Causal: Causal.Strict } or CallStatement { Method: "Clear" } => true,
        LoopStatement { Stores.Count: 1 } loop => RowFactor.Of(pairs, loop.Stores[0].Value, loop.Arguments) is { } factor && IsStrict(statements, factor.Row),
        _ => false,
    });
}
