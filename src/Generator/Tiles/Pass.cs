namespace AttentionDsl.Generator;

/// <summary>
/// A pass as a device runs it. Operations see scratch alone: what the pass reads of the caller's tensors and of earlier passes is fetched, all at
/// once, before it computes. A state that it carries in full precision has a twin, which products read.
/// </summary>
internal sealed class Pass
{
    // All banks of shared memory, in numbers of 16 bits.
    private const int Line = 64;

    private readonly ISet<string>? factors;
    private int? cost;

    /// <param name="statements">In order.</param>
    /// <param name="results">What is read after the last statement.</param>
    /// <param name="exact">What must not be rounded on its way out.</param>
    /// <param name="given">What it finds in scratch; it may give the storage on once it has read it.</param>
    /// <param name="factors">The tiles that are taken as factors, where more than these statements decide it.</param>
    /// <param name="shares">True if a row of keys and one of values stand in the same storage.</param>
    /// <param name="strips">The tiles that are taken as strips.</param>
    /// <param name="tokens">Tokens of the chunks for which its scratch is counted.</param>
    public Pass(
        IEnumerable<Statement> statements,
        IEnumerable<Tile> results,
        IEnumerable<Tile> exact,
        IEnumerable<Tile> given,
        ISet<string>? factors = null,
        bool shares = false,
        ISet<string>? strips = null,
        int tokens = SharedMemory.Tokens)
    {
        Tokens = tokens;
        Shares = shares;
        Strips = strips ?? Strips;
        Statements = [.. statements];
        Results = [.. results];
        Exact = [.. exact];
        Given = [.. given];
        this.factors = factors;
        Factors = factors ?? FactorTiles.Of(Statements, Exact.Concat(Given));
    }

    public IReadOnlyList<Statement> Statements { get; }

    /// <summary>What is read after the last statement.</summary>
    public IReadOnlyList<Tile> Results { get; }

    /// <summary>What must not be rounded on its way out.</summary>
    public IReadOnlyList<Tile> Exact { get; }

    /// <summary>What it finds in scratch: the state that it takes from chunk to chunk, or what an earlier part of it computed.</summary>
    public IReadOnlyList<Tile> Given { get; }

    /// <summary>Names of the tiles that are taken as factors.</summary>
    public ISet<string> Factors { get; }

    /// <summary>True if a row of keys and one of values stand in the same storage.</summary>
    public bool Shares { get; }

    /// <summary>Tokens of the chunks for which its scratch is counted.</summary>
    public int Tokens { get; }

    /// <summary>What is fetched one chunk ahead.</summary>
    public IReadOnlyList<Statement> Ahead { get; private set; } = [];

    /// <summary>What is computed before the first chunk, for all of them.</summary>
    public IReadOnlyList<LoopStatement> Once { get; private set; } = [];

    /// <summary>Names of the tiles that are taken as strips (see <see cref="StripTiles"/>).</summary>
    public ISet<string> Strips { get; private set; } = new HashSet<string>();

    /// <summary>Names of the tiles that are fetched for strips.</summary>
    public ISet<string> Rooms { get; private set; } = new HashSet<string>();

    /// <summary>The pass with other statements that write and read the same tiles.</summary>
    public Pass Rewritten(IEnumerable<Statement> statements) => Rewritten(statements, []);

    /// <summary>The pass with another tile that it takes from chunk to chunk, in full precision.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="first">What happens to it in a chunk, as soon as what it reads is there.</param>
    public Pass Carrying(Tile tile, Statement first)
    {
        List<Statement> statements = [.. Statements];
        statements.Insert(1 + statements.FindLastIndex(x => x.Results.Any(first.Reads.Contains)), first);
        return Rewritten(statements, [tile]);
    }

    /// <summary>True if a statement reads the tile.</summary>
    public bool Reads(Tile tile) => Statements.Any(x => x.Reads.Contains(tile));

