namespace AttentionDsl.Generator;

/// <summary>
/// Which tiles a device may keep in registers, a strip of columns in each warp's (<c>ITile.TakeStrip</c>): those that products write or read from the right, that decay with
/// their rows, or that are copied. What a loop touches, or a product reads from the left, stands in scratch.
/// </summary>
internal static class StripTiles
{
    private const string Solve = "SolveUnitLowerTransposed";

    /// <summary>The names of a walk's tiles; none if the state itself must stand in scratch.</summary>
    /// <param name="statements">The walk.</param>
    /// <param name="state">The state that it takes from chunk to chunk.</param>
    public static ISet<string> Of(IReadOnlyList<Statement> statements, Tile state)
    {
        var fetched = new HashSet<string>(statements.Where(Pass.IsFetch).SelectMany(x => x.Results).Select(x => x.Name));
        var strips = new HashSet<string>(
            statements.Where(x => x is CallStatement).SelectMany(x => x.Results).Append(state).Where(x => x.Columns == Dim.Value && x.Rows != Dim.One).Select(x => x.Name).Where(x => !fetched.Contains(x)));
        while (true)
        {
            string[] others = [.. statements.SelectMany(x => Others(x, strips)).Where(strips.Contains)];
            if (others.Length == 0)
            {
                return strips.Contains(state.Name) ? strips : new HashSet<string>();
            }

            strips.ExceptWith(others);
        }
    }

    /// <summary>
    /// The names of the tiles of a pass that computes one chunk: rows of keys or values that are sums of products, and leave as they are. They stand in single precision.
    /// </summary>
    public static ISet<string> OfChunk(IReadOnlyList<Statement> statements)
    {
        var sums = new HashSet<string>(statements.OfType<CallStatement>()
            .Where(x => IsProduct(x) || ScaledSums.Has(x.Method) || x.Method is AddedRows.Method or Solve).SelectMany(x => x.Written).Where(IsOfRows).Select(x => x.Name));
        while (true)
        {
            string[] others = [.. statements.SelectMany(x => OthersOfChunk(x, sums)).Select(x => x.Name).Where(sums.Contains)];
            if (others.Length == 0)
            {
                return sums;
            }

            sums.ExceptWith(others);
        }
    }

    /// <summary>The factors of such a pass that may be multiplied with strips, all of one kind: none without strips.</summary>
    public static ISet<string> RoomsOfChunk(IReadOnlyList<Statement> statements, ISet<string> strips, ISet<string> factors) =>
        new HashSet<string>(strips.Count == 0 ? [] : statements.SelectMany(x => x.Results).Where(x => IsOfRows(x) && factors.Contains(x.Name)).Select(x => x.Name));

    /// <summary>
    /// The names of the tiles that are multiplied with strips, or become strips, and of which else only Grams are made (<c>ITile.TakeFactorRooms</c>): they are fetched, or scaled pairs
    /// of tokens.
    /// </summary>
    /// <param name="fetches">What is fetched a chunk ahead.</param>
    /// <param name="statements">The walk.</param>
    /// <param name="strips">Its strips.</param>
    /// <param name="factors">Its factors.</param>
    public static ISet<string> Rooms(IEnumerable<Statement> fetches, IReadOnlyList<Statement> statements, ISet<string> strips, ISet<string> factors)
    {
        IEnumerable<Tile> pairs = statements.OfType<CallStatement>().Where(x => x.Method == "ScaleRows" || ScaledGrams.Has(x.Method)).SelectMany(x => x.Written).Where(x => x.Columns is Dim.Token or Dim.Update);
        var rooms = new HashSet<string>(fetches.SelectMany(x => x.Results).Concat(pairs).Select(x => x.Name).Where(factors.Contains));
        foreach (Statement statement in statements)
        {
            bool multiplies = statement is CallStatement { Method: "Product" or "TransposedProduct" or "DecayAndWrite" or "Copy" or AddedRows.Method } call && strips.Contains(call.Written[0].Name);
            if (!multiplies && !(statement is CallStatement { Method: string method } && (method == "Gram" || ScaledGrams.Has(method))))
            {
                rooms.ExceptWith(statement.Reads.Select(x => x.Name));
            }
        }

        return strips.Count == 0 ? new HashSet<string>() : rooms;
    }

    private static bool IsOfRows(Tile tile) => tile is { Rows: Dim.Token or Dim.Update, Columns: Dim.Key or Dim.Value };

    private static bool IsProduct(CallStatement x) => x.Method is "Product" or "TransposedProduct" or "ProductTransposed";

    /// <summary>The tiles that a statement of one chunk needs in scratch.</summary>
    private static IEnumerable<Tile> OthersOfChunk(Statement statement, HashSet<string> strips) => statement switch
    {
        StoreStatement { Scale: null, Normalized: null } or CallStatement { Method: "Clear" } => [],

        // A state with a column more fills no block: strips are multiplied in whole ones.
        CallStatement x when x.Arguments.Any(y => Dim.ValueAndOne == y.Columns || Dim.ValueAndOne == y.Rows) => statement.Reads.Concat(statement.Results),

        // A turned right factor has its rows in all warps.
        CallStatement x when strips.Contains(x.Results.First().Name) && IsProduct(x) => x.Method == "ProductTransposed" ? x.Arguments : x.Arguments.Take(1),
        CallStatement x when strips.Contains(x.Results.First().Name) && ScaledSums.Has(x.Method) => x.Arguments.Skip(1).Take(2),
        CallStatement { Method: AddedRows.Method } x => x.Arguments.Skip(1),
        CallStatement { Method: "RowDot" or RowParts.Dot } x => x.Written,

        // What is solved stands where the right side does.
        CallStatement { Method: Solve } x => strips.Contains(x.Written[0].Name) && strips.Contains(x.Arguments[1].Name) ? x.Arguments.Take(1) : x.Reads.Concat(x.Results),
        _ => statement.Reads.Concat(statement.Results),
    };

    /// <summary>The tiles that a statement of a walk needs in scratch.</summary>
    private static IEnumerable<string> Others(Statement statement, HashSet<string> strips)
    {
        IEnumerable<Tile> others = statement switch
        {
            StoreStatement => [],
            CallStatement { Method: "Product" or "TransposedProduct" or InverseForm.Apply or InverseForm.ApplyTransposed } x => [x.Arguments[0]],
            CallStatement { Method: AddedRows.Method } x => strips.Contains(x.Written[0].Name) ? x.Arguments.Skip(1) : x.Arguments,
            CallStatement { Method: "Clear" } => [],
            CallStatement { Method: "DecayAndWrite" } x => strips.Contains(x.Written[0].Name) ? x.Arguments.Take(2) : x.Arguments,
            CallStatement { Method: "Copy", Into: Into.Set } x => strips.Contains(x.Written[0].Name) ? [] : x.Arguments,
            CallStatement { Method: "ScaleRows" } x => strips.Contains(x.Written[0].Name) ? [] : x.Arguments,
            _ => statement.Reads.Concat(statement.Results),
        };
        return others.Select(x => x.Name);
    }
}
