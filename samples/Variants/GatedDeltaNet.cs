using static AttentionDsl.GateMath;

namespace AttentionDsl.Variants;

/// <summary>Gated DeltaNet (Yang et al., arXiv 2412.06464) as a layer uses it: normalised q and k, both gates inside the kernels.</summary>
[RecurrentAttention]
[PublishedAs("gated_delta_rule", "q k v g beta A_log dt_bias?", Flags = "use_qk_l2norm_in_kernel use_gate_in_kernel use_beta_sigmoid_in_kernel")]
public partial record GatedDeltaNet(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V,
    [LogDecay] Scalar G, [WriteStrength, DeltaRule] Scalar Beta)
{
    [Gate(nameof(G))]
    private static float Decay(float g, [PerHead] float aLog, [PerHead] float dtBias) => -Exp(aLog) * Softplus(g + dtBias);

    [Gate(nameof(Beta))]
    private static float Strength(float beta) => Sigmoid(beta);
}

/// <summary>The gated delta rule alone: log decay and write strength as they are.</summary>
[RecurrentAttention]
[PublishedAs("gated_delta_rule", "q k v g beta")]
public partial record GatedDeltaRule(
    [Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [LogDecay] Scalar G, [WriteStrength, DeltaRule] Scalar Beta);

/// <summary>The gated delta rule, queries and keys normalised inside the kernels.</summary>
[RecurrentAttention]
[PublishedAs("gated_delta_rule", "q k v g beta", Flags = "use_qk_l2norm_in_kernel")]
public partial record NormalizedGatedDeltaRule(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V,
    [LogDecay] Scalar G, [WriteStrength, DeltaRule] Scalar Beta);