    /// <summary>Products read a factor in place of the state that the pass takes from chunk to chunk.</summary>
    /// <param name="state">The state.</param>
    /// <param name="store">How the pass leaves the state before each chunk to later passes; null: it does not.</param>
    public Pass WithFactor(Tile state, StoreStatement? store)
    {
        if (!Statements.Any(IsProduct))
        {
            return store is null ? this : With([store, .. Statements]);
        }

        Tile twin = state with { Name = state.Name + "Factor" };
        Statement copy = new CallStatement(EquatableArray.Of(twin), "Copy", EquatableArray.Of(state), null, Into.Set, $"{twin.Name} = {state.Name}, for products");
        Statement[] first = store is null ? [copy] : [copy, store with { X = twin }];
        List<Statement> statements = [.. Statements.Select(x => IsProduct(x) ? x.Reading(y => y == state ? twin : y) : x)];

        // After what has nothing to do with value columns.
        statements.InsertRange(statements.FindIndex(x => x.Reads.Contains(twin) || x.Reads.Contains(state) || (!IsFromMemory(x) && x.Results.Any(y => y.Columns == state.Columns))), first);
        return With(statements);

        bool IsProduct(Statement x) => x is CallStatement { Method: string method } && FactorTiles.Products.Contains(method) && x.Reads.Contains(state);
    }

    /// <summary>Recalls what it reads of the tiles that earlier passes left.</summary>
    public Pass Recalling(IEnumerable<Tile> left) => With([.. left.Where(x => !Given.Contains(x) && Reads(x)).Select(x => new RecallStatement(x, $"{x.Name}, as an earlier pass left it")), .. Statements]);

    /// <summary>Fetches at its top all that it reads of the caller's tensors and of earlier passes.</summary>
    public Pass Fetching() => Fetching(Statements.Where(IsFromMemory), _ => 0);

    /// <summary>Fetches at its top what needs no more scratch there than where it is used, and more as long as there is room (see <see cref="SharedMemory.Room"/>).</summary>
    public Pass FetchingWhatFits()
    {
        // Orders of statements as Fetching has them, but for arrivals, which take no storage.
        int[] all = [.. Enumerable.Range(0, Statements.Count)], rest = Array.FindAll(all, x => !IsFetch(Statements[x])), early = Array.FindAll(all, x => IsFetch(Statements[x]));
        var empty = new TileStorage(Statements, Results, Given, Factors, Shares, Strips, Tokens);
        TileStorage best = empty.Copy().Place(all);
        int room = SharedMemory.Room(best.Weight, Statements, Tokens);
        foreach (int statement in all.Where(x => IsFromMemory(Statements[x]) && Statements[x].Results.All(y => y.Name == y.Variable)))
        {
            int[] more = [.. early, statement], less = Array.FindAll(rest, x => x != statement);
            TileStorage next = empty.Copy().Place(more.OrderBy(x => Statements[x] is LoadStatement ? 1 : 0).Concat(less));
            if (next.TakesNoMoreThan(best) || next.Weight <= room)
            {
                (early, rest, best) = (more, less, next);
            }
        }

        // Columns last: some are waited for as they come.
        return Fetching(early.Where(x => !IsFetch(Statements[x])).Select(x => Statements[x]), x => x.Results.Any(y => y.Columns == Dim.One) ? 1 : 0);
    }

    /// <summary>True for what copies from the memory of the caller, or from what earlier passes left.</summary>
    public static bool IsFromMemory(Statement statement) => statement is RecallStatement { Fetched: false } or LoadStatement { Fetched: false };

    /// <summary>
    /// A pass over the sequence: what it fetches of a chunk stands in scratch before the chunk, of two chunks in turn, and tiles with value columns may stand in
    /// registers.
    /// </summary>
    /// <param name="ahead">Which fetches come a chunk ahead; the others stay at the top of the chunk.</param>
    /// <param name="strips">True if no value column hangs on another.</param>
    public Pass InOrder(Func<Tile, bool> ahead, bool strips)
    {
        Statement[] fetches = [.. Statements.Where(x => IsFetch(x) && x.Results.All(ahead))];
        bool others = Statements.Any(x => IsFetch(x) && !fetches.Contains(x));
        LoopStatement[] once = [.. Statements.OfType<LoopStatement>().Where(IsOfEveryChunk)];
        var walk = new Pass(Statements.Where(x => !fetches.Contains(x) && !once.Contains(x) && (others || x is not ArriveStatement)), Results, Exact, [.. Given, .. fetches.SelectMany(x => x.Results)], Factors)
        {
            Ahead = fetches,
            Once = once,
            Strips = strips ? StripTiles.Of(Statements, Given[0]) : new HashSet<string>(),
        };
        walk.Rooms = StripTiles.Rooms(fetches, walk.Statements, walk.Strips, walk.Factors);
        return walk;
    }

