namespace AttentionDsl.Generator;

/// <summary>
/// Looks for an order of statements that takes no more scratch than a limit. Whatever makes no more tiles stand is done at once, which is never wrong;
/// where all that is left makes more of them stand, one after the other is tried.
/// </summary>
internal sealed class TightSchedule
{
    // What one more column for a chunk's tokens takes decides nothing.
    private const int Little = 512;

    private const string Suffix = "Again";

    private const string More = ", once more";

    private static readonly char[] Digits = [.. "0123456789"];

    private readonly IReadOnlyList<Statement> statements;
    private readonly Dependencies dependencies;
    private readonly int limit;
    private readonly int mostStates;

    // By kind of storage: its weight, how many of it stand, and how many stood at most.
    private readonly List<int> weights = [];
    private readonly int[] standing;
    private readonly int[] most;

    // By tile: its kind, how many of the statements that use it are not done, and the one that began it (-1: none yet).
    private readonly List<int> kinds = [];
    private readonly int[] open;
    private readonly int[] begunBy;

    // By statement: the tiles that it begins, uses, may overwrite; whether it only brings a tile, and whether it is done.
    private readonly int[][] written;
    private readonly int[][] used;
    private readonly int[][] overwritten;
    private readonly bool[] begins;
    private readonly bool[] done;

    private readonly List<int> ordered = [];
    private readonly HashSet<string> seen = [];
    private int taken;

    private TightSchedule(IReadOnlyList<Statement> statements, ISet<string> factors, bool shares, int limit, int mostStates, bool loops)
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
        begins = [.. statements.Select(x => Pass.IsFromMemory(x) || x is ViewStatement or CallStatement { Method: "Clear" } || (loops && x is LoopStatement && IsBrought(x, statements)))];
        open = new int[kinds.Count];
        begunBy = [.. kinds.Select(_ => -1)];
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
    /// <param name="mostCopies">Into so many copies what is brought at most comes apart; where they are more than two, so does what loops make of it.</param>
    public static IReadOnlyList<Statement>? Of(IReadOnlyList<Statement> statements, ISet<string> factors, bool shares, int limit, int mostStates, int mostCopies = 2)
    {
        IReadOnlyList<Statement> apart = mostCopies > 2 ? Apart(statements, factors, mostCopies, x => x is LoopStatement && IsBrought(x, statements)) : statements;
        apart = Apart(apart, factors, mostCopies, x => x is LoadStatement);
        var schedule = new TightSchedule(apart, factors, shares, limit, mostStates, loops: mostCopies > 2);
        return schedule.Search() ? Once([.. schedule.ordered.Select(x => schedule.statements[x])], factors, shares, limit) : null;
    }

    /// <summary>True for what loops make of what is brought alone.</summary>
    private static bool IsBrought(Statement statement, IReadOnlyList<Statement> statements) => statement is LoadStatement
        || (statement is LoopStatement { Stores.Count: 1 } loop && loop.Stores[0].Into == Into.Set && statements.Count(x => x.Results.Contains(loop.Stores[0].Result)) == 1
            && loop.Arguments.All(x => statements.Count(y => y.Results.Contains(x)) == 1 && IsBrought(statements.First(y => y.Results.Contains(x)), statements)));

    /// <summary>What there is twice is there once, if there is room for it in between.</summary>
    private static IReadOnlyList<Statement> Once(IReadOnlyList<Statement> ordered, ISet<string> factors, bool shares, int limit)
    {
        foreach (Statement again in ordered.Where(x => x is LoadStatement or LoopStatement { Stores.Count: 1 }).ToArray())
        {
            int at = ordered.ToList().IndexOf(again);
            Tile tile = again.Results.Single();
            if (at < 0 || ordered.Take(at).LastOrDefault(x => x.GetType() == again.GetType() && x.Results.Count() == 1 && x.Results.Single() != tile && Root(x.Results.Single()) == Root(tile)) is not { } before)
            {
                continue;
            }

            Tile kept = before.Results.Single();
            List<Statement> once = [.. ordered.Where((_, x) => x != at).Select(x => x.Reading(y => y == tile ? kept : y))];
            once.RemoveAll(x => x is LoadStatement && !once.Any(y => y.Reads.Contains(x.Results.Single())));
            ordered = new Pass(once, [], [], [], factors, shares).Cost() <= limit ? once : ordered;
        }

        return Named(ordered);
    }

    /// <summary>Of what there is once more, one has the name it had.</summary>
    private static IReadOnlyList<Statement> Named(IReadOnlyList<Statement> ordered)
    {
        foreach (Tile tile in ordered.Where(x => x is LoadStatement or LoopStatement).SelectMany(x => x.Results).Where(IsAgain).ToArray())
        {
            Tile shorter = tile with { Name = Root(tile) };
            if (!ordered.Any(x => x.Results.Contains(shorter)))
            {
                ordered = [.. ordered.Select(x => Writing(x.Reading(y => y == tile ? shorter : y), tile, shorter, x.Equation.Replace(More, "")))];
            }
        }

        return ordered;
    }

    /// <summary>The statement with another result; itself, if it does not write the tile.</summary>
    private static Statement Writing(Statement statement, Tile tile, Tile other, string equation) => statement switch
    {
        LoadStatement x when x.Result == tile => x with { Result = other, Equation = equation },
        LoopStatement { Stores.Count: 1 } x when x.Stores[0].Result == tile => x with { Stores = EquatableArray.Of(x.Stores[0] with { Result = other }), Equation = equation },
        _ => statement,
    };

