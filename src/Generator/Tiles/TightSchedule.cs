namespace AttentionDsl.Generator;

/// <summary>
/// Looks for an order of statements that takes no more scratch than a limit. Whatever makes no more tiles stand is done at once, which is never wrong;
/// where all that is left makes more of them stand, one after the other is tried.
/// </summary>
internal sealed class TightSchedule
{
    // What one more column for a chunk's tokens takes decides nothing.
    private const int Little = 512;

    private readonly IReadOnlyList<Statement> statements;
    private readonly Dependencies dependencies;
    private readonly int limit;
    private readonly int mostStates;

    // By kind of storage: its weight, how many of it stand, and how many stood at most.
    private readonly List<int> weights = [];
    private int[] standing;
    private int[] most;

    // By tile: its kind, and how many of the statements that use it are not done. By statement: the tiles that it begins, uses, may overwrite.
    private readonly List<int> kinds = [];
    private readonly int[][] written;
    private readonly int[][] used;
    private readonly int[][] overwritten;
    private int[] open;
    private bool[] stands;

    private readonly bool[] begins;
    private readonly List<int> ordered = [];
    private readonly HashSet<string> seen = [];
    private bool[] done;

    private TightSchedule(IReadOnlyList<Statement> statements, ISet<string> factors, bool shares, int limit, int mostStates)
    {
        this.statements = statements;
        this.limit = limit;
        this.mostStates = mostStates;
        dependencies = new(statements, _ => 0);
        Dictionary<Tile, int> tiles = [];
        Dictionary<(Dim, Dim, bool), int> storages = [];
        var views = new HashSet<Tile>(statements.OfType<ViewStatement>().Select(x => x.Result));
        written = [.. statements.Select(x => x.Results.Distinct().Select(IndexOf).ToArray())];
        used = [.. statements.Select(x => x.Reads.Concat(x.Results).Distinct().Select(IndexOf).ToArray())];
        overwritten = [.. statements.Select(x => x.Results.SelectMany(y => TileStorage.InPlace(x, y)).Distinct().Select(IndexOf).ToArray())];
        begins = [.. statements.Select(x => Pass.IsFromMemory(x) || x is ViewStatement or CallStatement { Method: "Clear" })];
        open = new int[kinds.Count];
        stands = new bool[kinds.Count];
        done = new bool[statements.Count];
        standing = new int[weights.Count];
        most = new int[weights.Count];
        foreach (int tile in used.SelectMany(x => x))
        {
            open[tile]++;
        }

        int IndexOf(Tile tile)
        {
            if (!tiles.TryGetValue(tile, out int index))
            {
                index = tiles.Count;
                tiles.Add(tile, index);
                bool factor = factors.Contains(tile.Name);
                (Dim, Dim, bool) key = views.Contains(tile) ? default : (tile.Rows, TileStorage.Columns(tile, shares), factor);
                if (!storages.TryGetValue(key, out int kind))
                {
                    kind = storages.Count;
                    storages.Add(key, kind);
                    weights.Add(views.Contains(tile) ? 0 : Pass.Weight(tile.Rows, tile.Columns, factor));
                }

                kinds.Add(kind);
            }

            return index;
        }
    }

    /// <summary>The order; null if none was found.</summary>
    /// <param name="statements">In an order that is right.</param>
    /// <param name="factors">The tiles that are taken as factors.</param>
    /// <param name="shares">True if tiles of keys and of values stand in the same storage.</param>
    /// <param name="limit">The most that they may take (see <see cref="Pass.Cost"/>).</param>
    /// <param name="mostStates">Orders are many: a search that has seen so many states gives up.</param>
    public static IReadOnlyList<Statement>? Of(IReadOnlyList<Statement> statements, ISet<string> factors, bool shares, int limit, int mostStates)
    {
        var schedule = new TightSchedule(WithLoadsApart(statements), factors, shares, limit, mostStates);
        return schedule.Search() ? [.. schedule.ordered.Select(x => schedule.statements[x])] : null;
    }

