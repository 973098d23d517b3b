namespace AttentionDsl.Generator;

/// <summary>An order of statements that takes little scratch: what leaves, one after the other, each right after what it needs.</summary>
/// <param name="statements">In an order that is right, with the statements that store what leaves.</param>
/// <param name="factors">The tiles that are taken as factors.</param>
/// <param name="strips">The tiles that are taken as strips.</param>
internal sealed class Schedule(IReadOnlyList<Statement> statements, ISet<string> factors, ISet<string> strips)
{
    private readonly Dependencies dependencies = new(statements, x => Pass.Weight(x, factors, strips));
    private readonly TileStorage empty = new(new StorageUses(statements, [], [], new HashSet<string>(), factors, shares: false, strips));

    /// <summary>The best order found: the next to leave is the one with which all of it takes least.</summary>
    public IReadOnlyList<Statement> Best()
    {
        List<int> open = [.. Enumerable.Range(0, statements.Count).Where(x => statements[x] is StoreStatement)], chosen = [];
        IReadOnlyList<int> best = Ordered(open);
        int least = empty.Copy().Place(best).Weight;
        while (open.Count > 1)
        {
            // With the first of them it is the best order so far.
            int next = open[0];
            foreach (int store in open.Skip(1))
            {
                IReadOnlyList<int> order = Ordered([.. chosen, store, .. open.Where(x => x != store)]);
                if (empty.Copy().Place(order, least).Weight is int weight && weight < least)
                {
                    (next, best, least) = (store, order, weight);
                }
            }

            chosen.Add(next);
            open.Remove(next);
        }

        return DoneAgain([.. best.Select(x => statements[x])]);
    }

    private IReadOnlyList<int> Ordered(IReadOnlyList<int> leaving)
    {
        var order = new Order(dependencies);
        foreach (int store in leaving)
        {
            order.Demand(store);
        }

        order.Tighten();
        return order.Demanded;
    }

    /// <summary>
    /// What is copied from memory, or computed elementwise from that, and used early and late, is copied (computed) twice, where that
    /// takes less scratch.
    /// </summary>
    private IReadOnlyList<Statement> DoneAgain(IReadOnlyList<Statement> ordered)
    {
        // Loops first: what they read is then read late too.
        var copied = new HashSet<Tile>(ordered.OfType<LoadStatement>().Select(x => x.Result));
        IEnumerable<Statement> loops = ordered.OfType<LoopStatement>().Where(x => x.Stores.Count == 1 && x.Stores[0].Into == Into.Set && x.Arguments.All(copied.Contains));
        TileStorage storage = Stored(ordered);
        foreach (Statement statement in loops.Concat(ordered.OfType<LoadStatement>()).ToArray())
        {
            Tile tile = statement.Results.Single();
            if (tile.IsLeft || tile.Rows == Dim.One || tile.Columns == Dim.One || factors.Contains(tile.Name) || ordered.Count(x => x.Results.Contains(tile)) > 1)
            {
                continue;
            }

            // One storage of its kind less may be enough only if the last of them is taken between two uses, or by the first, which then may overwrite the tile.
            int last = storage.LastTaken(tile);
            int[] readers = [.. Enumerable.Range(0, ordered.Count).Where(x => ordered[x].Reads.Contains(tile))];
            int reader = readers.FirstOrDefault(x => x > last);
            if (reader <= last || readers[0] > last)
            {
                continue;
            }

            IReadOnlyList<Statement> again =
            [
                .. ordered.Take(reader),
                Again(statement),
                .. ordered.Skip(reader).Select(x => x.Reads.Contains(tile) ? x.Reading(y => y == tile ? tile.Again : y) : x),
            ];
            if (Stored(again) is var less && less.Weight < storage.Weight)
            {
                (ordered, storage) = (again, less);
            }
        }

        return ordered;
    }

    private static Statement Again(Statement statement) => statement is LoopStatement loop
        ? loop with { Stores = EquatableArray.Of(loop.Stores[0] with { Result = loop.Stores[0].Result.Again }), Equation = $"{loop.Equation}, once more" }
        : ((LoadStatement)statement) with { Result = ((LoadStatement)statement).Result.Again, Equation = $"{statement.Equation}, once more" };

    private TileStorage Stored(IReadOnlyList<Statement> ordered) => new TileStorage(ordered, [], [], factors, shares: false, strips).Place(Enumerable.Range(0, ordered.Count));
}
