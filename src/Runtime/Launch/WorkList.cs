namespace AttentionDsl.Runtime;

/// <summary>Cuts a call into work items.</summary>
internal static class WorkList
{
    // A split narrower than this would leave SIMD registers and memory transactions half empty.
    private const int ColumnStep = 16;

    /// <summary>The items of a call; sequences without tokens, and those whose slot is -1, have none.</summary>
    /// <param name="shape">The call.</param>
    /// <param name="splitInto">Items to reach at least, by splitting value columns; 1: columns stay together.</param>
    /// <param name="readsState">False: every sequence starts from zero.</param>
    /// <param name="slots">Entries of the state to read and write; null: the sequence's own.</param>
    public static Work[] Of(CallShape shape, int splitInto, bool readsState, IReadOnlyList<long>? slots)
    {
        int columns = Columns(shape, splitInto);
        var work = new List<Work>(checked(shape.Sequences * shape.Heads));
        long chunk = 0;
        for (int n = 0; n < shape.Sequences; n++)
        {
            long slot = slots is null ? n : slots[n];
            int length = (int)shape.Length(n);
            if (slot < 0 || length == 0)
            {
                continue;
            }

            for (int head = 0; head < shape.Heads; head++)
            {
                for (int column = 0; column < shape.V; column += columns)
                {
                    work.Add(new Work
                    {
                        Sequence = n,
                        Head = head,
                        Heads = shape.Heads,
                        Start = shape.Start(n),
                        Length = length,
                        Chunk = chunk,
                        StateIn = readsState ? slot : -1,
                        StateOut = slot,
                        Column = column,
                        Columns = Math.Min(columns, shape.V - column),
                    });
                }
            }

            chunk += shape.Chunks(n);
        }

        return [.. work];
    }

    /// <summary>An item for every chunk of every item.</summary>
    public static Work[] Chunks(IEnumerable<Work> items, int chunkLength)
    {
        var work = new List<Work>();
        foreach (Work item in items)
        {
            for (int done = 0; done < item.Length; done += chunkLength)
            {
                work.Add(item with { Start = item.Start + done, Length = Math.Min(chunkLength, item.Length - done), Chunk = item.Chunk + (done / chunkLength) });
            }
        }

        return [.. work];
    }

    private static int Columns(CallShape shape, int splitInto)
    {
        long whole = Math.Max(1, (long)shape.Sequences * shape.Heads);
        long parts = Math.Min((splitInto + whole - 1) / whole, (shape.V + ColumnStep - 1) / ColumnStep);
        if (parts <= 1)
        {
            return shape.V;
        }

        int columns = (int)((shape.V + parts - 1) / parts);
        return (columns + ColumnStep - 1) / ColumnStep * ColumnStep;
    }
}
