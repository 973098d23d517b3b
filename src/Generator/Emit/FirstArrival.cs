namespace AttentionDsl.Generator;

/// <summary>
/// What a pass of chunks fetches at its top arrives in two parts, the states last: what reads none of them, above all pairs of tokens, is computed while they come.
/// </summary>
internal static class FirstArrival
{
    /// <summary>The statements with two arrivals in place of the first; null if nothing worth it is computed without states, or what arrives is widened.</summary>
    /// <param name="statements">In order.</param>
    /// <param name="uses">What they ask of storage.</param>
    public static IReadOnlyList<Statement>? Of(IReadOnlyList<Statement> statements, StorageUses uses)
    {
        int arrival = statements.FirstIndex(x => x is ArriveStatement);
        Statement[] before = [.. statements.Take(Math.Max(arrival, 0))], fetches = [.. before.Where(Pass.IsFetch)];
        Tile[] states = [.. fetches.OfType<RecallStatement>().Select(x => x.Result).Where(x => x.Rows == Dim.Key)];
        if (states.Length == 0 || fetches.Any(x => x.Results.Any(IsWidened)))
        {
            return null;
        }

        // Up to what is brought later on, which takes the place of what is read before.
        Statement[] next = [.. statements.Skip(arrival + 1).TakeWhile(x => x is not ArriveStatement && !Pass.IsFromMemory(x))];
        Uses[] each = [.. Uses.Of(statements).Skip(arrival + 1).Take(next.Length)];
        List<int> late = [];
        for (int i = 0; i < next.Length; i++)
        {
            if (next[i].Reads.Any(states.Contains) || late.Exists(x => each[x].Precede(each[i])))
            {
                late.Add(i);
            }
        }

        Statement[] early = [.. next.Where((_, i) => !late.Contains(i))];
        if (!early.OfType<CallStatement>().Any(x => x.Method == "Gram" || ScaledGrams.Has(x.Method)))
        {
            return null;
        }

        var read = new HashSet<string>(early.SelectMany(x => x.Reads).Select(x => x.Name));
        ILookup<bool, Statement> first = fetches.ToLookup(x => x.Results.All(y => read.Contains(y.Name) || y.Rows == Dim.One || y.Columns == Dim.One));
        return
        [
            .. first[true],
            new FetchedFirstStatement(),
            .. first[false],
            .. before.Where(x => !Pass.IsFetch(x)),
            new ArriveStatement { First = true },
            .. early,
            new ArriveStatement(),
            .. late.Select(x => next[x]),
            .. statements.Skip(arrival + 1 + next.Length),
        ];

        bool IsWidened(Tile tile) => tile is { Given: null, Rows: not Dim.One, Columns: not Dim.One } && !uses.IsFactor(tile);
    }
}
