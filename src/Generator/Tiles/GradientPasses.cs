namespace AttentionDsl.Generator;

/// <summary>
/// The passes that compute a chunk's gradients, each stored as soon as it is final. One does if two groups of threads that run it share a multiprocessor, whose chunks are long if that can be.
/// If not, a first pass does all that reads the states, which fill much of its memory, and leaves what it finds in their place; the second does the rest. Where two groups
/// do not share a multiprocessor even so, and there is room for all of it, one pass does it after all: the states go through memory once.
/// </summary>
internal sealed class GradientPasses
{
    // Where two groups share a multiprocessor a thread has 128 registers, of which a strip of 64 rows takes 32.
    private const int MostLongStrips = 2;

    private readonly ISet<string> factors;

    /// <param name="statements">All that the gradients hang on, in an order that is right.</param>
    /// <param name="gradients">The gradients, by field.</param>
    /// <param name="states">The state before the chunk and the gradient of the state after it.</param>
    /// <param name="left">What earlier passes left.</param>
    /// <param name="rounded">Which of it came in half the bits.</param>
    /// <param name="ofPairs">True if nothing is computed before the walks: there is no system and no decay of channels.</param>
    public GradientPasses(
        IReadOnlyList<Statement> statements,
        IReadOnlyDictionary<string, Tile> gradients,
        IReadOnlyList<Tile> states,
        IReadOnlyList<Tile> left,
        ISet<string> rounded,
        bool ofPairs)
    {
        statements = ScaledRows.Folded([.. MirroredPairs.Joined(statements), .. gradients.Select(x => new StoreStatement(x.Value, x.Key + "Gradient"))]);
        statements = LeftGradients.Of(EqualColumns.Joined(ScaledGrams.Joined(AddedRows.Joined(ScaledSums.Joined(statements, states)))));
        factors = FactorTiles.Of(statements, gradients.Values, rounded);
        ISet<string> strips = StripTiles.OfChunk(statements);
        factors.ExceptWith(strips);
        statements = RowParts.Of(statements, strips);
        IReadOnlyList<Statement> all = Recalling(statements, [.. states, .. left]), apart = Recalling([.. statements.Select(x => StatesApart(x, states))], [.. states, .. left]);
        if (ofPairs && (Tightest(loadsFirst: true) ?? Tightest(loadsFirst: false)) is { } tightest)
        {
            Gradients = WithStatesReadAgain(tightest, SharedMemory.ManyTokens);
            return;
        }

        if (TightSchedule.Of(apart, factors, strips, shares: true, SharedMemory.Of(2, apart), mostStates: 100) is { } tight)
        {
            Gradients = WithStatesReadAgain(tight, SharedMemory.Tokens);
            return;
        }

        var dependencies = new Dependencies(all, Weight);
        var order = new Order(dependencies);
        foreach (int statement in Enumerable.Range(0, all.Count).Where(x => all[x] is not StoreStatement && all[x].Reads.Any(states.Contains)))
        {
            order.Demand(statement);
        }

        int between = WeightBetween(order.Demanded);
        foreach (int statement in order.Rest)
        {
            IReadOnlyList<int> more = order.Missing(statement);
            if (more.All(x => IsAtHand(all[x])) && WeightBetween(order.Demanded.Concat(more)) is int next && next < between)
            {
                order.Demand(statement);
                between = next;
            }
        }

        IReadOnlyList<Statement> first = [.. order.Demanded.Select(x => all[x])], rest = WithRepeated([.. order.Rest.Select(x => all[x])], first);
        if (rest.Count == 0)
        {
            Gradients = Scheduled(all, factors, strips);
            return;
        }

        var whole = new HashSet<string>(factors);
        Tile[] projected = [.. Between(first, rest)];
        Projected = [.. projected.Select(x => new KeptTile(x, !MayBeRounded(x, first, rest), Backward: true))];
        factors.ExceptWith(projected.Select(x => x.Name));
        Gradients = Scheduled(Recalling(rest, projected), factors, StripTiles.OfChunk(rest));
        if (Gradients.Cost() > SharedMemory.Of(2, rest) && TightSchedule.Of(all, whole, strips, shares: true, SharedMemory.Of(1, all), mostStates: 200) is { } one)
        {
            Gradients = InOrder(one, whole, strips, shares: true);
            Projected = [];
            return;
        }

        // What is rounded on its way out may be rounded in scratch, if that takes no more of it: exact tiles of the same shape have storage of their own.
        Statement[] projections =
            [.. first, .. projected.Select(x => new StoreStatement(x, x.Name) { After = states.Where(y => first.Any(z => z.Results.Contains(y))).ToEquatableArray() })];
        ISet<string> sums = StripTiles.OfChunk(projections);
        ISet<string> few = FactorsOf(projected), many = FactorsOf(Projected.Where(x => x.Exact).Select(x => x.Tile));
        Pass exactly = Projecting(few), roughly = many.SetEquals(few) ? exactly : Projecting(many);
        Project = exactly.Cost() < roughly.Cost() ? exactly : roughly;
        ProjectsApart = Gradients.Cost() > SharedMemory.Of(2, rest);

        // With which two groups share a multiprocessor where chunks are long.
        IReadOnlyList<Statement>? Tightest(bool loadsFirst) =>
            TightSchedule.Of(apart, factors, strips, shares: true, SharedMemory.Of(2, apart, SharedMemory.ManyTokens), mostStates: 100, SharedMemory.ManyTokens, MostLongStrips, loadsFirst);

        Pass WithStatesReadAgain(IReadOnlyList<Statement> ordered, int tokens)
        {
            Pass again = InOrder(ReadAgain(ordered, states), factors, strips, shares: true, tokens);
            return again.Cost() <= SharedMemory.Of(2, apart, tokens) ? again : InOrder(ordered, factors, strips, shares: true, tokens);
        }

        ISet<string> FactorsOf(IEnumerable<Tile> exact)
        {
            ISet<string> factors = FactorTiles.Of(first, exact.Concat(gradients.Values.Where(x => !projected.Contains(x))));
            factors.ExceptWith(sums);
            return factors;
        }

        Pass Projecting(ISet<string> factors) => Scheduled(projections, factors, sums, shares: true);

        int WeightBetween(IEnumerable<int> first)
        {
            var done = new HashSet<int>(first);
            return done.Where(x => !IsRepeated(all[x])).SelectMany(x => dependencies.Written[x]).Distinct().Where(x => !x.Users.TrueForAll(done.Contains)).Sum(x => x.Weight);
        }
    }

