namespace AttentionDsl.Runtime;

/// <summary>Consecutive tokens of a sequence that one launch computes, and where their state comes from and goes to.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Start">Its first token here, counted over the flattened batch.</param>
/// <param name="Length">Number of tokens.</param>
/// <param name="StateIn">Entry of the state to read; negative: start from zero.</param>
/// <param name="StateOut">Entry of the state to write; negative: the state after these tokens is not kept.</param>
internal readonly record struct Stretch(int Sequence, long Start, int Length, long StateIn, long StateOut);

/// <summary>Cuts sequences where their state has to be kept.</summary>
internal static class Stretches
{
    /// <summary>Every sequence as a whole, from and to its own state.</summary>
    /// <param name="shape">The call.</param>
    /// <param name="readsState">False: every sequence starts from zero.</param>
    public static List<Stretch> Whole(CallShape shape, bool readsState)
    {
        var whole = new List<Stretch>(shape.Sequences);
        for (int n = 0; n < shape.Sequences; n++)
        {
            Add(whole, new Stretch(n, shape.Start(n), (int)shape.Length(n), readsState ? n : -1, n));
        }

        return whole;
    }

    /// <summary>What each launch of a decode call computes: the first stretch of every sequence, then the second, and so on.</summary>
    /// <param name="shape">The call.</param>
    /// <param name="options">Its slots, snapshots and accepted tokens, checked.</param>
    public static List<List<Stretch>> Decode(CallShape shape, RunOptions options)
    {
        var launches = new List<List<Stretch>>();
        for (int n = 0; n < shape.Sequences; n++)
        {
            long slot = options.StateSlots is { } slots ? slots[n] : n;
            if (slot >= 0)
            {
                int launch = 0;
                foreach (Stretch stretch in Cut(shape, options, n, slot))
                {
                    if (launch == launches.Count)
                    {
                        launches.Add([]);
                    }

                    Add(launches[launch++], stretch);
                }
            }
        }

        return launches;
    }

    private static IEnumerable<Stretch> Cut(CallShape shape, RunOptions options, int sequence, long slot)
    {
        long start = shape.Start(sequence), end = start + shape.Length(sequence);
        if (options.AcceptedTokens is { } accepted)
        {
            long middle = start + accepted[sequence];
            yield return new Stretch(sequence, start, (int)(middle - start), slot, slot);
            yield return new Stretch(sequence, middle, (int)(end - middle), slot, -1);
            yield break;
        }

        if (options.SnapshotSlots is not { } snapshots)
        {
            yield return new Stretch(sequence, start, (int)(end - start), slot, slot);
            yield break;
        }

        for (long token = start; token < end; token++)
        {
            if (snapshots[(int)token] is >= 0 and long kept)
            {
                yield return new Stretch(sequence, start, (int)(token + 1 - start), slot, kept);
                (start, slot) = (token + 1, kept);
            }
        }

        yield return new Stretch(sequence, start, (int)(end - start), slot, -1);
    }

    private static void Add(List<Stretch> stretches, Stretch stretch)
    {
        if (stretch.Length > 0)
        {
            stretches.Add(stretch);
        }
    }
}
