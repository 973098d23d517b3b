
namespace AttentionDsl.Variants;

/// <summary>Comba (arXiv 2506.02475): the erase reads the state with a key of its own, and before the token's decay.</summary>
[RecurrentAttention]
[PublishedAs("comba", "q k v p g beta")]
public partial record Comba(
    [Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [EraseKey] KeyVector P,
    [LogDecay] Scalar G, [WriteStrength, DeltaRule(EraseBeforeDecay = true)] Scalar Beta);

/// <summary>Comba with queries, keys and erase keys normalised inside the kernels.</summary>
[RecurrentAttention]
[PublishedAs("comba", "q k v p g beta", Flags = "use_qk_l2norm_in_kernel")]
public partial record NormalizedComba(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V, [EraseKey(L2Normalize = true)] KeyVector P,
    [LogDecay] Scalar G, [WriteStrength, DeltaRule(EraseBeforeDecay = true)] Scalar Beta);
