namespace AttentionDsl.Runtime;

/// <summary>Holds the options of a call against its sizes.</summary>
internal static class OptionCheck
{
    /// <summary>Largest chunk: the tiles of a chunk are sized for it.</summary>
    public const int MaxChunk = 64;

    public const int DefaultChunk = 16;

    /// <summary>Checks the state slots of a decode call against a pool of so many entries.</summary>
    public static void Slots(VariantDescription description, IReadOnlyList<long>? slots, CallShape shape, long entries)
    {
        if (slots is null)
        {
            return;
        }

        if (slots.Count != shape.Sequences)
        {
            throw ShapeCheck.Bad(description, $"StateSlots: expected {shape.Sequences} entries, one a sequence, but got {slots.Count}");
        }

        var seen = new HashSet<long>();
        for (int i = 0; i < slots.Count; i++)
        {
            long slot = slots[i];
            if (slot < -1 || slot >= entries)
            {
                throw ShapeCheck.Bad(description, $"StateSlots[{i}]: expected -1 (skip) or an entry from 0 to {entries - 1}, but got {slot}");
            }

            if (slot >= 0 && !seen.Add(slot))
            {
                throw ShapeCheck.Bad(description, $"StateSlots[{i}]: expected every entry once, but {slot} is named twice; two sequences cannot write one state");
            }
        }
    }

    /// <summary>Refuses options that only decoding has.</summary>
    public static void NoSlots(VariantDescription description, RunOptions options)
    {
        if (options.StateSlots is not null)
        {
            throw ShapeCheck.Bad(description, "StateSlots: only Decode works on a pool of states; leave it null here and give one state a sequence");
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

    public static int Chunk(VariantDescription description, RunOptions options, int usual) => options.ChunkLength switch
    {
        null => usual,
        >= 1 and <= MaxChunk => options.ChunkLength.Value,
        _ => throw ShapeCheck.Bad(description, $"ChunkLength: expected 1 to {MaxChunk} tokens, but got {options.ChunkLength}"),
    };
}
