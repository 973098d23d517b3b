using AttentionDsl.Runtime;
using AttentionDsl.Variants;
using static AttentionDsl.GateMath;

namespace AttentionDsl.Lab;

/// <summary>What the laboratory can train. Declare a record here, add it to the list, and <c>--mixers</c> knows its name.</summary>
internal static class Variants
{
    public static IReadOnlyList<IVariant> All { get; } =
    [
        .. Catalog.All,
        NegativeEigenvalueGatedDeltaNet.Variant,
        NegativeEigenvalueDeltaProduct.Variant,
    ];
}

/// <summary>Gated DeltaNet with beta in (0, 2): a token can flip a direction of the state.</summary>
[RecurrentAttention]
internal partial record NegativeEigenvalueGatedDeltaNet(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V,
    [LogDecay] Scalar G, [WriteStrength, DeltaRule] Scalar Beta)
{
    [Gate(nameof(G))]
    private static float Decay(float g, [PerHead] float aLog, [PerHead] float dtBias) => -Exp(aLog) * Softplus(g + dtBias);

    [Gate(nameof(Beta))]
    private static float Strength(float beta) => 2 * Sigmoid(beta);
}

/// <summary>DeltaProduct with beta in (0, 2): two flips of a token are a rotation.</summary>
[RecurrentAttention(SeveralUpdates = true)]
internal partial record NegativeEigenvalueDeltaProduct(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V, [WriteStrength, DeltaRule] Scalar Beta)
{
    [Gate(nameof(Beta))]
    private static float Strength(float beta) => 2 * Sigmoid(beta);
}
