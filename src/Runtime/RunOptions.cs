namespace AttentionDsl.Runtime;

/// <summary>How a variant is run. Everything has a default: <c>new RunOptions()</c> runs where the tensors are.</summary>
public sealed record RunOptions
{
    /// <summary>Factor on the query; null: the variant's own (mostly 1 / sqrt(K)).</summary>
    public float? Scale { get; init; }

    /// <summary>
    /// Variable length (cu_seqlens): N + 1 offsets in tokens, from 0 to T, not decreasing; sequence n has the tokens
    /// [offsets[n], offsets[n + 1]). Tensors then have B = 1 and states have N entries. A sequence may be empty: its state passes through.
    /// </summary>
    public IReadOnlyList<long>? SequenceOffsets { get; init; }

    /// <summary>
    /// Decode only: sequence b reads and writes entry StateSlots[b] of the state, which may have any number of entries;
    /// -1 skips the sequence (its output is zero). No entry may be named twice.
    /// </summary>
    public IReadOnlyList<long>? StateSlots { get; init; }

    /// <summary>
    /// Decode only, for verifying drafts: an entry of the state for every token (the batch flattened), which takes the state after that token;
    /// -1 keeps none. A sequence starts from its entry in <see cref="StateSlots"/> and leaves it as it is, unless a token names it. If then the first
    /// a tokens of a sequence are accepted, its next call starts from SnapshotSlots[its first token + a - 1] (from the old entry if a is 0): nothing is
    /// copied or computed again. No entry may be named twice.
    /// </summary>
    public IReadOnlyList<long>? SnapshotSlots { get; init; }

    /// <summary>
    /// Decode only: outputs are computed for all tokens of sequence n, but its state advances only by the first AcceptedTokens[n] of them (0: it
    /// stays). With zeros a draft is verified without a trace; the same call with the accepted numbers then advances the states in place. Where
    /// memory is cheaper than time, take <see cref="SnapshotSlots"/>.
    /// </summary>
    public IReadOnlyList<int>? AcceptedTokens { get; init; }

    /// <summary>Tokens a chunk, 1 to 64; null: what runs the call chooses (the host 16, and 32 on the way back; a CUDA card 16 to 64 where inputs have 16 bits).</summary>
    public int? ChunkLength { get; init; }

    /// <summary>True if states are stored [N, heads, V, K] in place of [N, heads, K, V].</summary>
    public bool StateValueFirst { get; init; }

    /// <summary>Element type of the output: Float32, BFloat16 or Float16; null: that of the value input.</summary>
    public DataType? OutputType { get; init; }

    /// <summary>Where the kernels run; null: where the tensors are, which is the host unless one is on a device.</summary>
    public ComputeDevice? Device { get; init; }

    /// <summary>What runs the kernels in place of the device's own engine, for tests.</summary>
    internal IEngine? Engine { get; init; }
}