    /// <summary>All that reads the states; null if <see cref="Gradients"/> do.</summary>
    public Pass? Project { get; }

    /// <summary>
    /// True if one group of threads that runs <see cref="Gradients"/> fills a multiprocessor, of which two that run <see cref="Project"/> have room. Where two of either share it, a
    /// group does both, one after the other: what the first leaves is then in the device's cache, and one group waits for memory while the other computes.
    /// </summary>
    public bool ProjectsApart { get; }

    /// <summary>What it leaves.</summary>
    public IReadOnlyList<KeptTile> Projected { get; } = [];

    /// <summary>The rest.</summary>
    public Pass Gradients { get; }

    private IReadOnlyList<Statement> Recalling(IReadOnlyList<Statement> statements, IReadOnlyList<Tile> left) => new Pass(statements, [], [], [], factors).Recalling(left).Statements;

    /// <summary>The statements in an order that takes little scratch, with which two groups share a multiprocessor if there is one.</summary>
    private static Pass Scheduled(IReadOnlyList<Statement> statements, ISet<string> factors, ISet<string> strips, bool shares = false)
    {
        IReadOnlyList<Statement> best = new Schedule(statements, factors, strips).Best();
        int cost = new Pass(best, [], [], [], factors, strips: strips).Cost(), two = SharedMemory.Of(2, statements), one = SharedMemory.Of(1, statements);
        IReadOnlyList<Statement>? tight = cost > two && cost <= two + (2 * two / 3) ? TightSchedule.Of(statements, factors, strips, shares: true, two, mostStates: 200) : null;
        tight ??= cost > one ? TightSchedule.Of(statements, factors, strips, shares: true, one, mostStates: 100) : null;
        return InOrder(tight ?? best, factors, strips, shares || tight is not null);
    }

