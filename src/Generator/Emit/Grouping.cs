namespace AttentionDsl.Generator;

/// <summary>
/// An order of statements in which the threads of a group wait for each other less often: what can be done at once, because it needs nothing that is not there,
/// stands together between two barriers. It takes no more scratch than lets as many groups share a multiprocessor as the order it starts from.
/// </summary>
internal sealed class Grouping
{
    // What may stand in storage of its own where there is room for it, the most first: any tile, columns and what is no wider than a chunk is long, columns, none.
    private static readonly Func<Tile, bool>?[] Apart = [_ => true, x => x.Columns is not (Dim.Key or Dim.Value or Dim.ValueAndOne), x => x.Columns == Dim.One, null];

    private readonly IReadOnlyList<Statement> statements;
    private readonly StorageUses uses;
    private readonly int scratch;
    private Barriers.Touch[][] touches = [];

    private Grouping(IReadOnlyList<Statement> statements, StorageUses uses)
    {
        this.statements = statements;
        this.uses = uses;
        scratch = new TileStorage(uses).Place(Enumerable.Range(0, statements.Count)).Weight;
    }

    /// <summary>The best order, and which of its tiles take no storage that was another's.</summary>
    /// <param name="statements">In an order that is right.</param>
    /// <param name="liveAfter">Tiles that are read after the last statement.</param>
    /// <param name="giving">Tiles of the frame whose storage may be given to others once they are read for the last time.</param>
    /// <param name="frame">Names of the tiles that have storage before the first statement.</param>
    /// <param name="factors">Tiles that are taken as factors.</param>
    /// <param name="shares">True if a row of keys and one of values stand in the same storage.</param>
    /// <param name="strips">Tiles that are taken as strips.</param>
    public static (IReadOnlyList<Statement> Statements, Func<Tile, bool>? Apart) Best(
        IReadOnlyList<Statement> statements, IReadOnlyList<Tile> liveAfter, IReadOnlyList<Tile> giving, ISet<string> frame, ISet<string> factors, bool shares, ISet<string> strips)
    {
        int room = SharedMemory.Room(Of(statements, null).scratch, statements);
        foreach (IReadOnlyList<Statement> order in new[] { SolvePairs.Joined(statements), statements })
        {
            foreach (Func<Tile, bool>? apart in Apart)
            {
                Grouping grouping = Of(order, apart);
                if (grouping.scratch <= room)
                {
                    return (grouping.Best(room), apart);
                }
            }
        }

        return (statements, null);

        Grouping Of(IReadOnlyList<Statement> order, Func<Tile, bool>? apart) => new(order, new StorageUses(order, liveAfter, giving, frame, factors, shares, strips, apart, turns: true));
    }

    /// <summary>The order with fewer barriers.</summary>
    /// <param name="room">The scratch that it may take.</param>
    private IReadOnlyList<Statement> Best(int room)
    {
        touches = [.. statements.Select(Barriers.Touches)];
        Uses[] each = [.. Uses.Of(statements)];
        List<int>[] before = [.. each.Select((x, i) => Enumerable.Range(0, i).Where(y => each[y].Precede(x)).ToList())];

        // What is done and then what is left, where the tiles of both stand, and those of what is done.
        List<int> order = [.. Enumerable.Range(0, statements.Count)];
        TileStorage all = new TileStorage(uses).Place(order), storage = new(uses);
        var barriers = new Barriers();

        // What would wait where its tiles stand in the order so far is not tried with others.
        Barriers.Touch[][] known = [.. touches.Select(x => Array.FindAll(x, y => all.Holds(y.Tile)))];
        bool[] isDone = new bool[statements.Count];
        for (int done = 0; done < order.Count; done++)
        {
            TileStorage? withNext = null;
            int at = order.FindIndex(done, IsNext), next = order[Math.Max(at, done)];
            if (at > done)
            {
                order.RemoveAt(at);
                order.Insert(done, next);
                all = withNext!;
            }

            Reach(next, storage, barriers);
            isDone[next] = true;

            // It can be next without a barrier before it, and without more scratch than there is room for.
            bool IsNext(int x)
            {
                if (!before[x].TrueForAll(y => isDone[y]) || (done > 0 && barriers.WaitFor(known[x], all) == Wait.All))
                {
                    return false;
                }

                TileStorage placed = storage.Copy();
                if (!IsInPlace(x, placed.Place(x)) && barriers.WaitFor(touches[x], placed) == Wait.All)
                {
                    return false;
                }

                // What is next in the order needs what the order needs.
                withNext = x == order[done] ? all : placed.Place(order.Skip(done).Where(y => y != x));
                return withNext.Weight <= room;
            }
        }

        IReadOnlyList<Statement> grouped = [.. order.Select(x => statements[x])];
        return Waits(order) < Waits(Enumerable.Range(0, statements.Count)) ? grouped : statements;
    }

    /// <summary>How often all threads wait in an order.</summary>
    private int Waits(IEnumerable<int> order)
    {
        var storage = new TileStorage(uses);
        var barriers = new Barriers();
        return order.Count(x => Reach(x, storage, barriers) == Wait.All);
    }

    /// <summary>Who waits before a statement, which is then done.</summary>
    private Wait Reach(int statement, TileStorage storage, Barriers barriers) =>
        IsInPlace(statement, storage.Place(statement)) ? Wait.None : barriers.Reach(statements[statement], touches[statement], storage);

    /// <summary>True if a statement copies a tile to where it stands.</summary>
    private bool IsInPlace(int statement, int giver) =>
        giver >= 0 && statements[statement] is CallStatement { Method: "Copy", Into: Into.Set } copy && copy.Arguments[0].Name == uses.Tiles[giver].Name;
}
