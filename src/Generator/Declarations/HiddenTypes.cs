using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <summary>Types that come before those that generated code means, because they stand in a type or namespace around the declaration.</summary>
internal static class HiddenTypes
{
    /// <summary>The types of AttentionDsl and AttentionDsl.Runtime that generated code calls by their short names.</summary>
    internal static readonly string[] Used =
    [
        "AnySizes", "BackwardResult", "Between", "Borders", "Causal", "Channels", "DeviceLaunch", "DiagonalBorders", "ForwardResult", "IDeviceTile", "IKnownSizes", "INumber", "ITile",
        "IVariantKernels", "InputDescription", "Into", "KernelKind", "Operand", "Padded", "ParameterDescription", "Prepared",
        "PreparedTraining", "Publication", "RunOptions", "Sizes", "States", "Tensor", "Variant", "VariantDescription", "Work",
    ];

    public static void Check(INamedTypeSymbol type, ProblemList problems)
    {
        for (INamespaceOrTypeSymbol? scope = Around(type); scope is not null; scope = Around(scope))
        {
            foreach (string name in Used)
            {
                if (scope.GetTypeMembers(name).FirstOrDefault(x => !IsOurs(x)) is { } other)
                {
                    problems.Add(Problem.At("ATTN006", "", type.Name, other.ToDisplayString(), name));
                }
            }
        }
    }

    private static INamespaceOrTypeSymbol? Around(INamespaceOrTypeSymbol symbol) => (INamespaceOrTypeSymbol?)symbol.ContainingType ?? symbol.ContainingNamespace;

    private static bool IsOurs(INamedTypeSymbol type) => type.ContainingNamespace is { } space
        && (space.ToDisplayString() is AttentionDsl or AttentionDsl + ".Runtime");

    private const string AttentionDsl = AttributeReading.Namespace;
}