    private static Pass InOrder(IReadOnlyList<Statement> statements, ISet<string> factors, ISet<string> strips, bool shares, int tokens = SharedMemory.Tokens) =>
        new Pass(Dependencies.WithSumsBegun(statements), [], [], [], factors, shares, strips, tokens).FetchingWhatFits();

    /// <summary>
    /// The statement with the state before the chunk read where an earlier pass left it, if it multiplies both states number by number: then no two states need stand in scratch
    /// at a time.
    /// </summary>
    private static Statement StatesApart(Statement statement, IReadOnlyList<Tile> states) =>
        statement is CallStatement { Method: "RowDot" } dot && states.All(dot.Arguments.Contains) ? dot.Reading(x => x == states[0] ? x with { Name = PassesFile.BeforeName } : x) : statement;

    /// <summary>
    /// Where the gradient of the state comes first to scratch, and the state after it, both are multiplied when the state is there, and the gradient is read once more where it was left: it is in the
    /// device's cache then, which the state was not.
    /// </summary>
    private static IReadOnlyList<Statement> ReadAgain(IReadOnlyList<Statement> ordered, IReadOnlyList<Tile> states)
    {
        Tile state = states[0], gradient = states[1];
        int[] all = [.. Enumerable.Range(0, ordered.Count)];
        int dot = Array.FindIndex(all, x => ordered[x] is CallStatement { Method: "RowDot" } call && call.Arguments.Any(y => y.Name == PassesFile.BeforeName)), came = Array.FindIndex(all, x => Recalls(x, state));
        if (dot < 0 || dot > came || Array.FindIndex(all, x => Recalls(x, gradient)) > dot)
        {
            return ordered;
        }

        // What reads the product is later, too.
        Uses[] each = [.. Uses.Of(ordered)];
        List<int> later = [dot];
        for (int i = dot + 1; i < came; i++)
        {
            if (later.Exists(x => each[x].Precede(each[i])))
            {
                later.Add(i);
            }
        }

        var product = (CallStatement)ordered[dot];
        Statement again = product with { Arguments = EquatableArray.Of(state, gradient with { Name = PassesFile.AfterName }) };
        return [.. all.Take(came + 1).Except(later).Select(x => ordered[x]), .. later.Select(x => x == dot ? again : ordered[x]), .. ordered.Skip(came + 1)];

        bool Recalls(int statement, Tile tile) => ordered[statement] is RecallStatement recall && recall.Result == tile;
    }

    /// <summary>True for what the first part can do without fetching more than a row.</summary>
    private static bool IsAtHand(Statement statement) => !Pass.IsFromMemory(statement) || statement.Results.All(x => x.Rows == Dim.One);

    /// <summary>True for what each part does for itself.</summary>
    private static bool IsRepeated(Statement statement) => statement is ViewStatement || Pass.IsFromMemory(statement);

    /// <summary>Tiles that some statements compute and later ones use.</summary>
    private static IEnumerable<Tile> Between(IEnumerable<Statement> first, IEnumerable<Statement> rest)
    {
        var used = new HashSet<Tile>(rest.SelectMany(x => x.Reads.Concat(x.Results)));
        return first.Where(x => !IsRepeated(x)).SelectMany(x => x.Results).Distinct().Where(used.Contains);
    }

    /// <summary>
    /// True for rows of keys or values that may be rounded between the passes: results of products, which the rest only adds up, scales by rows, or solves for. What is multiplied
    /// number by number, or summed along rows, becomes a gradient of a decay, a sum over tokens in which much cancels: there the rounding of what it is made of stands out.
    /// </summary>
    private static bool MayBeRounded(Tile tile, IEnumerable<Statement> first, IEnumerable<Statement> rest) => tile is { Rows: Dim.Token or Dim.Update, Columns: Dim.Key or Dim.Value }
        && first.Where(x => x.Results.Contains(tile)).All(x => x is CallStatement { Method: "Clear" or "Product" or "TransposedProduct" or "ProductTransposed" })
        && !rest.Any(x => x.Reads.Contains(tile) && x is (LoopStatement or CallStatement { Method: "RowDot" or "RowSum" or RowParts.Dot }));

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
