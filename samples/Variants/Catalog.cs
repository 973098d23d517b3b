using AttentionDsl.Runtime;

namespace AttentionDsl.Variants;

/// <summary>Every declared variant of this library.</summary>
public static class Catalog
{
    /// <summary>The variants, in the order programs show them.</summary>
    public static IReadOnlyList<IVariant> All { get; } =
    [
        LinearAttention.Variant,
        NormalizedLinearAttention.Variant,
        RetNet.Variant,
        LightningAttention.Variant,
        SimpleGla.Variant,
        Mamba2.Variant,
        Gla.Variant,
        Hgrn.Variant,
        Hgrn2.Variant,
        Rwkv6.Variant,
        DeltaNet.Variant,
        NormalizedDeltaNet.Variant,
        NegativeEigenvalueDeltaNet.Variant,
        GatedDeltaNet.Variant,
        GatedDeltaRule.Variant,
        NormalizedGatedDeltaRule.Variant,
        KimiDelta.Variant,
        BoundedKimiDelta.Variant,
        KimiDeltaRule.Variant,
        NormalizedKimiDeltaRule.Variant,
        GatedDeltaNet2.Variant,
        NormalizedGatedDeltaNet2.Variant,
        Comba.Variant,
        NormalizedComba.Variant,
        GatedDeltaProduct.Variant,
        NormalizedGatedDeltaProduct.Variant,
        DeltaProduct.Variant,
        Dplr.Variant,
        Iplr.Variant,
        Rwkv7.Variant,
        Oja.Variant,
        ConstantDecayDelta.Variant,
        ValueDecayDelta.Variant,
        KimiDeltaProduct.Variant,
    ];
}
