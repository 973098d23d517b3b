namespace AttentionDsl.Generator;

/// <summary>Who must wait for each other before a statement.</summary>
internal enum Wait
{
    None,

    /// <summary>All of a group, where strips do not stand in registers.</summary>
    Strips,

    /// <summary>The threads that work on vectors.</summary>
    Vectors,

    /// <summary>All of a group.</summary>
    All,
}

/// <summary>
/// Where the threads of a group must wait for each other: before a statement that uses what another wrote since they last did, or that writes what another
/// uses. Elementwise loops over one shape need not wait for each other, nor sums of the rows of one shape: a thread has the same elements in all of them.
/// Between statements that have nothing but <see cref="Vectors"/> few threads wait.
/// </summary>
internal sealed class Barriers
{
    // What vectors need, whatever the tile, is stated for ITile.SynchronizeVectors.
    private static readonly HashSet<string> VectorMethods = ["CumulativeSum", "ReverseCumulativeSum", "ColumnSum", "Sum", "Transpose", "Copy", RowParts.Sum];

    // What operations take of a group's memory besides scratch, as if it were a tile. Most wait there for others by themselves. A strip on its way to memory, of which every warp has
    // a part of its own, does not.
    private static readonly Tile Workspace = new("(workspace)", Dim.One, Dim.One);

    // What was done since all threads waited, with the tile that first had the storage.
    private readonly List<(string Storage, Touch Touch)> since = [];

    // How many of them were done when the threads of vectors last waited.
    private int met;

    /// <summary>What a statement does with a tile.</summary>
    /// <param name="Tile">The tile.</param>
    /// <param name="Writes">True if it writes.</param>
    /// <param name="Shared">How threads share its elements out; null: any thread may touch any of them.</param>
    /// <param name="OfVectors">True if only the threads of vectors touch it: the statement has nothing but vectors.</param>
    internal sealed record Touch(Tile Tile, bool Writes, object? Shared, bool OfVectors);

    /// <summary>What a statement does with its tiles.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="strips">Tiles that are taken as strips.</param>
    public static Touch[] Touches(Statement statement, ISet<string> strips)
    {
        bool vectors = HasVectorsAlone(statement);
        IEnumerable<Touch> touches = Accesses(statement, strips).Select(x => new Touch(x.Tile, x.Writes, x.Shared, vectors && !IsReadByAll(statement, x.Tile)));
        return strips.Count == 0 || OwnerOfWorkspace(statement, strips) is not string owner ? [.. touches] : [.. touches, new Touch(Workspace, true, owner, false)];
    }

    /// <summary>Who must wait before a statement does something with tiles.</summary>
    public Wait WaitFor(Touch[] touches, TileStorage storage)
    {
        Wait wait = Wait.None;
        for (int i = 0; i < touches.Length && wait != Wait.All; i++)
        {
            string first = storage.First(touches[i].Tile);
            for (int k = 0; k < since.Count && wait != Wait.All; k++)
            {
                Wait other = since[k].Storage == first ? Conflict(touches[i], since[k].Touch, k < met, storage.IsStrip(touches[i].Tile)) : Wait.None;
                wait = wait == Wait.None || wait == other ? other : other == Wait.None ? wait : Wait.All;
            }
        }

        return wait;
    }

    /// <summary>Who waits before a statement, and the statement is done.</summary>
    public Wait Reach(Statement statement, TileStorage storage) => Reach(statement, Touches(statement, storage.Strips), storage);

    /// <summary>The same with what the statement does, where that is known.</summary>
    public Wait Reach(Statement statement, Touch[] touches, TileStorage storage)
    {
        if (statement is ArriveStatement)
        {
            Done(Wait.All, storage);
            return Wait.None;
        }

        Wait wait = Before(touches, storage);
        if (wait != Wait.None)
        {
            Done(wait, storage);
            Before(touches, storage);
        }

        return wait;
    }

    private Wait Before(Touch[] touches, TileStorage storage)
    {
        Wait wait = WaitFor(touches, storage);
        if (wait == Wait.None)
        {
            since.AddRange(touches.Select(x => (storage.First(x.Tile), x)));
        }

        return wait;
    }

