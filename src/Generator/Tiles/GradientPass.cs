namespace AttentionDsl.Generator;

/// <summary>
/// The pass that computes a chunk's gradients. Its first part does all that reads the states and then gives their storage up; its second part
/// does the rest, gradient by gradient, each stored as soon as it is final.
/// </summary>
internal sealed class GradientPass
{
    private readonly ISet<string> factors;

    /// <param name="statements">All that the gradients hang on, in an order that is right.</param>
    /// <param name="gradients">The gradients, by field.</param>
    /// <param name="states">The state before the chunk and the gradient of the state after it.</param>
    /// <param name="left">What the first pass left.</param>
    public GradientPass(IReadOnlyList<Statement> statements, IReadOnlyDictionary<string, Tile> gradients, IReadOnlyList<Tile> states, IReadOnlyList<Tile> left)
    {
        StoreStatement[] stores = [.. gradients.Select(x => new StoreStatement(x.Value, x.Key + "Gradient"))];
        factors = FactorTiles.Of(statements, gradients.Values);
        var order = new Order(new Dependencies([.. new Pass(statements, [], [], [], factors).Recalling([.. states, .. left]).Statements, .. stores], [], Weight));
        foreach (Statement statement in statements.Where(x => x.Reads.Any(states.Contains)))
        {
            order.Demand(statement);
        }

        foreach (Statement statement in order.Rest)
        {
            IReadOnlyList<Statement> more = order.Missing(statement);
            if (more.All(IsAtHand) && Between([.. order.Demanded, .. more], order.Rest.Where(x => !more.Any(y => ReferenceEquals(x, y)))).Sum(Weight) < Between(order.Demanded, order.Rest).Sum(Weight))
            {
                order.Demand(statement);
            }
        }

        order.Tighten();
        IReadOnlyList<Statement> first = order.Demanded, rest = WithRepeated(order.Rest, first);
        Carried = [.. Between(first.Where(x => !IsRepeated(x)), rest)];
        IReadOnlyList<Statement> all = Dependencies.WithSumsBegun([.. first, .. new Schedule(rest, Carried, factors).Best()]);
        WithStates = new Pass(all.Take(first.Count), Carried, [], [], factors).Fetching();
        Rest = new Pass(all.Skip(first.Count), [], [], Carried, factors).FetchingWhatCostsNothing();
    }

    /// <summary>The first part.</summary>
    public Pass WithStates { get; private set; }

    /// <summary>What the second part finds of the first.</summary>
    public IReadOnlyList<Tile> Carried { get; }

    /// <summary>The second part.</summary>
    public Pass Rest { get; private set; }

    /// <summary>Trims the rows of short chunks.</summary>
    public GradientPass Trimmed(ShortChunks chunks)
    {
        WithStates = chunks.Trimmed(WithStates);
        Rest = chunks.Trimmed(Rest);
        return this;
    }

    /// <summary>True for what the first part can do without fetching more than a row.</summary>
    private static bool IsAtHand(Statement statement) => !Pass.IsFromMemory(statement) || statement.Results.All(x => x.Rows == Dim.One);

    /// <summary>True for what each part does for itself.</summary>
    private static bool IsRepeated(Statement statement) => statement is ViewStatement || Pass.IsFromMemory(statement);

    /// <summary>Tiles that some statements write and later ones use.</summary>
    private static IEnumerable<Tile> Between(IEnumerable<Statement> first, IEnumerable<Statement> rest)
    {
        var used = new HashSet<Tile>(rest.SelectMany(x => x.Reads.Concat(x.Results)));
        return first.SelectMany(x => x.Results).Distinct().Where(used.Contains);
    }

    /// <summary>The statements after those copies from memory, and views, that the first part has too: each part has its own.</summary>
    private static IReadOnlyList<Statement> WithRepeated(IReadOnlyList<Statement> rest, IReadOnlyList<Statement> first)
    {
        var needed = new HashSet<Tile>(rest.SelectMany(x => x.Reads));
        var repeated = new List<Statement>();
        foreach (Statement statement in first.Reverse().Where(x => IsRepeated(x) && x.Results.Any(needed.Contains)))
        {
            repeated.Add(statement);
            needed.UnionWith(statement.Reads);
        }

        repeated.Reverse();
        return [.. repeated, .. rest];
    }

    private int Weight(Tile tile) => Pass.Weight(tile.Rows, tile.Columns, factors.Contains(tile.Name));
}
