namespace AttentionDsl.Generator;

/// <summary>
/// A sum of rows times a factor, which nothing else needs any more, and of a product is one operation in the storage of the rows: the product is added where it is computed.
/// </summary>
internal static class ScaledSums
{
    /// <summary>The methods, by that of the product.</summary>
    private static readonly Dictionary<string, string> Methods = new() { ["Product"] = "ScaleAndAddProduct", ["TransposedProduct"] = "ScaleAndAddTransposedProduct" };

    /// <summary>True for the methods: their result may stand where the rows do, the first argument.</summary>
    public static bool Has(string method) => Methods.ContainsValue(method);

    /// <param name="statements">In an order that is right.</param>
    /// <param name="states">Sums with a product of one of these are left alone: it may be computed apart.</param>
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements, IReadOnlyList<Tile> states)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (statements[i] is LoopStatement { Stores.Count: 1 } loop && loop.Stores[0].Into != Into.Subtract && !loop.Arguments.Contains(loop.Stores[0].Result)
                && RowFactor.Of(loop.Stores[0].Result, loop.Stores[0].Value, loop.Arguments) is { } factor && Joined(statements, states, i, loop.Stores[0].Result, factor) is { } joined)
            {
                return Joined(joined, states);
            }
        }

        return statements;
    }

    private static IReadOnlyList<Statement>? Joined(IReadOnlyList<Statement> statements, IReadOnlyList<Tile> states, int loop, Tile sum, RowFactor factor)
    {
        int[] all = [.. Enumerable.Range(0, statements.Count)];
        int read = all.FirstOrDefault(x => statements[x].Reads.Contains(sum));
        int[] terms = [.. all.Where(x => x < read && statements[x].Results.Contains(sum))];
        int product = terms.FirstOrDefault(x => statements[x] is CallStatement { Into: Into.Set or Into.Add } call && Methods.ContainsKey(call.Method) && !call.Arguments.Contains(factor.Row));
        int last = all.Last(x => x == loop || Uses(statements[x], factor.Row)), at = Math.Max(product, last);
        if (!terms.Contains(loop) || !terms.Contains(product) || !terms.All(x => IsTerm(statements[x], sum) && !statements[x].Reads.Any(states.Contains)) || at >= read
            || terms.Any(x => x < at && all.Any(y => y > x && y < at && statements[y].Results.Any(statements[x].Reads.Contains))))
        {
            return null;
        }

        var with = (CallStatement)statements[product];
        (Tile column, LoopStatement? computed) = factor.Column(factor.Row, sum.Rows, statements);
        var joined = new List<Statement>();
        if (computed is not null)
        {
            joined.Add(computed);
        }

        string times = with.Equation.Substring(with.Equation.IndexOf("= ", StringComparison.Ordinal) + 2);
        joined.Add(new CallStatement(
            EquatableArray.Of(sum), Methods[with.Method], EquatableArray.Of([factor.Row, column, .. with.Arguments]), null, null, $"{sum.Name} = {column.Name} * {factor.Row.Name} + {times}"));
        joined.AddRange(terms.Where(x => x < at && x != loop && x != product).Select(x => Added(statements[x])));
        return [.. statements.Take(at + 1).Where((_, x) => !terms.Contains(x)), .. joined, .. statements.Skip(at + 1)];
    }

    private static bool Uses(Statement statement, Tile tile) => statement.Reads.Contains(tile) || statement.Results.Contains(tile);

    private static bool IsTerm(Statement statement, Tile sum) => !statement.Reads.Contains(sum) && statement switch
    {
        CallStatement { Written.Count: 1, Into: not null } => true,
        LoopStatement x => x.Stores.Count == 1,
        _ => false,
    };

    /// <summary>A term that no longer is the first.</summary>
    private static Statement Added(Statement term) => term switch
    {
        CallStatement { Into: Into.Set } x => x with { Into = Into.Add },
        LoopStatement x when x.Stores[0].Into == Into.Set => x with { Stores = EquatableArray.Of(x.Stores[0] with { Into = Into.Add }) },
        _ => term,
    };
}
