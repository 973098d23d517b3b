namespace AttentionDsl.Runtime;

/// <summary>The items of a call's walks over its sequences, some of them cut into segments.</summary>
internal sealed class Segments
{
    private readonly CallShape shape;
    private readonly Work[] items;
    private readonly Dictionary<int, (int Segments, int Border)> cut = [];

    /// <param name="shape">The call.</param>
    /// <param name="items">The walks, one or more for every sequence and head, over value columns.</param>
    /// <param name="segments">Segments of each sequence.</param>
    public Segments(CallShape shape, Work[] items, IReadOnlyList<int> segments)
    {
        this.shape = shape;
        this.items = items;
        for (int i = 0; i < segments.Count; i++)
        {
            cut.Add(i, (segments[i], Borders));
            Borders += segments[i] - 1;
        }
    }

    /// <summary>Borders between segments, over all sequences; 0: none is cut.</summary>
    public int Borders { get; private set; }

    /// <summary>Items of Advance and Trail: a segment begins at the border before it.</summary>
    public Work[] Onward => [.. items.SelectMany(x => Of(x).Select(y => y.Item with { Border = y.Before == 0 ? 0 : y.Border, Borders = y.Before }))];

    /// <summary>Items of Retreat: a segment begins at the border after it.</summary>
    public Work[] Back => [.. items.SelectMany(x => Of(x).Select(y => y.Item with { Border = y.After == 0 ? 0 : y.Border + 1, Borders = y.After }))];

    /// <summary>Items of Carry where transitions are diagonal: what every segment but the last hands on.</summary>
    public Work[] CarryDecays => [.. items.SelectMany(x => Of(x).Where(y => y.After > 0).Select(y => y.Item with { Border = y.Border + 1 }))];

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

    /// <summary>The segments of a walk: states of the caller at its ends alone. Border: the border after it, which is one more than the one before.</summary>
    private IEnumerable<(Work Item, int Border, int Before, int After)> Of(Work walk)
    {
        (int segments, int border) = cut[walk.Sequence];
        long chunks = (walk.Length + shape.Chunk - 1L) / shape.Chunk, each = (chunks + segments - 1) / segments;
        for (int i = 0; i < segments; i++)
        {
            int done = checked((int)(i * each * shape.Chunk));
            int after = segments - 1 - i;
            yield return (
                walk with
                {
                    Start = walk.Start + done,
                    Length = after == 0 ? walk.Length - done : (int)(each * shape.Chunk),
                    Chunk = walk.Chunk + (i * each),
                    StateIn = i == 0 ? walk.StateIn : -1,
                    StateOut = after == 0 ? walk.StateOut : -1,
                },
                border + i,
                i,
                after);
        }
    }

    /// <summary>The columns of a transition, as many at a time as the walk has value columns.</summary>
    private IEnumerable<Work> Columns(Work item)
    {
        for (int column = 0; column < shape.K; column += item.Columns)
        {
            yield return item with { Column = column, Columns = Math.Min(item.Columns, shape.K - column) };
        }
    }
}
