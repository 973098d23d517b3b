namespace AttentionDsl.Generator;

/// <summary>
/// Statements in an order of demand: what a result needs is computed when the result is, and not before, so that tiles live short.
/// Terms of a sum may come in any order.
/// </summary>
internal sealed class Order
{
    private readonly IReadOnlyList<Statement> statements;
    private readonly IReadOnlyList<Tile> given;
    private readonly Func<Tile, int> weight;
    private readonly SortedSet<int>[] before;
    private readonly HashSet<int>[] after;
    private readonly Dictionary<Tile, List<int>> users = [];
    private readonly List<int> ordered = [];
    private readonly HashSet<int> demanded = [];

    /// <param name="statements">In an order that is right.</param>
    /// <param name="given">Tiles that stand in scratch before the first of them.</param>
    /// <param name="weight">The storage of a tile.</param>
    public Order(IReadOnlyList<Statement> statements, IReadOnlyList<Tile> given, Func<Tile, int> weight)
    {
        this.statements = statements;
        this.given = given;
        this.weight = weight;
        before = [.. statements.Select(_ => new SortedSet<int>())];
        after = [.. statements.Select(_ => new HashSet<int>())];
        Dictionary<Tile, List<int>> written = [], terms = [], readers = [];
        for (int i = 0; i < statements.Count; i++)
        {
            // After what wrote the tiles it uses, and after what read the tiles it writes.
            foreach (Tile tile in statements[i].Reads)
            {
                Follow(i, written, tile);
                Follow(i, terms, tile);
                Of(readers, tile).Add(i);
                Of(users, tile).Add(i);
            }

            bool isTerm = SumOf(statements[i]) is not null;
            foreach (Tile tile in statements[i].Results)
            {
                Of(users, tile).Add(i);
                if (!isTerm || Of(readers, tile).Count > 0)
                {
                    // Nobody's equal: all earlier terms are done before it, all later ones after it.
                    Follow(i, terms, tile);
                    Follow(i, readers, tile);
                    Follow(i, written, tile);
                    Of(terms, tile).Clear();
                    Of(readers, tile).Clear();
                    written[tile] = [i];
                    continue;
                }

                Follow(i, written, tile);
                Of(terms, tile).Add(i);
            }
        }
    }

    /// <summary>The statements demanded so far.</summary>
    public IReadOnlyList<Statement> Demanded => [.. ordered.Select(x => statements[x])];

    /// <summary>The statements not demanded so far, in the order they came in.</summary>
    public IReadOnlyList<Statement> Rest => [.. statements.Where((_, i) => !demanded.Contains(i))];

    /// <summary>Adds a statement after all that it needs.</summary>
    public void Demand(Statement statement)
    {
        foreach (int missing in MissingIndices(statement))
        {
            demanded.Add(missing);
            ordered.Add(missing);
        }
    }

    /// <summary>What a statement needs and was not demanded, and the statement itself, in order; nothing if it was demanded.</summary>
    public IReadOnlyList<Statement> Missing(Statement statement) => [.. MissingIndices(statement).Select(x => statements[x])];

    /// <summary>What makes more tiles stand in scratch moves to where it is needed first, what makes fewer to where it can be done first.</summary>
    public void Tighten()
    {
        int[] positions = [.. statements.Select(_ => int.MaxValue)];
        MoveDown(x => x == 0);
        MoveDown(x => x > 0);
        for (int at = 1; at < ordered.Count; at++)
        {
            if (Growth(at) < 0)
            {
                int index = ordered[at];
                ordered.RemoveAt(at);
                ordered.Insert(ordered.FindLastIndex(at - 1, x => before[index].Contains(x)) + 1, index);
            }
        }

        void MoveDown(Func<int, bool> growing)
        {
            for (int at = ordered.Count - 1; at >= 0; at--)
            {
                if (growing(Growth(at)))
                {
                    int to = ordered.FindIndex(at + 1, x => after[ordered[at]].Contains(x));
                    ordered.Insert(to < 0 ? ordered.Count : to, ordered[at]);
                    ordered.RemoveAt(at);
                }
            }
        }

        // How much more stands in scratch after a statement than before it.
        int Growth(int at)
        {
            for (int i = 0; i < ordered.Count; i++)
            {
                positions[ordered[i]] = i;
            }

            Statement statement = statements[ordered[at]];
            return statement is ViewStatement
                ? 0
                : statement.Results.Distinct().Where(x => !given.Contains(x) && users[x].All(y => positions[y] >= at)).Sum(weight) - statement.Reads.Distinct().Where(x => users[x].All(y => positions[y] <= at)).Sum(weight);
        }
    }

    /// <summary>Statements in which the first term of a sum, whichever came to be the first, sets it, and the others add to it.</summary>
    public static IReadOnlyList<Statement> WithSumsBegun(IReadOnlyList<Statement> statements)
    {
        var begun = new HashSet<Tile>();
        return [.. statements.Select(Right)];

        Statement Right(Statement statement)
        {
            Into into = begun.IsSupersetOf(statement.Results) ? Into.Add : Into.Set;
            begun.UnionWith(statement.Results);
            return SumOf(statement) is not Tile sum ? statement : statement switch
            {
                CallStatement x when x.Into != into => x with { Into = into, Equation = Equation(x.Equation) },
                LoopStatement x when x.Stores[0].Into != into => x with { Stores = EquatableArray.Of(x.Stores[0] with { Into = into }), Equation = Equation(x.Equation) },
                _ => statement,
            };

            string Equation(string old)
            {
                string from = $"{sum.Name} {(into == Into.Set ? "+=" : "=")} ";
                return old.StartsWith(from, StringComparison.Ordinal) ? $"{sum.Name} {(into == Into.Set ? "=" : "+=")} {old.Substring(from.Length)}" : old;
            }
        }
    }

    /// <summary>The sum to which a statement adds a term, or which it begins with one, if it does nothing else.</summary>
    private static Tile? SumOf(Statement statement) => statement switch
    {
        CallStatement { Into: Into.Set or Into.Add, Written.Count: 1 } x when !x.Arguments.Contains(x.Written[0]) => x.Written[0],
        LoopStatement { Stores.Count: 1 } x when x.Stores[0].Into != Into.Subtract && !x.Arguments.Contains(x.Stores[0].Result) => x.Stores[0].Result,
        _ => null,
    };

    private static List<int> Of(Dictionary<Tile, List<int>> lists, Tile tile)
    {
        if (!lists.TryGetValue(tile, out List<int>? list))
        {
            lists.Add(tile, list = []);
        }

        return list;
    }

    private void Follow(int index, Dictionary<Tile, List<int>> earlier, Tile tile)
    {
        foreach (int other in Of(earlier, tile).Where(x => x != index))
        {
            before[index].Add(other);
            after[other].Add(index);
        }
    }

    private List<int> MissingIndices(Statement statement)
    {
        var missing = new List<int>();
        var seen = new HashSet<int>(demanded);
        Visit(Enumerable.Range(0, statements.Count).First(x => ReferenceEquals(statements[x], statement)));
        return missing;

        void Visit(int index)
        {
            if (seen.Add(index))
            {
                foreach (int earlier in before[index])
                {
                    Visit(earlier);
                }

                missing.Add(index);
            }
        }
    }
}
