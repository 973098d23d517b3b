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
                return Folded([.. statements.Where(x => !ReferenceEquals(x, loop)).SelectMany(x => x.Reads.Contains(tile) ? Folded(x, tile, factor, statements) : [x])]);
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

    private static IEnumerable<Statement> Folded(Statement statement, Tile tile, RowFactor factor, IReadOnlyList<Statement> all)
    {
        if (statement is CallStatement gram)
        {
            Tile result = gram.Written[0], plain = factor.Factor == Expr.One ? result : Unscaled(result);
            string equation = gram.Equation.Replace($"{result.Name}_ij", $"{plain.Name}_ij").Replace($" {tile.Name}_", $" {factor.Row.Name}_");
            yield return gram with { Written = EquatableArray.Of(plain), Arguments = EquatableArray.Of([factor.Row, .. gram.Arguments.Skip(1)]), Equation = equation };
            if (plain != result)
            {
                yield return Computed(result, factor with { Row = plain });
            }

            yield break;
        }

        var loop = (LoopStatement)statement;
        Store store = loop.Stores[0];
        if (factor.Columns.Count != 0 && IsScaledSystem(store.Result, all) && RowFactor.Without(store.Value, tile.Name) is not null)
        {
            // Rows that are only solved for are scaled where they are.
            Tile plain = Unscaled(store.Result);
            yield return Reading(loop with { Stores = EquatableArray.Of(store with { Result = plain }) }, tile, factor with { Factor = Expr.One, Columns = [] });
            yield return Computed(store.Result, factor with { Row = plain });
        }
        else
        {
            yield return Reading(loop, tile, factor);
        }
    }

    private static LoopStatement Computed(Tile result, RowFactor factor) =>
        new(EquatableArray.Of(new Store(result, Into.Set, factor.Value)), EquatableArray.Of([.. factor.Columns, factor.Row]), $"{result.Name} = {ExprPrinter.Equation(factor.Value)}");

    /// <summary>The loop with a row and its factor in place of the tile.</summary>
    private static LoopStatement Reading(LoopStatement loop, Tile tile, RowFactor factor)
    {
        Store store = loop.Stores[0];
        Expr value = store.Value.Replace(x => x.Name == tile.Name ? factor.Value : x);
        return loop with
        {
            Stores = EquatableArray.Of(store with { Value = value }),
            Arguments = loop.Arguments.Where(x => x != tile).Concat(factor.Columns).Append(factor.Row).Distinct().ToEquatableArray(),
            Equation = $"{store.Result.Name} {Statement.Sign(store.Into)} {ExprPrinter.Equation(value)}",
        };
    }

    /// <summary>True for a right side of systems of which all right sides may be scaled where they are solved for (<see cref="ScaledRows"/>).</summary>
    private static bool IsScaledSystem(Tile right, IReadOnlyList<Statement> all)
    {
        CallStatement[] solves = [.. all.OfType<CallStatement>().Where(x => x.Method == "SolveUnitLower")], own = [.. solves.Where(x => x.Arguments[1] == right)];
        return own.Length == 1 && all.Count(x => x.Reads.Contains(right)) == 1 && solves.Where(x => x.Arguments[0] == own[0].Arguments[0]).All(x =>
            x == own[0] || all.OfType<LoopStatement>().Any(y => y.Stores is [{ Into: Into.Set } store] && store.Result == x.Arguments[1] && RowFactor.Of(store.Result, store.Value, y.Arguments) is not null));
    }

    private static Tile Unscaled(Tile result) => result with { Name = result.Name + "Unscaled" };
}
