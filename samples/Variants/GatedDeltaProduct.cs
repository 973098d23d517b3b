
namespace AttentionDsl.Variants;

/// <summary>Gated DeltaProduct (Siems et al., arXiv 2502.10297): a token writes several times (householder steps), the decay applies once.</summary>
[RecurrentAttention(SeveralUpdates = true)]
[PublishedAs("gated_delta_product", "q k v g beta")]
public partial record GatedDeltaProduct(
    [Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [LogDecay] Scalar G, [WriteStrength, DeltaRule] Scalar Beta);

/// <summary>Gated DeltaProduct, queries and keys normalised inside the kernels.</summary>
[RecurrentAttention(SeveralUpdates = true)]
[PublishedAs("gated_delta_product", "q k v g beta", Flags = "use_qk_l2norm_in_kernel")]
public partial record NormalizedGatedDeltaProduct(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V,
    [LogDecay] Scalar G, [WriteStrength, DeltaRule] Scalar Beta);

/// <summary>DeltaProduct: several delta-rule writes a token and no decay.</summary>
[RecurrentAttention(SeveralUpdates = true)]
[PublishedAs("gated_delta_product", "q k v beta", Flags = "no_gate")]
public partial record DeltaProduct([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [WriteStrength, DeltaRule] Scalar Beta);
