namespace AttentionDsl.Generator;

/// <summary>
/// What statements ask of storage, in whatever order they come: the tiles that they use, and those that they begin. Tiles are numbers here, so that one
/// order after the other can be tried.
/// </summary>
internal sealed class StorageUses
{
    private readonly Dictionary<string, int> numbers = [];
    private readonly List<Tile> tiles = [];
    private readonly List<int> wholes = [];
    private readonly ISet<string> factors;

    // By tile, the kind of tiles that its storage is good for once it is read: what holds the caller's numbers is good for any factor.
    private readonly int[] givenKinds;

    /// <param name="statements">The statements.</param>
    /// <param name="liveAfter">Tiles that are read after the last of them.</param>
    /// <param name="giving">Tiles that have storage before the first, and may give it to others.</param>
    /// <param name="frame">Names of the tiles that need none.</param>
    /// <param name="factors">Tiles with storage of the other kind (see <see cref="FactorTiles"/>).</param>
    /// <param name="shares">True if a row of keys and one of values stand in the same storage.</param>
    /// <param name="strips">Tiles with storage of a third kind (see <see cref="StripTiles"/>), if there are any.</param>
    /// <param name="turns">True if of the storages that are free the one is taken that was used longest ago: nobody waits until it is read, or has waited already.</param>
    /// <param name="tokens">Tokens of the chunks for which storage is counted.</param>
    public StorageUses(
        IReadOnlyList<Statement> statements,
        IEnumerable<Tile> liveAfter,
        IEnumerable<Tile> giving,
        ISet<string> frame,
        ISet<string> factors,
        bool shares,
        ISet<string>? strips = null,
        bool turns = false,
        int tokens = SharedMemory.Tokens)
    {
        this.factors = factors;
        Tokens = tokens;
        TakesTurns = turns;
        Strips = strips ?? new HashSet<string>();
        Used = new int[statements.Count][];
        Placed = new int[statements.Count][];
        Overwritten = new int[statements.Count][];
        List<int> used = [], read = [];
        for (int i = 0; i < statements.Count; i++)
        {
            Statement statement = statements[i];
            var view = statement as ViewStatement;
            if (view is not null)
            {
                wholes[Number(view.Result)] = Number(view.Whole);
            }

            used.Clear();
            read.Clear();
            foreach (Tile tile in statement.Reads.Where(x => !x.IsLeft))
            {
                int number = Number(tile);
                read.Add(number);
                AddWithWholes(number, used);
            }

            List<int> placed = [];
            foreach (Tile tile in statement.Results.Where(x => !x.IsLeft))
            {
                int number = Number(tile);
                AddWithWholes(number, used);
                if (view is null && !frame.Contains(tile.Name))
                {
                    placed.Add(number);
                }
            }

            Used[i] = [.. used];
            Placed[i] = [.. placed];
            Overwritten[i] = placed.Count == 0 ? [] : Overwritable(statement, read);
        }

        var live = new List<int>();
        foreach (Tile tile in liveAfter)
        {
            AddWithWholes(Number(tile), live);
        }

        LiveAfter = [.. live];
        Giving = [.. giving.Select(Number)];
        Tiles = [.. tiles];
        Wholes = [.. wholes];
        Kinds = Array.ConvertAll(
            Tiles,
            x => x.Given is null ? Kind(x, shares, factors.Contains(x.Name)) + (Strips.Contains(x.Name) ? 2 : 0) : -1 - Number(x));
        givenKinds = Array.ConvertAll(Tiles, x => x.Given is null ? -1 : Kind(x, shares, factor: true));
        Apart = new bool[Tiles.Length];
        Weights = Array.ConvertAll(Tiles, x => Pass.Weight(x, factors, Strips, tokens));
        Firsts = Array.ConvertAll(Tiles, x => x.Name == x.Variable ? -1 : NumberOf(x.Variable));
    }

    /// <summary>Tokens of the chunks for which storage is counted.</summary>
    public int Tokens { get; }

