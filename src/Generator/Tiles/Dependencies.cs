namespace AttentionDsl.Generator;

/// <summary>What must come before what among statements. Terms of a sum may come in any order.</summary>
internal sealed class Dependencies
{
    private readonly Dictionary<Tile, List<int>> users = [];

    /// <param name="statements">In an order that is right.</param>
    /// <param name="weight">The storage of a tile.</param>
    public Dependencies(IReadOnlyList<Statement> statements, Func<Tile, int> weight)
    {
        Statements = statements;
        Before = [.. statements.Select(_ => new SortedSet<int>())];
        After = [.. statements.Select(_ => new HashSet<int>())];
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
                Follow(i, written, tile);
                Of(users, tile).Add(i);
                if (isTerm && Of(readers, tile).Count == 0)
                {
                    Of(terms, tile).Add(i);
                    continue;
                }

                // All earlier terms are done before it, all later ones after it.
                Follow(i, terms, tile);
                Follow(i, readers, tile);
                Of(terms, tile).Clear();
                Of(readers, tile).Clear();
                written[tile] = [i];
            }
        }

        Written = [.. statements.Select(x => x.Results.Distinct().Select(Use).ToArray())];
        Read = [.. statements.Select(x => x.Reads.Distinct().Select(Use).ToArray())];

        TileUse Use(Tile tile) => new([.. users[tile]], weight(tile));
    }

    public IReadOnlyList<Statement> Statements { get; }

    /// <summary>What comes before each statement.</summary>
    public SortedSet<int>[] Before { get; }

    /// <summary>What comes after it.</summary>
    public HashSet<int>[] After { get; }

    /// <summary>The tiles that it writes.</summary>
    public TileUse[][] Written { get; }

    /// <summary>The tiles that it reads.</summary>
    public TileUse[][] Read { get; }

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
            Before[index].Add(other);
            After[other].Add(index);
        }
    }

    /// <param name="Users">The statements that use the tile.</param>
    /// <param name="Weight">Its storage.</param>
    internal sealed record TileUse(int[] Users, int Weight);
}
