namespace AttentionDsl.Generator;

/// <summary>What must come before what among statements. Terms of a sum may come in any order.</summary>
internal sealed class Dependencies
{
    private readonly bool[][] precede;
    private readonly Dictionary<Tile, TileUse> uses = [];
    private readonly List<Tile> tiles = [];

    /// <param name="statements">In an order that is right.</param>
    /// <param name="weight">The storage of a tile.</param>
    public Dependencies(IReadOnlyList<Statement> statements, Func<Tile, int> weight)
    {
        Statements = statements;
        precede = new bool[statements.Count][];
        Written = new TileUse[statements.Count][];
        Read = new TileUse[statements.Count][];
        for (int i = 0; i < statements.Count; i++)
        {
            precede[i] = new bool[i];
            Read[i] = [.. statements[i].Reads.Distinct().Select(Of)];
            Written[i] = [.. statements[i].Results.Distinct().Select(Of)];

            // After what wrote the tiles it uses, and after what read the tiles it writes.
            foreach (TileUse tile in Read[i])
            {
                Follow(i, tile.Writers);
                Follow(i, tile.Terms);
                tile.Readers.Add(i);
                tile.Users.Add(i);
            }

            bool isTerm = SumOf(statements[i]) is not null;
            foreach (TileUse tile in Written[i])
            {
                Follow(i, tile.Writers);
                tile.Users.Add(i);
                if (isTerm && tile.Readers.Count == 0)
                {
                    tile.Terms.Add(i);
                    continue;
                }

                // All earlier terms are done before it, all later ones after it.
                Follow(i, tile.Terms);
                Follow(i, tile.Readers);
                tile.Terms.Clear();
                tile.Readers.Clear();
                tile.Writers.Clear();
                tile.Writers.Add(i);
            }
        }

        var before = new List<int>();
        Before = Array.ConvertAll(precede, precedes =>
        {
            before.Clear();
            for (int i = 0; i < precedes.Length; i++)
            {
                if (precedes[i])
                {
                    before.Add(i);
                }
            }

            return before.ToArray();
        });

        TileUse Of(Tile tile)
        {
            if (!uses.TryGetValue(tile, out TileUse? use))
            {
                uses.Add(tile, use = new(tiles.Count, weight(tile)));
                tiles.Add(tile);
            }

            return use;
        }
    }

    public IReadOnlyList<Statement> Statements { get; }

    /// <summary>The tiles, in the order of their numbers.</summary>
    public IReadOnlyList<Tile> Tiles => tiles;

    /// <summary>What comes before each statement.</summary>
    public int[][] Before { get; }

    /// <summary>The tiles that it writes.</summary>
    public TileUse[][] Written { get; }

    /// <summary>The tiles that it reads.</summary>
    public TileUse[][] Read { get; }

    /// <summary>A tile's number.</summary>
    public int NumberOf(Tile tile) => uses[tile].Number;

    /// <summary>True if a statement comes before another.</summary>
    public bool Precede(int earlier, int later) => earlier < later && precede[later][earlier];

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

    private void Follow(int index, List<int> earlier)
    {
        foreach (int other in earlier)
        {
            if (other != index)
            {
                precede[index][other] = true;
            }
        }
    }

    /// <summary>How statements use a tile.</summary>
    /// <param name="number">How many tiles there were before it.</param>
    /// <param name="weight">Its storage.</param>
    internal sealed class TileUse(int number, int weight)
    {
        /// <summary>How many tiles there were before it.</summary>
        public int Number => number;

        /// <summary>Its storage.</summary>
        public int Weight => weight;

        /// <summary>The statements that use it.</summary>
        public List<int> Users { get; } = [];

        /// <summary>Of those so far: the one that wrote it, those that added terms to it since, and those that read it since.</summary>
        public List<int> Writers { get; } = [];

        /// <inheritdoc cref="Writers"/>
        public List<int> Terms { get; } = [];

        /// <inheritdoc cref="Writers"/>
        public List<int> Readers { get; } = [];
    }
}
