namespace AttentionDsl.Runtime;

/// <summary>What one call works on, read off its tensors and options by <see cref="ShapeCheck"/>: nothing here can be wrong any more.</summary>
internal sealed class CallShape
{
    /// <summary>Length of the first axis of the inputs.</summary>
    public required long Batch { get; init; }

    /// <summary>Length of the second axis of inputs with one row a token.</summary>
    public required long TokensPerBatch { get; init; }

    /// <summary>Number of recurrences.</summary>
    public required int Sequences { get; init; }

    public required int Heads { get; init; }

    public required int K { get; init; }

    public required int V { get; init; }

    /// <summary>Value columns of a state: V, or V + 1 with the sum of keys.</summary>
    public required int StateColumns { get; init; }

    public required int Updates { get; init; }

    /// <summary>Channels of the output.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>Element type of the output where the caller and the engine leave it open.</summary>
    public required DataType OutputType { get; init; }

    /// <summary>The input that the output is like: where it is, and its type.</summary>
    public required int OutputLike { get; init; }

    public required bool StateValueFirst { get; init; }

    public required float Scale { get; init; }

    public required int Chunk { get; set; }

    /// <summary>Offsets of the sequences in tokens; null: all have <see cref="TokensPerBatch"/>.</summary>
    public required IReadOnlyList<long>? Offsets { get; init; }

    public long Tokens => Batch * TokensPerBatch;

    public long[] Output => [Batch, TokensPerBatch, Heads, OutputWidth];

    /// <summary>Shape of a state with so many entries.</summary>
    public long[] State(long entries) => StateValueFirst ? [entries, Heads, StateColumns, K] : [entries, Heads, K, StateColumns];

    public long Start(int sequence) => Offsets is null ? sequence * TokensPerBatch : Offsets[sequence];

    public long Length(int sequence) => Offsets is null ? TokensPerBatch : Offsets[sequence + 1] - Offsets[sequence];

    /// <summary>Chunks of a sequence.</summary>
    public long Chunks(int sequence) => (Length(sequence) + Chunk - 1) / Chunk;

    /// <summary>Chunks of all sequences.</summary>
    public long Chunks()
    {
        long chunks = 0;
        for (int i = 0; i < Sequences; i++)
        {
            chunks += Chunks(i);
        }

        return chunks;
    }

    public Sizes Sizes()
    {
        long longest = 0;
        for (int i = 0; i < Sequences; i++)
        {
            longest = Math.Max(longest, Length(i));
        }

        return new()
        {
            K = K,
            V = V,
            Chunk = Chunk,
            Updates = Updates,
            MaxLength = (int)longest,
            Scale = Scale,
            StateValueFirst = StateValueFirst ? 1 : 0,
        };
    }

    /// <summary>Width of one head of an operand with these channels.</summary>
    public int Width(Channels channels) => channels switch
    {
        Channels.Key => K,
        Channels.Value => V,
        _ => 1,
    };
}
