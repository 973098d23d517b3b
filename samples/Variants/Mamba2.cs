using static AttentionDsl.GateMath;

namespace AttentionDsl.Variants;

/// <summary>
/// Mamba-2 (Dao and Gu, arXiv 2405.21060): step size d = softplus(dt + dt_bias), log decay -d exp(A_log), write d x, skip D x.
/// C is the query, B the key (both may have fewer heads: groups), x the value.
/// </summary>
[RecurrentAttention(Scale = 1)]
[PublishedAs("mamba2", "C B x dt dt_bias A_log D")]
public partial record Mamba2([Query] KeyVector C, [Key] KeyVector B, [Value] ValueVector X, Scalar Dt)
{
    [Gate(nameof(X))]
    private static float Write(float x, float dt, [PerHead] float dtBias) => Step(dt, dtBias) * x;

    [LogDecay]
    private static float Decay(float dt, [PerHead] float dtBias, [PerHead] float aLog) => -Exp(aLog) * Step(dt, dtBias);

    [Output]
    private static float Skip(float o, float x, [PerHead] float d) => o + d * x;

    private static float Step(float dt, float dtBias) => Softplus(dt + dtBias);
}
