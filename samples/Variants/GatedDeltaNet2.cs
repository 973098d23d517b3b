
namespace AttentionDsl.Variants;

/// <summary>GDN-2 (arXiv 2605.22791): an erase gate b on the keys and a write gate w on the values in place of one write strength.</summary>
[RecurrentAttention]
[DeltaRule]
[PublishedAs("gdn2", "q k v g b w")]
public partial record GatedDeltaNet2(
    [Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [LogDecay] KeyVector G, [EraseGate] KeyVector B, [WriteGate] ValueVector W);

/// <summary>GDN-2, queries and keys normalised inside the kernels.</summary>
[RecurrentAttention]
[DeltaRule]
[PublishedAs("gdn2", "q k v g b w", Flags = "use_qk_l2norm_in_kernel")]
public partial record NormalizedGatedDeltaNet2(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V,
    [LogDecay] KeyVector G, [EraseGate] KeyVector B, [WriteGate] ValueVector W);
