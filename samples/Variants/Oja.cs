
namespace AttentionDsl.Variants;

/// <summary>Oja's rule: the write erases on the side of the values, S + beta (k - S v) v^T, with a decay for every value channel.</summary>
[RecurrentAttention]
public partial record Oja(
    [Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [LogDecay] ValueVector G, [WriteStrength, DeltaRule(Side = StateSide.Value)] Scalar Beta);
