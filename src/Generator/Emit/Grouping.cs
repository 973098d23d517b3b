namespace AttentionDsl.Generator;

/// <summary>
/// An order of statements in which the threads of a group wait for each other less often: what can be done at once, because it needs nothing that is not there,
/// stands together between two barriers. It takes no more scratch than the order it starts from.
/// </summary>
internal sealed class Grouping
{
    private readonly IReadOnlyList<Statement> statements;
    private readonly IReadOnlyList<Tile> liveAfter;
    private readonly IReadOnlyList<Tile> giving;
    private readonly ISet<string> frame;
    private readonly ISet<string> factors;
    private readonly bool shares;
    private readonly List<int>[] before;

    /// <param name="statements">In an order that is right.</param>
    /// <param name="liveAfter">Tiles that are read after the last statement.</param>
    /// <param name="giving">Tiles of the frame whose storage may be given to others once they are read for the last time.</param>
    /// <param name="frame">Names of the tiles that have storage before the first statement.</param>
    /// <param name="factors">Tiles that are taken as factors.</param>
    /// <param name="shares">True if a row of keys and one of values stand in the same storage.</param>
    public Grouping(IReadOnlyList<Statement> statements, IReadOnlyList<Tile> liveAfter, IReadOnlyList<Tile> giving, ISet<string> frame, ISet<string> factors, bool shares)
    {
        this.statements = statements;
        this.liveAfter = liveAfter;
        this.giving = giving;
        this.frame = frame;
        this.factors = factors;
        this.shares = shares;
        Uses[] uses = [.. Uses.Of(statements)];
        before = [.. uses.Select((x, i) => Enumerable.Range(0, i).Where(y => uses[y].Precede(x)).ToList())];
    }

    /// <summary>What the order takes from scratch.</summary>
    public int Scratch => Of(statements).Scratch;

    /// <summary>The order with fewer barriers.</summary>
    public IReadOnlyList<Statement> Best()
    {
        Plan given = Of(statements);
        Plan? last = null;
        bool[] isDone = new bool[statements.Count];
        List<int> done = [], left = [.. Enumerable.Range(0, statements.Count)];
        while (left.Count > 0)
        {
            Plan? plan = null;
            int at = left.FindIndex(x => before[x].TrueForAll(y => isDone[y]) && last?.Barriers.WaitsAnyway(statements[x], last.Storage) != true && Fits(x, out plan)), next = left[Math.Max(at, 0)];
            done.Add(next);
            left.Remove(next);
            isDone[next] = true;
            last = at >= 0 ? plan : Of(In([.. done, .. left]), done.Count - 1);
        }

        IReadOnlyList<Statement> grouped = In(done);
        return Of(grouped).Count < given.Count ? grouped : statements;

        // It can be next without a barrier before it, and without more scratch.
        bool Fits(int x, out Plan plan)
        {
            plan = Of(In([.. done, x, .. left.Where(y => y != x)]), done.Count);
            return !plan.WaitsAt && plan.Scratch <= given.Scratch;
        }
    }

    private IReadOnlyList<Statement> In(IEnumerable<int> order) => [.. order.Select(x => statements[x])];

    /// <summary>Goes through an order as <see cref="KernelWriter"/> does.</summary>
    /// <param name="order">The order.</param>
    /// <param name="at">The statement that is asked about; barriers are followed up to it.</param>
    private Plan Of(IReadOnlyList<Statement> order, int at = int.MaxValue)
    {
        var storage = new TileStorage(order, liveAfter, giving, factors, shares);
        var barriers = new Barriers();
        int scratch = 0, count = 0;
        bool waits = false;
        for (int i = 0; i < order.Count; i++)
        {
            Statement statement = order[i];
            bool inPlace = false;
            foreach (Tile tile in statement.Results.Where(x => statement is not ViewStatement && !frame.Contains(x.Name) && !storage.Holds(x)))
            {
                if (storage.Reuse(tile, i) is string giver)
                {
                    inPlace = statement is CallStatement { Method: "Copy", Into: Into.Set } copy && copy.Arguments[0].Name == giver;
                }
                else
                {
                    storage.Take(tile);
                    scratch += Pass.Weight(tile.Rows, tile.Columns, factors.Contains(tile.Name));
                }
            }

            if (i <= at)
            {
                waits = !inPlace && barriers.Reach(statement, storage) == Wait.All;
                count += waits ? 1 : 0;
            }
        }

        return new(scratch, count, waits, storage, barriers);
    }

    /// <param name="Scratch">What an order takes of it.</param>
    /// <param name="Count">How often all threads wait, up to the statement that is asked about.</param>
    /// <param name="WaitsAt">True if they wait right before that.</param>
    /// <param name="Storage">Where tiles stand.</param>
    /// <param name="Barriers">What was done since threads waited, after the statement that is asked about.</param>
    private sealed record Plan(int Scratch, int Count, bool WaitsAt, TileStorage Storage, Barriers Barriers);
}
