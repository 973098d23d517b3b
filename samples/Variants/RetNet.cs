using static AttentionDsl.GateMath;

namespace AttentionDsl.Variants;

/// <summary>RetNet's retention (Sun et al., arXiv 2307.08621): a constant decay gamma = 1 - 2^(-5 - head) for every head.</summary>
[RecurrentAttention]
[PublishedAs("retention", "q k v")]
public partial record RetNet([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V)
{
    [LogDecay]
    private static float Decay([HeadIndex] float head) => Log(1 - Exp(-(5 + head) * Log(2)));
}
