namespace AttentionDsl.Runtime;

/// <summary>Holds the options of a call against its sizes.</summary>
internal static class OptionCheck
{
    /// <summary>Largest chunk: the tiles of a chunk are sized for it.</summary>
    public const int MaxChunk = 64;

    private const int DefaultChunk = 16;

    /// <summary>Checks where a decode call reads and keeps states, against a state of so many entries.</summary>
    public static void Slots(VariantDescription description, RunOptions options, CallShape shape, long entries)
    {
        IReadOnlyList<long>? slots = options.StateSlots;
        if (options.AcceptedTokens is { } accepted)
        {
            Accepted(description, options, shape, accepted);
        }

        if (slots is null && options.SnapshotSlots is null)
        {
            return;
        }

        var owners = new Dictionary<long, int>();
        if (slots is not null && slots.Count != shape.Sequences)
        {
            throw ShapeCheck.Bad(description, $"StateSlots: expected {shape.Sequences} entries, one a sequence, but got {slots.Count}");
        }

        if (slots is null && entries < shape.Sequences)
        {
            throw ShapeCheck.Bad(description, $"the state: expected at least {shape.Sequences} entries, one a sequence, but got {entries}; name them with StateSlots");
        }

        for (int n = 0; n < shape.Sequences; n++)
        {
            long slot = slots is null ? n : slots[n];
            Entry($"StateSlots[{n}]", slot, "skip");
            if (slot >= 0 && !owners.TryAdd(slot, n))
            {
                throw ShapeCheck.Bad(description, $"StateSlots[{n}]: expected every entry once, but {slot} is named twice; two sequences cannot write one state");
            }
        }

        if (options.SnapshotSlots is not { } snapshots)
        {
            return;
        }

        if (snapshots.Count != shape.Tokens)
        {
            throw ShapeCheck.Bad(description, $"SnapshotSlots: expected {shape.Tokens} entries, one a token, but got {snapshots.Count}");
        }

        for (int n = 0; n < shape.Sequences; n++)
        {
            bool own = false;
            for (long token = shape.Start(n); token < shape.Start(n) + shape.Length(n); token++)
            {
                long slot = snapshots[(int)token];
                Entry($"SnapshotSlots[{token}]", slot, "keep nothing");
                if (slot < 0)
                {
                    continue;
                }

                // The sequence's own entry may hold one of its snapshots: it was read before.
                bool first = owners.TryAdd(slot, n) || (!own && slot == (slots is null ? n : slots[n]));
                own |= slot == (slots is null ? n : slots[n]);
                if (!first)
                {
                    throw ShapeCheck.Bad(description, $"SnapshotSlots[{token}]: expected every entry once, but {slot} is named twice; two tokens cannot keep their states in one");
                }
            }
        }

        void Entry(string name, long slot, string none)
        {
            if (slot < -1 || slot >= entries)
            {
                throw ShapeCheck.Bad(description, $"{name}: expected -1 ({none}) or an entry from 0 to {entries - 1}, but got {slot}");
            }
        }
    }

    /// <summary>Refuses options that only decoding has.</summary>
    public static void NoSlots(VariantDescription description, RunOptions options)
    {
        (string Name, bool Given)[] all = [("StateSlots", options.StateSlots is not null), ("SnapshotSlots", options.SnapshotSlots is not null), ("AcceptedTokens", options.AcceptedTokens is not null)];
        foreach ((string name, _) in all.Where(x => x.Given))
        {
            throw ShapeCheck.Bad(description, $"{name}: only Decode works on a pool of states; leave it null here and give one state a sequence");
        }
    }

    private static void Accepted(VariantDescription description, RunOptions options, CallShape shape, IReadOnlyList<int> accepted)
    {
        if (options.SnapshotSlots is not null)
        {
            throw ShapeCheck.Bad(description, "AcceptedTokens: expected either this or SnapshotSlots, but both are given; with snapshots every token's state is kept, and none has to be chosen beforehand");
        }

        if (accepted.Count != shape.Sequences)
        {
            throw ShapeCheck.Bad(description, $"AcceptedTokens: expected {shape.Sequences} numbers, one a sequence, but got {accepted.Count}");
        }

        for (int n = 0; n < accepted.Count; n++)
        {
            if (accepted[n] < 0 || accepted[n] > shape.Length(n))
            {
                throw ShapeCheck.Bad(description, $"AcceptedTokens[{n}]: expected 0 to {shape.Length(n)}, the tokens of the sequence, but got {accepted[n]}");
            }
        }
    }

    public static int Sequences(VariantDescription description, RunOptions options, long batch, long tokens)
    {
        long longest = tokens;
        long count = batch;
        if (options.SequenceOffsets is { } offsets)
        {
            if (batch != 1)
            {
                throw ShapeCheck.Bad(description, $"SequenceOffsets: expected inputs with B = 1, sequences one after the other along T, but B is {batch}");
            }

            if (offsets.Count < 2 || offsets[0] != 0 || offsets[^1] != tokens)
            {
                string came = offsets.Count < 2 ? $"{offsets.Count} offsets" : $"{offsets.Count} offsets from {offsets[0]} to {offsets[^1]}";
                throw ShapeCheck.Bad(description, $"SequenceOffsets: expected N + 1 offsets from 0 to {tokens}, the tokens of the inputs, but got {came}");
            }

            longest = 0;
            for (int i = 1; i < offsets.Count; i++)
            {
                if (offsets[i] < offsets[i - 1])
                {
                    throw ShapeCheck.Bad(description, $"SequenceOffsets: expected offsets that do not decrease, but [{i}] is {offsets[i]} after {offsets[i - 1]}");
                }

                longest = Math.Max(longest, offsets[i] - offsets[i - 1]);
            }

            count = offsets.Count - 1;
        }

        if (longest > int.MaxValue)
        {
            throw ShapeCheck.Bad(description, $"expected sequences of less than 2^31 tokens, but one has {longest}");
        }

        if (count > int.MaxValue)
        {
            throw ShapeCheck.Bad(description, $"expected a batch of less than 2^31 sequences, but got {count}");
        }

        return (int)count;
    }

    public static DataType? OutputType(VariantDescription description, RunOptions options)
    {
        if (options.OutputType is DataType type && type is not (DataType.Float32 or DataType.BFloat16 or DataType.Float16))
        {
            throw ShapeCheck.Bad(description, $"OutputType: expected Float32, BFloat16 or Float16, but got {type}");
        }

        return options.OutputType;
    }

    public static float Scale(VariantDescription description, RunOptions options, int k)
    {
        if (options.Scale is float scale)
        {
            return float.IsFinite(scale) ? scale : throw ShapeCheck.Bad(description, $"Scale: expected a finite number, but got {scale}; leave it null for the variant's own");
        }

        return float.IsNaN(description.DefaultScale) ? (float)(1 / Math.Sqrt(k)) : description.DefaultScale;
    }

    public static int Chunk(VariantDescription description, RunOptions options) => options.ChunkLength switch
    {
        null => DefaultChunk,
        >= 1 and <= MaxChunk => options.ChunkLength.Value,
        _ => throw ShapeCheck.Bad(description, $"ChunkLength: expected 1 to {MaxChunk} tokens, but got {options.ChunkLength}"),
    };
}
