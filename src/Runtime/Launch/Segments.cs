namespace AttentionDsl.Runtime;

/// <summary>The items of a call's walks over its sequences, some of them cut into segments.</summary>
internal sealed class Segments
{
    private readonly CallShape shape;
    private readonly Work[] items;
    private readonly Dictionary<int, Cut> cut = [];

    /// <param name="shape">The call.</param>
    /// <param name="items">The walks, one or more for every sequence and head, over value columns.</param>
    /// <param name="segments">Segments of each sequence that walk at the same time.</param>
    /// <param name="first">Length of one more before them, in theirs, that walks while they are carried; 0: there is none.</param>
    public Segments(CallShape shape, Work[] items, IReadOnlyList<int> segments, double first)
    {
        this.shape = shape;
        this.items = items;
        FirstAdvances = first > 0;
        for (int i = 0; i < segments.Count; i++)
        {
            Cut own = CutOf(shape.Chunks(i), segments[i], first, Borders);
            cut.Add(i, own);
            Borders += own.Segments - 1;
        }
    }

    /// <summary>Borders between segments, over all sequences; 0: none is cut.</summary>
    public int Borders { get; private set; }

    /// <summary>True if the first segment of a sequence that is cut advances while the others are carried.</summary>
    public bool FirstAdvances { get; }

    /// <summary>Items of Advance and Trail: a segment begins at the border before it.</summary>
    public Work[] Onward => [.. items.SelectMany(x => Of(x).Where(y => !AdvancesFirst(y)).Select(y => y.Item with { Border = y.Before == 0 ? 0 : y.Border, Borders = y.Before }))];

    /// <summary>Items of Retreat: a segment begins at the border after it.</summary>
    public Work[] Back => [.. items.SelectMany(x => Of(x).Select(y => y.Item with { Border = y.After == 0 ? 0 : y.Border + 1, Borders = y.After }))];

    /// <summary>Items of Carry where transitions are diagonal: what every segment but the last hands on.</summary>
    /// <remarks>Before them, those that advance, which take longest.</remarks>
    public Work[] CarryDecays =>
    [
        .. items.SelectMany(x => Of(x).Where(AdvancesFirst).Select(y => y.Item with { Leaves = y.Border + 1 })),
        .. items.SelectMany(x => Of(x).Where(y => y.After > 0 && !AdvancesFirst(y)).Select(y => y.Item with { Border = y.Border + 1 })),
    ];

    /// <summary>Items of Carry where they are not: also the transitions, which the first segment, who has its state, needs none of.</summary>
    public Work[] Carry =>
    [
        .. CarryDecays,
        .. items.Where(x => x.Column == 0).SelectMany(x => Of(x).Where(y => y.Before > 0 && y.After > 0).SelectMany(y => Columns(y.Item with { Border = y.Border + 1, Homogeneous = 1 }))),
    ];

    /// <summary>Items of CarryBack: what every segment but the first hands back.</summary>
    public Work[] CarryBack => [.. items.SelectMany(x => Of(x).Where(y => y.Before > 0).Select(y => y.Item with { Border = y.Border }))];

    /// <summary>Items of Compose and ComposeBack: the borders of a sequence.</summary>
    public Work[] Compose =>
    [
        .. items.Where(x => cut[x.Sequence].Segments > 1).Select(x => x with { Border = cut[x.Sequence].Border + 1, Length = cut[x.Sequence].Segments - 1 }),
    ];

    /// <summary>True of a segment whose output is computed while others are carried.</summary>
    private bool AdvancesFirst((Work Item, int Border, int Before, int After) segment) => FirstAdvances && segment is { Before: 0, After: > 0 };

    /// <summary>The segments of a walk: states of the caller at its ends alone. Border: the border after it, which is one more than the one before.</summary>
    private IEnumerable<(Work Item, int Border, int Before, int After)> Of(Work walk)
    {
        Cut own = cut[walk.Sequence];
        for (int i = 0; i < own.Segments; i++)
        {
            long before = i == 0 ? 0 : own.First + ((i - 1) * own.Each);
            int done = checked((int)(before * shape.Chunk)), after = own.Segments - 1 - i;
            yield return (
                walk with
                {
                    Start = walk.Start + done,
                    Length = after == 0 ? walk.Length - done : (int)((i == 0 ? own.First : own.Each) * shape.Chunk),
                    Chunk = walk.Chunk + before,
                    StateIn = i == 0 ? walk.StateIn : -1,
                    StateOut = after == 0 ? walk.StateOut : -1,
                },
                own.Border + i,
                i,
                after);
        }
    }

    private static Cut CutOf(long chunks, int segments, double first, int border)
    {
        if (segments == 1 || first == 0)
        {
            long equal = (chunks + segments - 1) / segments;
            return new(segments, border, equal, equal);
        }

        long each = Math.Max(1, (long)Math.Round(chunks / (segments + first))), others = Math.Min(segments, (chunks - 1) / each);
        return new((int)others + 1, border, chunks - (others * each), each);
    }

    /// <summary>The columns of a transition, as many at a time as the walk has value columns.</summary>
    private IEnumerable<Work> Columns(Work item)
    {
        for (int column = 0; column < shape.K; column += item.Columns)
        {
            yield return item with { Column = column, Columns = Math.Min(item.Columns, shape.K - column) };
        }
    }

    /// <summary>How a sequence is cut.</summary>
    /// <param name="Segments">Its segments.</param>
    /// <param name="Border">The border after the first of them, counted over all sequences.</param>
    /// <param name="First">Chunks of the first.</param>
    /// <param name="Each">Chunks of each other, the last perhaps fewer.</param>
    private readonly record struct Cut(int Segments, int Border, long First, long Each);
}