    /// <summary>True for a column that hangs on nothing and scales rows: of those beyond a sequence's last token it scales zeros, whatever it is there.</summary>
    private bool IsOfEveryChunk(LoopStatement loop) => loop.Arguments.Count == 0
        && loop.Results.All(x => x.Columns == Dim.One && Statements.Where(y => y.Reads.Contains(x)).All(y => y is CallStatement scaling && (scaling.Method == "ScaleRows" || ScaledGrams.Has(scaling.Method)) && scaling.Arguments[0] != x));

    /// <summary>True for what begins to copy from memory.</summary>
    public static bool IsFetch(Statement statement) => statement is RecallStatement { Fetched: true } or LoadStatement { Fetched: true };

    /// <summary>First all fetches; their arrival where the first of them is used.</summary>
    /// <param name="more">What else is fetched.</param>
    /// <param name="order">Those with a smaller number come first, of what earlier passes left and of what the caller gave.</param>
    private Pass Fetching(IEnumerable<Statement> more, Func<Statement, int> order)
    {
        Statement[] early = [.. more];
        Statement[] all = [.. Statements.Where(IsFetch).Concat(early).OrderBy(order)];
        if (all.Length == 0)
        {
            return this;
        }

        Statement[] fetches =
        [
            .. all.OfType<RecallStatement>().Select((x, i) => x with { Fetched = true, Equation = i == 0 ? "--- what earlier passes left" : "" }),
            .. all.OfType<LoadStatement>().Select(x => x with { Fetched = true }),
        ];

        var fetched = new HashSet<Tile>(fetches.SelectMany(x => x.Results));
        List<Statement> rest = [.. Statements.Where(x => x is not ArriveStatement && !IsFetch(x) && !early.Any(y => ReferenceEquals(x, y)))];
        rest.Insert(rest.FindIndex(x => x.Reads.Any(fetched.Contains)), new ArriveStatement());
        return With([.. fetches, .. rest]);
    }

    /// <param name="statements">The statements.</param>
    /// <param name="more">What else it takes from chunk to chunk.</param>
    private Pass Rewritten(IEnumerable<Statement> statements, Tile[] more) =>
        new(statements, Results.Concat(more), Exact.Concat(more), Given.Concat(more), Factors, Shares, Strips, Tokens) { Ahead = Ahead, Once = Once, Rooms = Rooms };

    private Pass With(IEnumerable<Statement> statements) => new(statements, Results, Exact, Given, factors, Shares, Strips, Tokens);

    /// <summary>What it takes from scratch where keys and values have 128 channels: good enough to compare two orders of statements.</summary>
    public int Cost() => cost ??= Stored().Weight;

    /// <summary>What a tile takes there; a strip takes nothing, nor does what stands in memory.</summary>
    public static int Weight(Tile tile, ISet<string> factors, ISet<string> strips, int tokens = SharedMemory.Tokens) =>
        tile.IsLeft || strips.Contains(tile.Name) ? 0 : Weight(tile.Rows, tile.Columns, factors.Contains(tile.Name) && !tile.IsWide, tokens);

    /// <summary>What a tile takes there, rows padded but for those of factors of keys and values, and of 64 tokens, which stand in blocks; a column has four numbers a row, and every tile whole lines of banks.</summary>
    public static int Weight(Dim rows, Dim columns, bool factor, int tokens = SharedMemory.Tokens)
    {
        bool blocks = rows != Dim.One && (columns is (Dim.Key or Dim.Value) || (columns == Dim.Token && tokens == SharedMemory.ManyTokens));
        int row = columns == Dim.One ? 8 : factor ? Length(columns, tokens) + (blocks ? 0 : 8) : 2 * (Length(columns, tokens) + 8);
        return ((rows == Dim.One ? 1 : Length(rows, tokens)) * row) + Line - 1 & -Line;
    }

    private static int Length(Dim dim, int tokens) => dim switch
    {
        Dim.One => 16,
        Dim.Token => tokens,
        Dim.Update => 2 * tokens,
        Dim.TokenParts => RowParts.Count * Length(Dim.Token, tokens),
        Dim.UpdateParts => RowParts.Count * Length(Dim.Update, tokens),
        Dim.TokenPairs => tokens * tokens,
        Dim.UpdatePairs => 4 * tokens * tokens,
        _ => 128,
    };

    /// <summary>Where its tiles stand, as <see cref="KernelWriter"/> will have it.</summary>
    private TileStorage Stored() => new TileStorage(Statements, Results, Given, Factors, Shares, Strips, Tokens).Place(Enumerable.Range(0, Statements.Count));
}
