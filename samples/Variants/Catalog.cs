using AttentionDsl.Runtime;

namespace AttentionDsl.Variants;

/// <summary>Every declared variant of this library.</summary>
public static class Catalog
{
    /// <summary>The variants, in the order programs show them.</summary>
    public static IReadOnlyList<IVariant> All { get; } = [];
}
