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

    private readonly IReadOnlyList<Statement> statements;
    private readonly Dependencies dependencies;
    private readonly int limit;
    private readonly int mostStrips;
    private readonly int mostStates;

    // By kind of storage: its weight, how many of it stand, and how many stood at most.
    private readonly List<int> weights = [];
    private readonly int[] standing;
    private readonly int[] most;

    // That of strips; -1: there are none.
    private readonly int stripKind;

    // By tile: its kind, how many of the statements that use it are not done, and the one that began it (-1: none yet).
    private readonly int[] kinds;
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

    private TightSchedule(IReadOnlyList<Statement> statements, ISet<string> factors, ISet<string> strips, bool shares, int limit, int mostStates, int tokens, int mostStrips)
    {
        this.mostStrips = mostStrips;
        this.statements = statements;
        this.limit = limit;
        this.mostStates = mostStates;
        dependencies = new(statements, _ => 0);
        Dictionary<(Dim, Dim, bool Factor, bool InScratch), int> storages = [];

        // What none of the statements writes is read where it stands in the device's memory.
        var inScratch = new HashSet<Tile>(statements.Where(x => x is not ViewStatement).SelectMany(x => x.Results));
        kinds = [.. dependencies.Tiles.Select(KindOf)];
        written = Array.ConvertAll(dependencies.Written, Numbers);
        used = [.. dependencies.Read.Zip(written, (x, y) => Numbers(x).Union(y).ToArray())];
        overwritten = [.. statements.Select(x => TileStorage.InPlace(x).Distinct().Select(dependencies.NumberOf).ToArray())];
        begins = [.. statements.Select(x => Pass.IsFromMemory(x) || x is ViewStatement or CallStatement { Method: "Clear" })];
        open = new int[kinds.Length];
        begunBy = [.. kinds.Select(_ => -1)];
        done = new bool[statements.Count];
        stripKind = dependencies.Tiles.Where(x => strips.Contains(x.Name)).Select(x => kinds[dependencies.NumberOf(x)]).DefaultIfEmpty(-1).First();
        standing = new int[weights.Count];
        most = new int[weights.Count];
        foreach (int tile in used.SelectMany(x => x))
        {
            open[tile]++;
        }

        static int[] Numbers(Dependencies.TileUse[] tiles) => Array.ConvertAll(tiles, x => x.Number);

        int KindOf(Tile tile)
        {
            // Strips stand in registers, whatever their columns.
            bool isStrip = strips.Contains(tile.Name);
            (Dim, Dim, bool Factor, bool InScratch) key = isStrip
                ? (Dim.Token, Dim.Key, false, false)
                : (tile.Rows, TileStorage.Columns(tile, shares, strips), factors.Contains(tile.Name), inScratch.Contains(tile));
            if (!storages.TryGetValue(key, out int kind))
            {
                kind = storages.Count;
                storages.Add(key, kind);
                weights.Add(key.InScratch ? Pass.Weight(tile.Rows, tile.Columns, key.Factor, tokens) : 0);
            }

            return kind;
        }
    }

    /// <summary>The order; null if none was found.</summary>
    /// <param name="statements">In an order that is right.</param>
    /// <param name="factors">The tiles that are taken as factors.</param>
    /// <param name="strips">The tiles that are taken as strips.</param>
    /// <param name="shares">True if tiles of keys and of values stand in the same storage.</param>
    /// <param name="limit">The most that they may take (see <see cref="Pass.Cost"/>).</param>
    /// <param name="mostStates">Orders are many: a search that has seen so many states gives up.</param>
    /// <param name="tokens">Tokens of the chunks for which scratch is counted.</param>
    /// <param name="mostStrips">The most strips that may stand at a time.</param>
    /// <param name="loadsFirst">True if all that the caller gave is copied before anything else; false if what two statements read may be copied for each.</param>
    public static IReadOnlyList<Statement>? Of(
        IReadOnlyList<Statement> statements,
        ISet<string> factors,
        ISet<string> strips,
        bool shares,
        int limit,
        int mostStates,
        int tokens = SharedMemory.Tokens,
        int mostStrips = int.MaxValue,
        bool loadsFirst = false)
    {
        var schedule = new TightSchedule(loadsFirst ? statements : WithLoadsApart(statements, factors), factors, strips, shares, limit, mostStates, tokens, mostStrips);
        if (loadsFirst)
        {
            schedule.Run([.. Enumerable.Range(0, schedule.statements.Count).Where(x => schedule.statements[x] is LoadStatement)]);
        }

        return schedule.Least() <= limit && schedule.Search() ? WithLoadsOnce([.. schedule.ordered.Select(x => schedule.statements[x])], factors, strips, shares, limit, tokens) : null;
    }

    /// <summary>What is copied twice is copied once, if there is room for it in between.</summary>
    private static IReadOnlyList<Statement> WithLoadsOnce(IReadOnlyList<Statement> ordered, ISet<string> factors, ISet<string> strips, bool shares, int limit, int tokens)
    {
        foreach (LoadStatement again in ordered.OfType<LoadStatement>().Where(x => x.Result.Name.EndsWith(Suffix, StringComparison.Ordinal)).ToArray())
        {
            Tile tile = again.Result with { Name = again.Result.Name.Substring(0, again.Result.Name.Length - Suffix.Length) };
            LoadStatement load = ordered.OfType<LoadStatement>().First(x => x.Result == tile);
            var first = (Statement?)null;
            List<Statement> once = [];
            foreach (Statement statement in ordered)
            {
                if (!ReferenceEquals(statement, again) && !ReferenceEquals(statement, load))
                {
                    once.Add(statement.Reading(x => x == again.Result ? tile : x));
                }
                else if (first is null)
                {
                    first = load;
                    once.Add(load);
                }
            }

            ordered = new Pass(once, [], [], [], factors, shares, strips, tokens).Cost() <= limit ? once : ordered;
        }

        return ordered;
    }

    /// <summary>What is copied from the caller's tensors for two statements is copied for each of them, to a factor if it is one.</summary>
    private static IReadOnlyList<Statement> WithLoadsApart(IReadOnlyList<Statement> statements, ISet<string> factors)
    {
        List<Statement> apart = [.. statements];
        foreach (LoadStatement load in statements.OfType<LoadStatement>().Where(x => x.Result.Rows != Dim.One && x.Result.Columns != Dim.One))
        {
            int[] readers = [.. Enumerable.Range(0, apart.Count).Where(x => apart[x].Reads.Contains(load.Result))];
            if (readers.Length == 2)
            {
                Tile other = load.Result with { Name = load.Result.Name + Suffix };
                if (factors.Contains(load.Result.Name))
                {
                    factors.Add(other.Name);
                }

                apart[readers[1]] = apart[readers[1]].Reading(x => x == load.Result ? other : x);
                apart.Insert(readers[1], load with { Result = other, Equation = $"{load.Equation}, once more" });
            }
        }

        return apart;
    }

    /// <summary>What the statements take at least, in whatever order: at each of them stands what something before it, or itself, begins and something after it, or itself, uses.</summary>
    private int Least()
    {
        // By statement and tile: whether it was used before or is, and whether it is or will be.
        bool[][] before = [.. statements.Select(_ => new bool[kinds.Length])], after = [.. before.Select(x => (bool[])x.Clone())];
        for (int i = 0; i < statements.Count; i++)
        {
            Array.ForEach(used[i], x => before[i][x] = true);
            Array.ForEach(dependencies.Before[i], x => Join(before[i], before[x]));
        }

        for (int i = statements.Count - 1; i >= 0; i--)
        {
            Array.ForEach(used[i], x => after[i][x] = true);
            Array.ForEach(dependencies.Before[i], x => Join(after[x], after[i]));
        }

        int[] least = new int[weights.Count];
        for (int i = 0; i < statements.Count; i++)
        {
            // Of a kind at most one of its results takes the place of what it overwrites.
            int[] stands = new int[weights.Count];
            foreach (int kind in overwritten[i].Select(x => kinds[x]).Distinct())
            {
                stands[kind]--;
            }

            for (int tile = 0; tile < kinds.Length; tile++)
            {
                stands[kinds[tile]] += before[i][tile] && after[i][tile] ? 1 : 0;
            }

            for (int kind = 0; kind < least.Length; kind++)
            {
                least[kind] = Math.Max(least[kind], stands[kind]);
            }
        }

        return least.Select((x, kind) => x * weights[kind]).Sum();

        static void Join(bool[] to, bool[] from)
        {
            for (int i = 0; i < to.Length; i++)
            {
                to[i] |= from[i];
            }
        }
    }

    private bool Fits => taken <= limit && (stripKind < 0 || most[stripKind] <= mostStrips);

    private bool Search()
    {
        List<(int Growth, int Statement)> growing = [];
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
            if (growth <= Little && Fits)
            {
                growing.Clear();
                i = -1;
                continue;
            }

            if (Fits)
            {
                growing.Add((growth, i));
            }

            GoBack(steps.Count, mostBefore, takenBefore);
        }

        if (ordered.Count == statements.Count)
        {
            return true;
        }

        if (!seen.Add(new string(Array.ConvertAll(done, x => x ? '1' : '0'))) || seen.Count > mostStates)
        {
            return false;
        }

        int count = ordered.Count, takenHere = taken;
        int[] mostHere = [.. most];
        growing.Sort();
        foreach ((_, int next) in growing)
        {
            steps.Clear();
            Visit(next, steps);
            Run(steps);
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
