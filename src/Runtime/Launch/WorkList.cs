namespace AttentionDsl.Runtime;

/// <summary>Cuts a call into work items.</summary>
internal static class WorkList
{
    // A split narrower than this would leave SIMD registers and memory transactions half empty.
    private const int ColumnStep = 16;

    /// <summary>The items of stretches of sequences: one a value head, or several.</summary>
    /// <param name="shape">The call.</param>
    /// <param name="splitInto">Items to reach at least, by splitting value columns; 1: columns stay together.</param>
    /// <param name="stretches">The stretches.</param>
    /// <param name="pieces">How many there are before that; 0: the sequences.</param>
    public static Work[] Of(CallShape shape, int splitInto, List<Stretch> stretches, int pieces = 0)
    {
        int columns = Columns(shape, splitInto, pieces == 0 ? shape.Sequences : pieces);
        var work = new List<Work>(checked(stretches.Count * shape.Heads));
        long chunk = 0;
        foreach (Stretch stretch in stretches)
        {
            for (int head = 0; head < shape.Heads; head++)
            {
                for (int column = 0; column < shape.V; column += columns)
                {
                    work.Add(new Work
                    {
                        Sequence = stretch.Sequence,
                        Head = head,
                        Heads = shape.Heads,
                        Start = stretch.Start,
                        Length = stretch.Length,
                        Chunk = chunk,
                        StateIn = stretch.StateIn,
                        StateOut = stretch.StateOut,
                        Column = column,
                        Columns = Math.Min(columns, shape.V - column),
                    });
                }
            }

            chunk += shape.Chunks(stretch.Sequence);
        }

        return [.. work];
    }

    /// <summary>An item for every chunk of every item: heads beside each other, as they stand in memory.</summary>
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

        return [.. work.OrderBy(x => x.Chunk)];
    }

    /// <summary>The items with at most so many value columns each.</summary>
    public static Work[] Panels(Work[] work, int columns) =>
    [
        .. work.SelectMany(item => Enumerable.Range(0, (item.Columns + columns - 1) / columns).Select(x => item with
        {
            Column = item.Column + (x * columns),
            Columns = Math.Min(columns, item.Columns - (x * columns)),
        })),
    ];

    private static int Columns(CallShape shape, int splitInto, int pieces)
    {
        long whole = Math.Max(1, (long)pieces * shape.Heads);
        long parts = Math.Min((splitInto + whole - 1) / whole, (shape.V + ColumnStep - 1) / ColumnStep);
        if (parts <= 1)
        {
            return shape.V;
        }

        int columns = (int)((shape.V + parts - 1) / parts);
        return (columns + ColumnStep - 1) / ColumnStep * ColumnStep;
    }
}
