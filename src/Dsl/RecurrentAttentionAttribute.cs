namespace AttentionDsl;

/// <summary>
/// Declares a recurrent attention layer. The record's parameters are the inputs of the state update, each with its role;
/// the operand type (<see cref="Scalar"/>, <see cref="KeyVector"/>, <see cref="ValueVector"/>) is the granularity.
/// The generator adds <c>Decode</c>, <c>Forward</c> and <c>Backward</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class RecurrentAttentionAttribute : Attribute
{
    /// <summary>Factor on the query if the caller gives none; not a number (the default) means 1 / sqrt(K).</summary>
    public float Scale { get; set; } = float.NaN;

    /// <summary>
    /// True if a token updates the state several times (householder products, DeltaProduct arXiv 2502.10297): key, value, write strength
    /// and erase inputs then have n rows a token, tensors [B, T n, heads, ...] off whose lengths n is read; the decay applies once, before the first; the query reads after the last.
    /// </summary>
    public bool SeveralUpdates { get; set; }

    /// <summary>True if the query reads the state before the token's decay and write (RWKV-6, arXiv 2404.05892).</summary>
    public bool ReadBeforeWrite { get; set; }

    /// <summary>Key channels of a head that the layer is meant for; 0 (the default): not said. Only diagnostics read it: kernels take any size.</summary>
    public int KeyChannels { get; set; }

    /// <summary>Value channels of a head that the layer is meant for; 0 (the default): not said. Only diagnostics read it: kernels take any size.</summary>
    public int ValueChannels { get; set; }
}
