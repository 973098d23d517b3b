namespace AttentionDsl.Generator;

/// <summary>Gradients that leave by what computes them: those of rows that were normalised are no tile, and where a loop computes the same number twice, one tile is all that is made of it.</summary>
internal static class LeftGradients
{
    public static IReadOnlyList<Statement> Of(IReadOnlyList<Statement> statements) => Normalized(Once(statements));

    /// <summary>Gradients of rows that were normalised leave by what computes them.</summary>
    public static IReadOnlyList<Statement> Normalized(IReadOnlyList<Statement> statements)
    {
        Dictionary<Tile, CallStatement> adjoints = statements.OfType<CallStatement>()
            .Where(x => x is { Method: "NormalizeAdjoint", Into: Into.Set } && statements.Count(y => y.Results.Contains(x.Written[0])) == 1
                && statements.Where(y => y.Reads.Contains(x.Written[0])).ToArray() is [StoreStatement { Scale: null, After.Count: 0 }])
            .ToDictionary(x => x.Written[0]);
        return adjoints.Count == 0 ? statements : [.. statements.Where(x => x is not CallStatement call || !adjoints.ContainsValue(call)).Select(Left)];

        Statement Left(Statement statement) => statement is StoreStatement store && adjoints.TryGetValue(store.X, out CallStatement? adjoint)
            ? store with { X = adjoint.Arguments[0], Normalized = adjoint.Arguments[1] }
            : statement;
    }

    private static IReadOnlyList<Statement> Once(IReadOnlyList<Statement> statements)
    {
        foreach (LoopStatement loop in statements.OfType<LoopStatement>().Where(x => x.Stores.Count > 1))
        {
            Store[] own = [.. loop.Stores.Where(x => x.Into == Into.Set && statements.Count(y => y.Results.Contains(x.Result)) == 1)];
            Store? again = own.FirstOrDefault(x => First(x) != x);
            if (again is not null)
            {
                Tile tile = again.Result, first = First(again).Result;
                Statement less = loop with
                {
                    Stores = loop.Stores.Where(x => x != again).ToEquatableArray(),
                    Equation = string.Join("\n", loop.Equation.Split('\n').Where(x => !x.StartsWith(tile.Name + " ", StringComparison.Ordinal))),
                };
                return Once([.. statements.Select(x => ReferenceEquals(x, loop) ? less : x.Reads.Contains(tile) ? x.Reading(y => y == tile ? first : y) : x)]);
            }

            Store First(Store store) => own.First(x => x.Value == store.Value && x.Result.Rows == store.Result.Rows && x.Result.Columns == store.Result.Columns);
        }

        return statements;
    }
}
