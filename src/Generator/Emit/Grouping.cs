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

    /// <summary>The best order, and where its tiles may stand.</summary>
    /// <param name="statements">In an order that is right.</param>
    /// <param name="usesOf">What an order asks of storage.</param>
    public static (IReadOnlyList<Statement> Statements, StorageUses Uses) Best(IReadOnlyList<Statement> statements, Func<IReadOnlyList<Statement>, StorageUses> usesOf)
    {
        var given = new Grouping(statements, usesOf(statements));
        int room = SharedMemory.Room(given.scratch, statements, given.uses.Tokens);
        (IReadOnlyList<Statement> Statements, StorageUses Uses) best = Apart.Select(given.With).First(x => x.scratch <= room).Best(room);
        best = best.Uses.Tokens == SharedMemory.Tokens ? best : new Grouping(best.Statements, best.Uses).WithEarlyCopies(room);
        if (FirstArrival.Of(best.Statements, best.Uses) is not { } parts)
        {
            return best;
        }

        // A barrier more at most, for which what states are not read for is done while they come.
        Grouping two = new Grouping(parts, usesOf(parts));
        return Apart.Select(two.With).FirstOrDefault(x => x.scratch <= room) is { } other && other.Waits() <= new Grouping(best.Statements, best.Uses).Waits() + 1 ? (other.statements, other.uses) : best;
    }

    private Grouping With(Func<Tile, bool>? apart) => apart is null ? this : new(statements, uses.With(apart));

    /// <summary>The order with fewer barriers.</summary>
    /// <param name="room">The scratch that it may take.</param>
    private (IReadOnlyList<Statement> Statements, StorageUses Uses) Best(int room)
    {
        touches = [.. statements.Select(x => Barriers.Touches(x, uses.Strips))];
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

        return Waits(order) < Waits(Enumerable.Range(0, statements.Count)) ? ([.. order.Select(x => statements[x])], uses.InOrder(order)) : (statements, uses);
    }

    /// <summary>
    /// What is copied from memory in the middle of a chunk is on its way as soon as what stood in its place is read, or all threads have waited since, if none waits once more for that.
    /// </summary>
    /// <param name="room">The scratch that it may take.</param>
    private (IReadOnlyList<Statement> Statements, StorageUses Uses) WithEarlyCopies(int room)
    {
        touches = [.. statements.Select(x => Barriers.Touches(x, uses.Strips))];
        Uses[] each = [.. Uses.Of(statements)];
        List<int> order = [.. Enumerable.Range(0, statements.Count)];
        foreach (int copy in order.Where(x => Pass.IsFromMemory(statements[x])).ToArray())
        {
            int[] barriers = Waiting(order);
            TileStorage storage = new TileStorage(uses).Place(order);
            string place = storage.First(statements[copy].Results.Single());
            int from = order.IndexOf(copy), first = order.FindLastIndex(from, x => x < copy && each[x].Precede(each[copy])) + 1;
            int free = order.FindLastIndex(from, x => x != copy && touches[x].Any(y => storage.First(y.Tile) == place)) + 1;
            foreach (int to in barriers.Append(free).Where(x => x >= first && x < from).OrderBy(x => x))
            {
                List<int> moved = [.. order];
                moved.RemoveAt(from);
                moved.Insert(to, copy);
                if (Waiting(moved).Length <= barriers.Length && new TileStorage(uses).Place(moved).Weight <= room)
                {
                    order = moved;
                    break;
                }
            }
        }

        return ([.. order.Select(x => statements[x])], uses.InOrder(order));
    }

    /// <summary>How often all threads wait, arrivals left aside.</summary>
    private int Waits()
    {
        touches = [.. statements.Select(x => Barriers.Touches(x, uses.Strips))];
        return Waits(Enumerable.Range(0, statements.Count));
    }

    /// <summary>How often all threads wait in an order.</summary>
    private int Waits(IEnumerable<int> order) => Waiting(order).Length;

    /// <summary>Before which of an order's statements they do.</summary>
    private int[] Waiting(IEnumerable<int> order)
    {
        var storage = new TileStorage(uses);
        var barriers = new Barriers();
        return [.. order.Select((x, i) => (Wait: Reach(x, storage, barriers), Index: i)).Where(x => x.Wait == Wait.All).Select(x => x.Index)];
    }

    /// <summary>Who waits before a statement, which is then done.</summary>
    private Wait Reach(int statement, TileStorage storage, Barriers barriers) =>
        IsInPlace(statement, storage.Place(statement)) ? Wait.None : barriers.Reach(statements[statement], touches[statement], storage);

    /// <summary>True if a statement copies a tile to where it stands.</summary>
    private bool IsInPlace(int statement, int giver) =>
        giver >= 0 && statements[statement] is CallStatement { Method: "Copy", Into: Into.Set } copy && copy.Arguments[0].Name == uses.Tiles[giver].Name;
}