    /// <summary>The tiles.</summary>
    public Tile[] Tiles { get; }

    /// <summary>By tile, the one that it is a part of; -1 if it is none.</summary>
    public int[] Wholes { get; }

    /// <summary>By tile, what its storage must be like: equal numbers fit. What holds the caller's numbers as they are takes storage of its own.</summary>
    public int[] Kinds { get; }

    /// <summary>True if a tile is taken as a factor.</summary>
    public bool IsFactor(Tile tile) => factors.Contains(tile.Name);

    /// <summary>True if a tile's storage is good for another tile.</summary>
    public bool Fits(int storage, int tile) => Kinds[storage] == Kinds[tile] || givenKinds[storage] == Kinds[tile];

    /// <summary>Names of the tiles that are taken as strips.</summary>
    public ISet<string> Strips { get; }

    /// <summary>True if of the storages that are free the one is taken that was used longest ago; otherwise the first.</summary>
    public bool TakesTurns { get; }

    /// <summary>By tile, true if it takes no storage that was another's, unless element for element: nobody waits until the other is read.</summary>
    public bool[] Apart { get; private set; }

    /// <summary>By tile, what it takes of scratch.</summary>
    public int[] Weights { get; }

    /// <summary>By tile that is there once more, the one that was there first; otherwise -1.</summary>
    public int[] Firsts { get; }

    /// <summary>By statement, what it uses: whoever uses a part uses the whole.</summary>
    public int[][] Used { get; private set; }

    /// <summary>By statement, its results that need storage, if they have none yet.</summary>
    public int[][] Placed { get; private set; }

    /// <summary>By statement, the tiles that a result which needs storage may overwrite.</summary>
    public int[][] Overwritten { get; private set; }

    /// <summary>What is read after the last statement.</summary>
    public int[] LiveAfter { get; }

    /// <summary>What has storage before the first.</summary>
    public int[] Giving { get; }

    /// <summary>The same where other tiles stand apart; null: none.</summary>
    public StorageUses With(Func<Tile, bool>? apart)
    {
        var uses = (StorageUses)MemberwiseClone();
        uses.Apart = Array.ConvertAll(Tiles, x => apart?.Invoke(x) == true);
        return uses;
    }

    /// <summary>The same of the statements in another order.</summary>
    public StorageUses InOrder(IReadOnlyList<int> order)
    {
        var uses = (StorageUses)MemberwiseClone();
        uses.Used = [.. order.Select(x => Used[x])];
        uses.Placed = [.. order.Select(x => Placed[x])];
        uses.Overwritten = [.. order.Select(x => Overwritten[x])];
        return uses;
    }

    /// <summary>A tile's number; -1 if no statement has it.</summary>
    public int NumberOf(string name) => numbers.TryGetValue(name, out int number) ? number : -1;

    private int Kind(Tile tile, bool shares, bool factor) => ((((int)tile.Rows << 8) + (int)TileStorage.Columns(tile, shares, Strips)) << 2) + (factor ? 1 : 0);

    private int Number(Tile tile)
    {
        if (!numbers.TryGetValue(tile.Name, out int number))
        {
            number = tiles.Count;
            numbers.Add(tile.Name, number);
            tiles.Add(tile);
            wholes.Add(-1);
        }

        return number;
    }

    private void AddWithWholes(int tile, List<int> used)
    {
        for (; tile >= 0; tile = wholes[tile])
        {
            if (!used.Contains(tile))
            {
                used.Add(tile);
            }
        }
    }

    // What a statement also reads a part of it cannot overwrite.
    private int[] Overwritable(Statement statement, List<int> read)
    {
        List<int> tiles = [];
        foreach (Tile tile in TileStorage.InPlace(statement))
        {
            int number = Number(tile);
            if (!read.Exists(x => wholes[x] == number))
            {
                tiles.Add(number);
            }
        }

        return [.. tiles];
    }
}
