namespace AttentionDsl.Generator;

/// <summary>
/// A pass as a device runs it. Operations see scratch alone: what the pass reads of the caller's tensors and of earlier passes is fetched, all at
/// once, before it computes. A state that it carries in full precision has a twin, which products read.
/// </summary>
internal sealed class Pass
{
    private readonly IReadOnlyList<Tile> results;
    private readonly IReadOnlyList<Tile> exact;

    /// <param name="statements">In order.</param>
    /// <param name="results">What is read after the last statement.</param>
    /// <param name="exact">What must not be rounded on its way out.</param>
    /// <param name="carried">The state (or its gradient) that the pass takes from chunk to chunk, if it does.</param>
    public Pass(IReadOnlyList<Statement> statements, IEnumerable<Tile> results, IEnumerable<Tile> exact, Tile? carried = null)
    {
        Statements = statements;
        this.results = [.. results];
        this.exact = [.. exact];
        Carried = carried;
        Factors = FactorTiles.Of(statements, carried is null ? this.exact : [.. this.exact, carried]);
    }

    public IReadOnlyList<Statement> Statements { get; }

    /// <summary>What is read after the last statement.</summary>
    public IReadOnlyList<Tile> Results => results;

    /// <summary>The state (or its gradient) that the pass takes from chunk to chunk; null if each chunk stands alone.</summary>
    public Tile? Carried { get; }

    /// <summary>Names of the tiles that are taken as factors.</summary>
    public ISet<string> Factors { get; }

    /// <summary>True if a statement reads the tile.</summary>
    public bool Reads(Tile tile) => Statements.Any(x => x.Reads.Contains(tile));

    /// <summary>Products read a factor in place of the carried state.</summary>
    /// <param name="stores">True if the pass also leaves the state before each chunk to later passes.</param>
    public Pass WithFactor(bool stores)
    {
        Tile state = Carried!;
        if (!Statements.Any(IsProduct))
        {
            return stores ? With([new StoreStatement(state, ""), .. Statements]) : this;
        }

        Tile twin = state with { Name = state.Name + "Factor" };
        Statement copy = new CallStatement(EquatableArray.Of(twin), "Copy", EquatableArray.Of(state), null, Into.Set, $"{twin.Name} = {state.Name}, for products");
        IEnumerable<Statement> first = stores ? [copy, new StoreStatement(twin, "")] : [copy];
        return With([.. first, .. Statements.Select(x => IsProduct(x) ? Reading((CallStatement)x) : x)]);

        bool IsProduct(Statement x) => x is CallStatement { Method: string method } && FactorTiles.Products.Contains(method) && x.Reads.Contains(state);

        CallStatement Reading(CallStatement x) => x with { Arguments = x.Arguments.Select(y => y == state ? twin : y).ToEquatableArray() };
    }

    /// <summary>Fetches what it reads of these tiles, which earlier passes left.</summary>
    public Pass Fetching(IReadOnlyList<Tile> left)
    {
        Tile[] read = [.. left.Where(x => x != Carried && Reads(x))];
        return WithFetches(read.Select((x, i) => new FetchStatement(x, i == 0 ? "--- what earlier passes left" : "")), Statements);
    }

    /// <summary>Fetches all rows of the caller's tensors at its top.</summary>
    public Pass FetchingLoads() => FetchingLoads(Statements.OfType<LoadStatement>().Where(x => !x.Fetched));

    /// <summary>Fetches at its top those rows of the caller's tensors that need no more scratch there than where they are used.</summary>
    public Pass FetchingWhatCostsNothing()
    {
        Pass best = this;
        foreach (LoadStatement load in Statements.OfType<LoadStatement>().Where(x => !x.Fetched))
        {
            Pass next = best.FetchingLoads([load]);
            best = next.TakesNoMoreThan(best) ? next : best;
        }

        return best;
    }

    private static bool IsFetch(Statement statement) => statement is FetchStatement or LoadStatement { Fetched: true };

    private Pass With(IReadOnlyList<Statement> statements) => new(statements, results, exact, Carried);

    private Pass FetchingLoads(IEnumerable<LoadStatement> loads)
    {
        var early = new HashSet<Statement>(loads);
        return WithFetches(early.Cast<LoadStatement>().Select(x => x with { Fetched = true }), Statements.Where(x => !early.Contains(x)));
    }

    /// <summary>First all fetches; their arrival where the first of them is used.</summary>
    private Pass WithFetches(IEnumerable<Statement> more, IEnumerable<Statement> statements)
    {
        Statement[] fetches = [.. statements.Where(IsFetch), .. more];
        if (fetches.Length == 0)
        {
            return this;
        }

        var fetched = new HashSet<Tile>(fetches.SelectMany(x => x.Results));
        List<Statement> rest = [.. statements.Where(x => x is not ArriveStatement && !IsFetch(x))];
        rest.Insert(rest.FindIndex(x => x.Reads.Any(fetched.Contains)), new ArriveStatement());
        return With([.. fetches, .. rest]);
    }

    private bool TakesNoMoreThan(Pass other)
    {
        Dictionary<(Dim, Dim, bool), int> mine = Taken(), others = other.Taken();
        return mine.All(x => others.TryGetValue(x.Key, out int count) && x.Value <= count);
    }

    /// <summary>How many tiles of each shape and kind it takes.</summary>
    private Dictionary<(Dim Rows, Dim Columns, bool Factor), int> Taken()
    {
        var storage = new TileStorage(Statements, results, [], Factors);
        var taken = new Dictionary<(Dim, Dim, bool), int>();
        for (int i = 0; i < Statements.Count; i++)
        {
            foreach (Tile tile in Statements[i].Results.Where(x => Statements[i] is not ViewStatement && !storage.Holds(x)))
            {
                if (storage.Reuse(tile, i) is null)
                {
                    storage.Take(tile);
                    (Dim, Dim, bool) kind = (tile.Rows, tile.Columns, Factors.Contains(tile.Name));
                    taken[kind] = taken.TryGetValue(kind, out int count) ? count + 1 : 1;
                }
            }
        }

        return taken;
    }
}