    /// <summary>What is copied from the caller's tensors for two statements is copied for each of them.</summary>
    private static IReadOnlyList<Statement> WithLoadsApart(IReadOnlyList<Statement> statements)
    {
        List<Statement> apart = [.. statements];
        foreach (LoadStatement load in statements.OfType<LoadStatement>().Where(x => x.Result.Rows != Dim.One && x.Result.Columns != Dim.One))
        {
            int[] readers = [.. Enumerable.Range(0, apart.Count).Where(x => apart[x].Reads.Contains(load.Result))];
            if (readers.Length == 2)
            {
                Tile other = load.Result with { Name = load.Result.Name + "Again" };
                apart[readers[1]] = apart[readers[1]].Reading(x => x == load.Result ? other : x);
                apart.Insert(readers[1], load with { Result = other, Equation = $"{load.Equation}, once more" });
            }
        }

        return apart;
    }

    private bool Search()
    {
        List<(int Growth, List<int> Steps)> growing;
        do
        {
            if (done.All(x => x))
            {
                return true;
            }

            growing = [];
            bool free = false;
            for (int i = 0; i < statements.Count && !free; i++)
            {
                if (!done[i] && !begins[i] && Steps(i) is List<int> steps)
                {
                    State before = Save();
                    int growth = Run(steps);
                    free = growth <= Little && Taken() <= limit;
                    if (!free)
                    {
                        if (Taken() <= limit)
                        {
                            growing.Add((growth, steps));
                        }

                        Restore(before);
                    }
                }
            }

            if (!free)
            {
                break;
            }
        }
        while (true);

        if (!seen.Add(string.Concat(done.Select(x => x ? '1' : '0'))) || seen.Count > mostStates)
        {
            return false;
        }

        foreach ((_, List<int> steps) in growing.OrderBy(x => x.Growth))
        {
            State before = Save();
            Run(steps);
            if (Search())
            {
                return true;
            }

            Restore(before);
        }

        return false;
    }

    /// <summary>A statement after what only brings the tiles it needs; null if it needs more.</summary>
    private List<int>? Steps(int statement)
    {
        var steps = new List<int>();
        return Visit(statement) ? steps : null;

        bool Visit(int index)
        {
            foreach (int earlier in dependencies.Before[index])
            {
                if (!done[earlier] && !steps.Contains(earlier) && !(begins[earlier] && Visit(earlier)))
                {
                    return false;
                }
            }

            steps.Add(index);
            return true;
        }
    }

    /// <summary>Does statements; how much more stands after them than before.</summary>
    private int Run(List<int> steps)
    {
        int growth = 0;
        foreach (int step in steps)
        {
            foreach (int tile in used[step])
            {
                open[tile]--;
            }

            int[] dying = [.. overwritten[step].Where(x => open[x] == 0)];
            foreach (int tile in written[step].Where(x => !stands[x]))
            {
                stands[tile] = true;
                int kind = kinds[tile];
                standing[kind]++;
                growth += weights[kind];
                most[kind] = Math.Max(most[kind], standing[kind] - (dying.Any(x => kinds[x] == kind) ? 1 : 0));
            }

            foreach (int tile in used[step].Where(x => open[x] == 0))
            {
                standing[kinds[tile]]--;
                growth -= weights[kinds[tile]];
            }

            done[step] = true;
        }

        ordered.AddRange(steps);
        return growth;
    }

    private int Taken() => most.Select((x, i) => x * weights[i]).Sum();

    private State Save() => new([.. standing], [.. most], [.. open], [.. stands], [.. done], ordered.Count);

    private void Restore(State state)
    {
        standing = [.. state.Standing];
        most = [.. state.Most];
        open = [.. state.Open];
        stands = [.. state.Stands];
        done = [.. state.Done];
        ordered.RemoveRange(state.Ordered, ordered.Count - state.Ordered);
    }

    private sealed record State(int[] Standing, int[] Most, int[] Open, bool[] Stands, bool[] Done, int Ordered);
}
