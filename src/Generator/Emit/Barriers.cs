namespace AttentionDsl.Generator;

/// <summary>
/// Where the threads of a group must wait for each other: before a statement that uses what another wrote since they last did, or that writes what another
/// uses. Elementwise loops over one shape need not wait for each other: a thread has the same elements in all of them.
/// </summary>
internal sealed class Barriers
{
    private readonly List<Access> since = [];

    /// <summary>A statement's access to storage.</summary>
    /// <param name="Storage">The tile that first had the storage.</param>
    /// <param name="Writes">True if it writes.</param>
    /// <param name="Elements">The shape over which threads share the elements out; null: any thread may touch any of them.</param>
    private sealed record Access(string Storage, bool Writes, (Dim Rows, Dim Columns)? Elements);

    /// <summary>True if threads must wait before a statement; if they need not, what it uses is noted.</summary>
    public bool MustWait(Statement statement, TileStorage storage)
    {
        Access[] own = [.. Accesses(statement).Select(x => new Access(storage.First(x.Tile), x.Writes, x.Elements))];
        if (own.Any(x => since.Any(y => Conflict(x, y))))
        {
            return true;
        }

        since.AddRange(own);
        return false;
    }

    /// <summary>The threads have waited.</summary>
    public void Clear() => since.Clear();

    private static bool Conflict(Access x, Access y) =>
        x.Storage == y.Storage && (x.Writes || y.Writes) && (x.Elements is null || x.Elements != y.Elements);

    private static IEnumerable<(Tile Tile, bool Writes, (Dim, Dim)? Elements)> Accesses(Statement statement) => statement switch
    {
        ViewStatement => [],

        // It waits by itself, where a chunk is short.
        TrimStatement => [],
        AheadStatement x => Accesses(x.Fetch),
        LoopStatement x => Loop(x),
        _ => statement.Results.Select(x => (x, true, ((Dim, Dim)?)null)).Concat(statement.Reads.Select(x => (x, false, ((Dim, Dim)?)null))),
    };

    private static IEnumerable<(Tile Tile, bool Writes, (Dim, Dim)? Elements)> Loop(LoopStatement loop)
    {
        (Dim, Dim) shape = Shape(loop.Stores[0].Result);
        return loop.Stores.Select(x => (x.Result, true, ((Dim, Dim)?)shape))
            .Concat(loop.Arguments.Select(x => (x, false, Shape(x) == shape ? shape : ((Dim, Dim)?)null)));
    }

    private static (Dim Rows, Dim Columns) Shape(Tile tile) => (tile.Rows, tile.Columns);
}
