using static AttentionDsl.GateMath;

namespace AttentionDsl.Variants;

/// <summary>Nobody's yet: RetNet's constant decay with the delta rule.</summary>
[RecurrentAttention]
public partial record ConstantDecayDelta(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V, [WriteStrength, DeltaRule] Scalar Beta)
{
    [LogDecay]
    private static float Decay([HeadIndex] float head) => Log(1 - Exp(-(5 + head) * Log(2)));
}

/// <summary>Nobody's yet: the delta rule with a decay for every value channel.</summary>
[RecurrentAttention]
public partial record ValueDecayDelta(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V, [LogDecay] ValueVector G, [WriteStrength, DeltaRule] Scalar Beta);

/// <summary>Nobody's yet: several delta-rule writes a token under a decay for every key channel.</summary>
[RecurrentAttention(SeveralUpdates = true)]
public partial record KimiDeltaProduct(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V, [LogDecay] KeyVector G, [WriteStrength, DeltaRule] Scalar Beta);
