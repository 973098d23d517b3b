namespace AttentionDsl.Generator;

/// <summary>Which tiles of a block of statements hold storage, and which of them are read no more and can give it away.</summary>
internal sealed class TileStorage
{
    private readonly StorageUses uses;

    // By tile: how many statements that use it are still to come, the last one reached that does and when that was, its storage, and how many tiles had storage before it.
    private readonly int[] open;
    private readonly int[] lastUser;
    private readonly int[] lastUsed;
    private readonly int[] storages;
    private readonly int[] since;

    // By storage: the tile that had it first and when it was taken, and the tile that has it.
    private readonly List<int> firsts;
    private readonly List<int> taken;
    private readonly List<int> holders;

    private int reached;
    private int clock;
    private int held;

    /// <param name="statements">The block.</param>
    /// <param name="liveAfter">Tiles that are read after it.</param>
    /// <param name="giving">Tiles of the frame that may give their storage too.</param>
    /// <param name="factors">Tiles with storage of the other kind (see <see cref="FactorTiles"/>).</param>
    /// <param name="shares">True if a row of keys and one of values stand in the same storage.</param>
    /// <param name="strips">Tiles with storage of a third kind (see <see cref="StripTiles"/>), if there are any.</param>
    /// <param name="tokens">Tokens of the chunks for which storage is counted.</param>
    public TileStorage(
        IReadOnlyList<Statement> statements,
        IEnumerable<Tile> liveAfter,
        IEnumerable<Tile> giving,
        ISet<string> factors,
        bool shares = false,
        ISet<string>? strips = null,
        int tokens = SharedMemory.Tokens)
        : this(new StorageUses(statements, liveAfter, giving, new HashSet<string>(), factors, shares, strips, tokens: tokens))
    {
    }

    /// <summary>No statement is reached.</summary>
    public TileStorage(StorageUses uses)
    {
        this.uses = uses;
        int count = uses.Tiles.Length;
        open = new int[count];
        lastUser = new int[count];
        lastUsed = new int[count];
        storages = new int[count];
        since = new int[count];
        firsts = new(count);
        taken = new(count);
        holders = new(count);
        for (int i = 0; i < count; i++)
        {
            storages[i] = lastUser[i] = -1;
        }

        foreach (int[] used in uses.Used)
        {
            foreach (int tile in used)
            {
                open[tile]++;
            }
        }

        foreach (int tile in uses.LiveAfter)
        {
            open[tile]++;
        }

        foreach (int tile in uses.Giving)
        {
            Take(tile);
        }

        Weight = 0;
    }

    private TileStorage(TileStorage other)
    {
        uses = other.uses;
        open = (int[])other.open.Clone();
        lastUser = (int[])other.lastUser.Clone();
        lastUsed = (int[])other.lastUsed.Clone();
        clock = other.clock;
        storages = (int[])other.storages.Clone();
        since = (int[])other.since.Clone();
        firsts = [.. other.firsts];
        taken = [.. other.taken];
        holders = [.. other.holders];
        reached = other.reached;
        held = other.held;
        Weight = other.Weight;
    }

    /// <summary>What was taken of scratch since the first statement.</summary>
    public int Weight { get; private set; }

    /// <summary>The same, to go on from here.</summary>
    public TileStorage Copy() => new(this);

    /// <summary>Names of the tiles that are taken as strips.</summary>
    public ISet<string> Strips => uses.Strips;

    /// <summary>True if a tile is taken as a strip.</summary>
    public bool IsStrip(Tile tile) => uses.Strips.Contains(tile.Name);

    /// <summary>True if the tile has storage already, or needs none.</summary>
    public bool Holds(Tile tile) => tile.IsLeft || uses.NumberOf(tile.Name) is int number and >= 0 && storages[number] >= 0;

    /// <summary>The tile that holds storage by this name.</summary>
    public Tile Tile(string name) => uses.Tiles[uses.NumberOf(name)];

    /// <summary>The tile has taken storage of its own.</summary>
    public void Take(Tile tile) => Take(uses.NumberOf(tile.Name));

    /// <summary>The name of a tile whose storage the result of a statement takes over; null if there is none. Statements are asked about in order.</summary>
    public string? Reuse(Tile result, int index)
    {
        for (; reached <= index; reached++)
        {
            Reach(reached);
        }

        int tile = uses.NumberOf(result.Name), giver = Giver(tile, index);
        if (giver < 0)
        {
            return null;
        }

        Give(giver, tile);
        return uses.Tiles[giver].Name;
    }

    /// <summary>Reaches a statement, in an order of one's own, and finds storage for what it begins.</summary>
    /// <returns>The tile whose storage its last result takes over; -1 if there is none.</returns>
    public int Place(int statement)
    {
        Reach(statement);
        int giver = -1;
        foreach (int tile in uses.Placed[statement])
        {
            if (storages[tile] < 0)
            {
                giver = Giver(tile, statement);
                if (giver >= 0)
                {
                    Give(giver, tile);
                }
                else
                {
                    Take(tile);
                }
            }
        }

        return giver;
    }

    /// <summary>Reaches statements one after the other.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="limit">No more of them once so much was taken of scratch.</param>
    public TileStorage Place(IEnumerable<int> statements, int limit = int.MaxValue)
    {
        foreach (int statement in statements)
        {
            if (Weight >= limit)
            {
                break;
            }

            Place(statement);
        }

        return this;
    }