    /// <summary>The threads have waited.</summary>
    private void Done(Wait wait, TileStorage storage)
    {
        switch (wait)
        {
            case Wait.All:
                since.Clear();
                met = 0;
                break;
            case Wait.Strips:
                met -= since.Take(met).Count(x => storage.IsStrip(x.Touch.Tile));
                since.RemoveAll(x => storage.IsStrip(x.Touch.Tile));
                break;
            default:
                met = since.Count;
                break;
        }
    }

    /// <summary>Who waits between two that touch the same storage.</summary>
    private static Wait Conflict(Touch x, Touch y, bool met, bool strip) =>
        !(x.Writes || y.Writes) || (x.Shared is not null && x.Shared.Equals(y.Shared)) || (x.OfVectors && y.OfVectors && met) ? Wait.None
        : strip ? Wait.Strips
        : x.OfVectors && y.OfVectors ? Wait.Vectors
        : Wait.All;

    /// <summary>Who uses the workspace; null: nobody.</summary>
    private static string? OwnerOfWorkspace(Statement statement, ISet<string> strips) => statement switch
    {
        StoreStatement x => strips.Contains(x.X.Name) ? "strips" : null,
        CallStatement { Method: "Gram" or "Sum" or "ColumnSum" } => "operations",
        CallStatement { Method: InverseForm.Invert or "SolveUnitLower" or "SolveUnitLowerTransposed" } => "operations",
        CallStatement x => x.Method.StartsWith("Decayed", StringComparison.Ordinal) ? "operations" : null,
        _ => null,
    };

    private static bool HasVectorsAlone(Statement statement) =>
        statement is LoopStatement or LoadStatement { Fetched: false } or RecallStatement { Fetched: false } or StoreStatement or PartStatement or PartOfStatement
            || (statement is CallStatement call && VectorMethods.Contains(call.Method))
        ? Tiles(statement).All(IsVector)
        : false;

    // A loop's numbers are read before it begins.
    private static bool IsReadByAll(Statement statement, Tile tile) =>
        statement is LoopStatement loop && tile is { Rows: Dim.One, Columns: Dim.One } && Shape(loop.Stores[0].Result) != Shape(tile);

    private static IEnumerable<Tile> Tiles(Statement statement) => statement.Results.Concat(statement.Reads);

    private static bool IsVector(Tile tile) =>
        (tile.Rows == Dim.One || tile.Columns == Dim.One) && tile is { Rows: Dim.One or Dim.Token or Dim.Update, Columns: Dim.One or Dim.Token or Dim.Update or Dim.TokenParts or Dim.UpdateParts };

    private static IEnumerable<(Tile Tile, bool Writes, object? Shared)> Accesses(Statement statement, ISet<string> strips) => statement switch
    {
        ViewStatement => [],

        // It waits by itself, where a chunk is short.
        TrimStatement => [],
        LoopStatement x => Loop(x),
        CallStatement { Method: "RowSum" or "RowDot" } x => RowSum(x),
        CallStatement { Method: "Decay" or "ScaleRows" } x when IsOfPairs(x.Written[0]) => Pairs(x),
        _ => statement.Results.Select(x => (x, true, (object?)null)).Concat(statement.Reads.Select(x => (x, false, (object?)null))),
    };

    private static IEnumerable<(Tile Tile, bool Writes, object? Shared)> Loop(LoopStatement loop)
    {
        object shape = Shape(loop.Stores[0].Result);
        return loop.Stores.Select(x => (x.Result, true, (object?)shape))
            .Concat(loop.Arguments.Select(x => (x, false, shape.Equals(Shape(x)) ? shape : null)));
    }

    private static IEnumerable<(Tile Tile, bool Writes, object? Shared)> RowSum(CallStatement call) =>
        call.Written.Select(x => (x, true, (object?)("rows", Shape(call.Arguments[0])))).Concat(call.Arguments.Select(x => (x, false, (object?)null)));

    /// <summary>A thread has the same pairs wherever they decay or are scaled by rows.</summary>
    private static IEnumerable<(Tile Tile, bool Writes, object? Shared)> Pairs(CallStatement call) =>
        call.Results.Select(x => (x, true, (object?)("pairs", Shape(x))))
            .Concat(call.Reads.Select((x, i) => (x, false, i == 0 ? (object?)("pairs", Shape(x)) : null)));

    private static bool IsOfPairs(Tile tile) => tile is { Rows: Dim.Token or Dim.Update, Columns: Dim.Token or Dim.Update };

    private static (Dim Rows, Dim Columns) Shape(Tile tile) => (tile.Rows, tile.Columns);
}
