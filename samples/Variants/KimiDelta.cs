using static AttentionDsl.GateMath;

namespace AttentionDsl.Variants;

/// <summary>Kimi Delta Attention (arXiv 2510.26692) as a layer uses it: the gated delta rule with a log decay for every key channel.</summary>
[RecurrentAttention]
[PublishedAs("kda", "q k v g beta A_log dt_bias?", Flags = "use_qk_l2norm_in_kernel use_gate_in_kernel use_beta_sigmoid_in_kernel")]
public partial record KimiDelta(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V,
    [LogDecay] KeyVector G, [WriteStrength, DeltaRule] Scalar Beta)
{
    [Gate(nameof(G))]
    private static float Decay(float g, [PerHead] float aLog, [PerKeyChannel] float dtBias) => -Exp(aLog) * Softplus(g + dtBias);

    [Gate(nameof(Beta))]
    private static float Strength(float beta) => Sigmoid(beta);
}

/// <summary>Kimi Delta Attention with a bounded gate: no log decay is below -5.</summary>
[RecurrentAttention]
[PublishedAs("kda", "q k v g beta A_log? dt_bias?", Flags = "use_qk_l2norm_in_kernel use_gate_in_kernel use_beta_sigmoid_in_kernel lower_bound=-5")]
public partial record BoundedKimiDelta(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V,
    [LogDecay(LowerBound = -5)] KeyVector G, [WriteStrength, DeltaRule] Scalar Beta)
{
    [Gate(nameof(G))]
    private static float Decay(float g, [PerHead] float aLog, [PerKeyChannel] float dtBias) => -5 * Sigmoid(Exp(aLog) * (g + dtBias));

    [Gate(nameof(Beta))]
    private static float Strength(float beta) => Sigmoid(beta);
}

/// <summary>The recurrence of KDA alone: log decay and write strength as they are.</summary>
[RecurrentAttention]
[PublishedAs("kda", "q k v g beta")]
public partial record KimiDeltaRule(
    [Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [LogDecay] KeyVector G, [WriteStrength, DeltaRule] Scalar Beta);

/// <summary>The recurrence of KDA, queries and keys normalised inside the kernels.</summary>
[RecurrentAttention]
[PublishedAs("kda", "q k v g beta", Flags = "use_qk_l2norm_in_kernel")]
public partial record NormalizedKimiDeltaRule(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V,
    [LogDecay] KeyVector G, [WriteStrength, DeltaRule] Scalar Beta);