    /// <summary>How many statements were reached before the one that took the last storage of a tile's kind.</summary>
    public int LastTaken(Tile tile) => taken[firsts.FindLastIndex(x => uses.Kinds[x] == uses.Kinds[uses.NumberOf(tile.Name)])];

    /// <summary>True if of no kind of storage more was taken than another took; a column more is nothing, nor is a strip.</summary>
    public bool TakesNoMoreThan(TileStorage other)
    {
        ILookup<int, int> others = other.Taken.ToLookup(x => x);
        HashSet<int> columns = [.. firsts.Where(x => uses.Tiles[x].Columns == Dim.One || IsStrip(uses.Tiles[x])).Select(x => uses.Kinds[x])];
        return Taken.Where(x => !columns.Contains(x)).GroupBy(x => x).All(x => x.Count() <= others[x.Key].Count());
    }

    /// <summary>The tile that first had the storage in which a tile stands; a part stands in that of the whole.</summary>
    public string First(Tile tile)
    {
        int number = uses.NumberOf(tile.Name);
        if (number < 0)
        {
            return tile.Name;
        }

        while (uses.Wholes[number] >= 0)
        {
            number = uses.Wholes[number];
        }

        return uses.Tiles[storages[number] < 0 ? number : firsts[storages[number]]].Name;
    }

    /// <summary>True if a tile stands in the storage that once was another's.</summary>
    public bool StandsIn(Tile tile, Tile first) => tile.Name == first.Name || (uses.NumberOf(tile.Name) is int x and >= 0 && uses.NumberOf(first.Name) is int y and >= 0 && StandsIn(x, y));

    /// <summary>What a tile's columns are to its storage: rows of keys and of values are alike where they share it.</summary>
    public static Dim Columns(Tile tile, bool shares, ISet<string> strips) => IsShared(tile, shares, strips) ? Dim.Key : tile.Columns;

    /// <summary>True if a tile stands where others of another width may stand: no strip does.</summary>
    public static bool IsShared(Tile tile, bool shares, ISet<string> strips) => shares && !strips.Contains(tile.Name) && tile is { Rows: Dim.Token or Dim.Update, Columns: Dim.Key or Dim.Value };

    /// <summary>Arguments that the statement's result may overwrite: element for element it needs no other.</summary>
    public static IEnumerable<Tile> InPlace(Statement statement) => statement switch
    {
        LoopStatement { Stores.Count: 1 } x when x.Stores[0].Into == Into.Set => x.Arguments,
        CallStatement { Method: "Copy" or "Decay", Into: Into.Set } x => [x.Arguments[0]],
        CallStatement { Method: "ScaleRows" } x => [x.Arguments[0]],
        CallStatement { Method: "DecayWriteAndRead" or "DecayWritesAndRead" } x => [x.Arguments[0]],
        CallStatement x when ScaledSums.Has(x.Method) => [x.Arguments[0]],
        CallStatement { Method: "SolveUnitLower" or "SolveUnitLowerTransposed" or "DecayedSolve" or "DecayedSolveTransposed" or InverseForm.Apply or InverseForm.ApplyTransposed } x => [x.Arguments[1]],
        _ => [],
    };

    // Kinds of the storages that were taken since the first statement.
    private IEnumerable<int> Taken => firsts.Skip(uses.Giving.Length).Select(x => uses.Kinds[x]);

    private bool StandsIn(int tile, int first) => storages[tile] >= 0 && storages[tile] == storages[first] && since[tile] >= since[first];

    private void Reach(int statement)
    {
        clock++;
        foreach (int tile in uses.Used[statement])
        {
            open[tile]--;
            lastUser[tile] = statement;
            lastUsed[tile] = clock;
        }
    }

    /// <summary>The tile whose storage the result of the statement that was reached last takes over; -1 if there is none.</summary>
    private int Giver(int tile, int statement)
    {
        // What is there once more takes the storage it had before, if that is still its own: it has the same variable.
        int first = uses.Firsts[tile];
        if (first >= 0 && IsHolder(first))
        {
            return first;
        }

        foreach (int x in uses.Overwritten[statement])
        {
            if (open[x] == 0 && uses.Fits(x, tile) && IsHolder(x))
            {
                return x;
            }
        }

        if (uses.Apart[tile])
        {
            return -1;
        }

        int giver = -1;
        foreach (int x in holders)
        {
            if (open[x] == 0 && lastUser[x] != statement && uses.Fits(x, tile) && (giver < 0 || lastUsed[x] < lastUsed[giver]))
            {
                giver = x;
                if (!uses.TakesTurns)
                {
                    break;
                }
            }
        }

        return giver;
    }

    private bool IsHolder(int tile) => storages[tile] >= 0 && holders[storages[tile]] == tile;

    private void Give(int giver, int tile)
    {
        storages[tile] = storages[giver];
        holders[storages[tile]] = tile;
        since[tile] = held++;
    }

    private void Take(int tile)
    {
        storages[tile] = firsts.Count;
        since[tile] = held++;
        firsts.Add(tile);
        taken.Add(clock - 1);
        holders.Add(tile);
        Weight += uses.Weights[tile];
    }
}
