namespace AttentionDsl.Generator;

/// <summary>Which tiles of a block of statements hold storage, and which of them are read no more and can give it away.</summary>
internal sealed class TileStorage
{
    private readonly IReadOnlyList<Statement> statements;
    private readonly Dictionary<string, int> lastUse = [];
    private readonly Dictionary<string, Tile> free = [];
    private readonly HashSet<string> holding = [];
    private readonly Dictionary<string, Tile> tiles = [];
    private readonly Dictionary<string, string> givers = [];
    private readonly Dictionary<string, string> wholes = [];
    private readonly ISet<string> factors;
    private readonly bool shares;

    /// <param name="statements">The block.</param>
    /// <param name="liveAfter">Tiles that are read after it.</param>
    /// <param name="giving">Tiles of the frame that may give their storage too.</param>
    /// <param name="factors">Tiles with storage of the other kind (see <see cref="FactorTiles"/>).</param>
    /// <param name="shares">True if a row of keys and one of values stand in the same storage.</param>
    public TileStorage(IReadOnlyList<Statement> statements, IEnumerable<Tile> liveAfter, IEnumerable<Tile> giving, ISet<string> factors, bool shares = false)
    {
        this.statements = statements;
        this.factors = factors;
        this.shares = shares;
        for (int i = 0; i < statements.Count; i++)
        {
            if (statements[i] is ViewStatement view)
            {
                wholes.Add(view.Result.Name, view.Whole.Name);
            }

            foreach (Tile tile in statements[i].Reads.Concat(statements[i].Results))
            {
                Use(tile.Name, i);
            }
        }

        foreach (Tile tile in liveAfter)
        {
            Use(tile.Name, int.MaxValue);
        }

        foreach (Tile tile in giving)
        {
            Take(tile);
        }

        // Whoever reads a view reads the whole.
        void Use(string name, int index)
        {
            lastUse[name] = index;
            while (wholes.TryGetValue(name, out string? whole))
            {
                name = whole;
                lastUse[name] = index;
            }
        }
    }

    /// <summary>True if the tile has storage already.</summary>
    public bool Holds(Tile tile) => holding.Contains(tile.Name);

    /// <summary>The tile that holds storage by this name.</summary>
    public Tile Tile(string name) => tiles[name];

    /// <summary>The tile has taken storage of its own.</summary>
    public void Take(Tile tile)
    {
        holding.Add(tile.Name);
        tiles.Add(tile.Name, tile);
        free.Add(tile.Name, tile);
    }

    /// <summary>The name of a tile whose storage the result of a statement takes over; null if there is none.</summary>
    public string? Reuse(Tile result, int index)
    {
        // What is there once more takes the storage it had before, if that is still its own: it has the same variable.
        Tile? before = result.Name != result.Variable && free.TryGetValue(result.Variable, out Tile? first) ? first : null;
        Tile? giver = before
            ?? InPlace(statements[index], result).FirstOrDefault(x => free.ContainsKey(x.Name) && Fits(x, result) && LastUse(x) == index && !IsSeen(x, statements[index]))
            ?? free.Values.FirstOrDefault(x => Fits(x, result) && LastUse(x) < index);
        if (giver is null)
        {
            return null;
        }

        free.Remove(giver.Name);
        Take(result);
        givers.Add(result.Name, giver.Name);
        return giver.Name;
    }

    /// <summary>The tile that first had the storage in which a tile stands; a part stands in that of the whole.</summary>
    public string First(Tile tile)
    {
        string name = tile.Name;
        while (wholes.TryGetValue(name, out string? next) || givers.TryGetValue(name, out next))
        {
            name = next;
        }

        return name;
    }

    /// <summary>True if a tile stands in the storage that once was another's.</summary>
    public bool StandsIn(Tile tile, Tile first) => StandsIn(tile.Name, first.Name);

    private bool StandsIn(string name, string first)
    {
        while (name != first && givers.TryGetValue(name, out string? giver))
        {
            name = giver;
        }

        return name == first;
    }

    /// <summary>True if a statement also reads a part of the tile.</summary>
    private bool IsSeen(Tile tile, Statement statement) => statement.Reads.Any(x => wholes.TryGetValue(x.Name, out string? whole) && whole == tile.Name);

    private bool Fits(Tile x, Tile y) => x.Rows == y.Rows && Columns(x, shares) == Columns(y, shares) && factors.Contains(x.Name) == factors.Contains(y.Name);

    /// <summary>The last statement that uses the storage in which a tile stands first; <see cref="int.MaxValue"/> if it is read after the block.</summary>
    public int LastUseOfStorage(Tile first) => holding.Where(x => StandsIn(x, first.Name)).Max(x => lastUse.TryGetValue(x, out int index) ? index : -1);

    /// <summary>What a tile's columns are to its storage: rows of keys and of values are alike where they share it.</summary>
    public static Dim Columns(Tile tile, bool shares) => IsShared(tile, shares) ? Dim.Key : tile.Columns;

    /// <summary>True if a tile stands where others of another width may stand.</summary>
    public static bool IsShared(Tile tile, bool shares) => shares && tile is { Rows: Dim.Token or Dim.Update, Columns: Dim.Key or Dim.Value };

    private int LastUse(Tile tile) => lastUse.TryGetValue(tile.Name, out int index) ? index : -1;

    /// <summary>Arguments that the statement's result may overwrite: element for element it needs no other.</summary>
    public static IEnumerable<Tile> InPlace(Statement statement, Tile result) => statement switch
    {
        LoopStatement { Stores.Count: 1 } x when x.Stores[0].Into == Into.Set => x.Arguments,
        CallStatement { Method: "Copy" or "Decay", Into: Into.Set } x => [x.Arguments[0]],
        CallStatement { Method: "DecayWriteAndRead" or "DecayWritesAndRead" } x => [x.Arguments[0]],
        CallStatement { Method: "SolveUnitLower" or "SolveUnitLowerTransposed" or "DecayedSolve" or "DecayedSolveTransposed" } x => [x.Arguments[1]],
        CallStatement { Method: SolvePairs.Method or SolvePairs.Transposed } x => [x.Arguments[x.Written[0] == result ? 1 : 2]],
        _ => [],
    };
}