    /// <summary>The name of what a tile is there for once more.</summary>
    private static string Root(Tile tile) => IsAgain(tile) ? tile.Name.Substring(0, tile.Name.LastIndexOf(Suffix, StringComparison.Ordinal)) : tile.Name;

    private static bool IsAgain(Tile tile) => tile.Name.TrimEnd(Digits).EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>What several statements read of the caller's tensors, or loops make of it, is there for each of them, as a factor if it is one.</summary>
    private static IReadOnlyList<Statement> Apart(IReadOnlyList<Statement> statements, ISet<string> factors, int mostCopies, Func<Statement, bool> which)
    {
        List<Statement> apart = [.. statements];
        foreach (Statement statement in statements.Where(which).Where(x => x.Results.Single() is var tile && tile.Rows != Dim.One && tile.Columns != Dim.One).Reverse())
        {
            Tile tile = statement.Results.Single();
            int[] readers = [.. Enumerable.Range(0, apart.Count).Where(x => apart[x].Reads.Contains(tile))];
            for (int i = 1; i < readers.Length && readers.Length <= mostCopies; i++)
            {
                Tile other = tile with { Name = tile.Name + Suffix + (i == 1 ? "" : $"{i}") };
                if (factors.Contains(tile.Name))
                {
                    factors.Add(other.Name);
                }

                int reader = readers[i] + i - 1;
                apart[reader] = apart[reader].Reading(x => x == tile ? other : x);
                apart.Insert(reader, Writing(statement, tile, other, statement.Equation + More));
            }
        }

        return apart;
    }

    private bool Search()
    {
        List<(int Growth, List<int> Steps)> growing = [];
        var steps = new List<int>();
        int[] mostBefore = new int[most.Length];
        for (int i = 0; i < statements.Count; i++)
        {
            steps.Clear();
            if (done[i] || begins[i] || !Visit(i, steps))
            {
                continue;
            }

            int takenBefore = taken;
            most.CopyTo(mostBefore, 0);
            int growth = Run(steps);
            if (growth <= Little && taken <= limit)
            {
                growing.Clear();
                i = -1;
                continue;
            }

            if (taken <= limit)
            {
                growing.Add((growth, [.. steps]));
            }

            GoBack(steps.Count, mostBefore, takenBefore);
        }

        if (ordered.Count == statements.Count)
        {
            return true;
        }

        if (!seen.Add(string.Concat(done.Select(x => x ? '1' : '0'))) || seen.Count > mostStates)
        {
            return false;
        }

        int count = ordered.Count, takenHere = taken;
        int[] mostHere = [.. most];
        foreach ((_, List<int> next) in growing.OrderBy(x => x.Growth))
        {
            Run(next);
            if (Search())
            {
                return true;
            }

            GoBack(ordered.Count - count, mostHere, takenHere);
        }

        return false;
    }

    /// <summary>Finds a statement's steps: itself, after what only brings the tiles it needs; false if it needs more.</summary>
    private bool Visit(int index, List<int> steps)
    {
        foreach (int earlier in dependencies.Before[index])
        {
            if (!done[earlier] && !steps.Contains(earlier) && !(begins[earlier] && Visit(earlier, steps)))
            {
                return false;
            }
        }

        steps.Add(index);
        return true;
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

            foreach (int tile in written[step])
            {
                if (begunBy[tile] < 0)
                {
                    begunBy[tile] = step;
                    int kind = kinds[tile], stands = ++standing[kind] - (IsOverwritten(step, kind) ? 1 : 0);
                    growth += weights[kind];
                    taken += Math.Max(0, stands - most[kind]) * weights[kind];
                    most[kind] = Math.Max(most[kind], stands);
                }
            }

            foreach (int tile in used[step])
            {
                if (open[tile] == 0)
                {
                    standing[kinds[tile]]--;
                    growth -= weights[kinds[tile]];
                }
            }

            done[step] = true;
        }

        ordered.AddRange(steps);
        return growth;
    }

    /// <summary>True if a statement may write where a tile of a kind stands that nothing after it uses.</summary>
    private bool IsOverwritten(int step, int kind)
    {
        foreach (int tile in overwritten[step])
        {
            if (open[tile] == 0 && kinds[tile] == kind)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the last statements back.</summary>
    /// <param name="count">How many.</param>
    /// <param name="mostBefore">How much of each storage stood at most before them.</param>
    /// <param name="takenBefore">What that took.</param>
    private void GoBack(int count, int[] mostBefore, int takenBefore)
    {
        for (int i = 0; i < count; i++)
        {
            int step = ordered[ordered.Count - 1];
            ordered.RemoveAt(ordered.Count - 1);
            done[step] = false;
            foreach (int tile in used[step])
            {
                if (open[tile]++ == 0)
                {
                    standing[kinds[tile]]++;
                }
            }

            foreach (int tile in written[step])
            {
                if (begunBy[tile] == step)
                {
                    begunBy[tile] = -1;
                    standing[kinds[tile]]--;
                }
            }
        }

        mostBefore.CopyTo(most, 0);
        taken = takenBefore;
    }
}
