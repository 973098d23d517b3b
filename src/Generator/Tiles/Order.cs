namespace AttentionDsl.Generator;

/// <summary>
/// Statements in an order of demand: what a result needs is computed when the result is, and not before, so that tiles live short.
/// </summary>
internal sealed class Order(Dependencies dependencies)
{
    private readonly List<int> ordered = [];
    private readonly bool[] demanded = new bool[dependencies.Statements.Count];
    private readonly int[] positions = [.. dependencies.Statements.Select(_ => int.MaxValue)];

    /// <summary>The statements demanded so far.</summary>
    public IReadOnlyList<int> Demanded => ordered;

    /// <summary>The statements not demanded so far, in the order they came in.</summary>
    public IReadOnlyList<int> Rest => [.. Enumerable.Range(0, demanded.Length).Where(x => !demanded[x])];

    /// <summary>Adds a statement after all that it needs.</summary>
    public void Demand(int statement)
    {
        foreach (int missing in Missing(statement))
        {
            demanded[missing] = true;
            ordered.Add(missing);
        }
    }

    /// <summary>What a statement needs and was not demanded, and the statement itself, in order; nothing if it was demanded.</summary>
    public IReadOnlyList<int> Missing(int statement)
    {
        var missing = new List<int>();
        bool[] seen = (bool[])demanded.Clone();
        Visit(statement);
        return missing;

        void Visit(int index)
        {
            if (!seen[index])
            {
                seen[index] = true;
                foreach (int earlier in dependencies.Before[index])
                {
                    Visit(earlier);
                }

                missing.Add(index);
            }
        }
    }

    /// <summary>What makes more tiles stand in scratch moves to where it is needed first, what makes fewer to where it can be done first.</summary>
    public void Tighten()
    {
        Number(0, ordered.Count - 1);
        MoveDown(growing: false);
        MoveDown(growing: true);
        for (int at = 1; at < ordered.Count; at++)
        {
            if (Growth(at) < 0)
            {
                int to = at;
                while (to > 0 && !dependencies.Precede(ordered[to - 1], ordered[at]))
                {
                    to--;
                }

                Move(at, to);
            }
        }
    }

    private void MoveDown(bool growing)
    {
        for (int at = ordered.Count - 1; at >= 0; at--)
        {
            int growth = Growth(at);
            if (growing ? growth > 0 : growth == 0)
            {
                int to = at;
                while (to < ordered.Count - 1 && !dependencies.Precede(ordered[at], ordered[to + 1]))
                {
                    to++;
                }

                Move(at, to);
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
            Number(Math.Min(at, to), Math.Max(at, to));
        }
    }

    private void Number(int from, int to)
    {
        for (int i = from; i <= to; i++)
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
            growth += IsUsed(tile, at, after: false) ? 0 : tile.Weight;
        }

        foreach (Dependencies.TileUse tile in dependencies.Read[index])
        {
            growth -= IsUsed(tile, at, after: true) ? 0 : tile.Weight;
        }

        return growth;
    }

    /// <summary>True if a statement before a place, or after it, uses a tile.</summary>
    private bool IsUsed(Dependencies.TileUse tile, int at, bool after)
    {
        foreach (int user in tile.Users)
        {
            if (after ? positions[user] > at : positions[user] < at)
            {
                return true;
            }
        }

        return false;
    }
}
