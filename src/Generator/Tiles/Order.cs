namespace AttentionDsl.Generator;

/// <summary>
/// Statements in an order of demand: what a result needs is computed when the result is, and not before, so that tiles live short.
/// </summary>
internal sealed class Order(Dependencies dependencies)
{
    private readonly List<int> ordered = [];
    private readonly HashSet<int> demanded = [];
    private readonly int[] positions = [.. dependencies.Statements.Select(_ => int.MaxValue)];

    /// <summary>The statements demanded so far.</summary>
    public IReadOnlyList<Statement> Demanded => [.. ordered.Select(x => dependencies.Statements[x])];

    /// <summary>The statements not demanded so far, in the order they came in.</summary>
    public IReadOnlyList<Statement> Rest => [.. dependencies.Statements.Where((_, i) => !demanded.Contains(i))];

    /// <summary>Adds a statement after all that it needs.</summary>
    public void Demand(Statement statement)
    {
        foreach (int missing in MissingIndices(statement))
        {
            demanded.Add(missing);
            ordered.Add(missing);
        }
    }

    /// <summary>What a statement needs and was not demanded, and the statement itself, in order; nothing if it was demanded.</summary>
    public IReadOnlyList<Statement> Missing(Statement statement) => [.. MissingIndices(statement).Select(x => dependencies.Statements[x])];

    /// <summary>What makes more tiles stand in scratch moves to where it is needed first, what makes fewer to where it can be done first.</summary>
    public void Tighten()
    {
        Number(0);
        MoveDown(x => x == 0);
        MoveDown(x => x > 0);
        for (int at = 1; at < ordered.Count; at++)
        {
            if (Growth(at) < 0)
            {
                int index = ordered[at];
                Move(at, ordered.FindLastIndex(at - 1, x => dependencies.Before[index].Contains(x)) + 1);
            }
        }

        void MoveDown(Func<int, bool> growing)
        {
            for (int at = ordered.Count - 1; at >= 0; at--)
            {
                if (growing(Growth(at)))
                {
                    int index = ordered[at], to = ordered.FindIndex(at + 1, x => dependencies.After[index].Contains(x));
                    Move(at, (to < 0 ? ordered.Count : to) - 1);
                }
            }
        }
    }

    private void Move(int at, int to)
    {
        if (at != to)
        {
            int index = ordered[at];
            ordered.RemoveAt(at);
            ordered.Insert(to, index);
            Number(Math.Min(at, to));
        }
    }

    private void Number(int from)
    {
        for (int i = from; i < ordered.Count; i++)
        {
            positions[ordered[i]] = i;
        }
    }

    /// <summary>How much more stands in scratch after a statement than before it.</summary>
    private int Growth(int at)
    {
        int index = ordered[at], growth = 0;
        if (dependencies.Statements[index] is ViewStatement)
        {
            return 0;
        }

        foreach (Dependencies.TileUse tile in dependencies.Written[index])
        {
            growth += Array.TrueForAll(tile.Users, x => positions[x] >= at) ? tile.Weight : 0;
        }

        foreach (Dependencies.TileUse tile in dependencies.Read[index])
        {
            growth -= Array.TrueForAll(tile.Users, x => positions[x] <= at) ? tile.Weight : 0;
        }

        return growth;
    }

    private List<int> MissingIndices(Statement statement)
    {
        var missing = new List<int>();
        var seen = new HashSet<int>(demanded);
        Visit(Enumerable.Range(0, dependencies.Statements.Count).First(x => ReferenceEquals(dependencies.Statements[x], statement)));
        return missing;

        void Visit(int index)
        {
            if (seen.Add(index))
            {
                foreach (int earlier in dependencies.Before[index])
                {
                    Visit(earlier);
                }

                missing.Add(index);
            }
        }
    }
}
