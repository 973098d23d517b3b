using static AttentionDsl.GateMath;

namespace AttentionDsl.Variants;

/// <summary>DeltaNet (Yang et al., arXiv 2406.06484): a write first erases what the state answers to its key.</summary>
[RecurrentAttention]
[PublishedAs("delta_rule", "q k v beta")]
public partial record DeltaNet([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [WriteStrength, DeltaRule] Scalar Beta);

/// <summary>DeltaNet as its layer calls it: queries and keys normalised inside the kernels.</summary>
[RecurrentAttention]
[PublishedAs("delta_rule", "q k v beta", Flags = "use_qk_l2norm_in_kernel")]
public partial record NormalizedDeltaNet(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V, [WriteStrength, DeltaRule] Scalar Beta);

/// <summary>DeltaNet with eigenvalues down to -1 (Grazzi et al., arXiv 2411.12537): beta in (0, 2), so that a token can flip a direction of the state.</summary>
[RecurrentAttention]
public partial record NegativeEigenvalueDeltaNet(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V, [WriteStrength, DeltaRule] Scalar Beta)
{
    [Gate(nameof(Beta))]
    private static float Strength(float beta) => 2 * Sigmoid(beta);
}
