using static AttentionDsl.GateMath;

namespace AttentionDsl.Variants;

/// <summary>
/// RWKV-7's time mixing (Peng et al., arXiv 2503.14456) from what its layer computes: the removal key kk (of length 1), the in-context
/// learning rate eta (a logit) and the raw decay w.
/// </summary>
[RecurrentAttention(Scale = 1)]
public partial record Rwkv7(
    [Query] KeyVector R, [Key] KeyVector K, [Value] ValueVector V, KeyVector Kk, KeyVector Eta, [LogDecay] KeyVector W)
{
    [TransitionRead]
    private static float Removal(float kk) => -kk;

    [TransitionWrite]
    private static float Replacement(float kk, float eta) => kk * Sigmoid(eta);

    [Gate(nameof(W))]
    private static float Decay(float w) => -0.6065306597f * Sigmoid(w);
}
