using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <summary>Reads the attributes and operand types of the DSL off symbols. They are known by their full names; the generator does not reference the DSL's assembly.</summary>
internal static class AttributeReading
{
    public const string Namespace = "AttentionDsl";

    /// <summary>The metadata name of the attribute that makes a record a declaration.</summary>
    public const string Marker = "AttentionDsl.RecurrentAttentionAttribute";

    private static readonly Dictionary<string, Role> Roles = new()
    {
        ["Query"] = Role.Query,
        ["Key"] = Role.Key,
        ["Value"] = Role.Value,
        ["LogDecay"] = Role.LogDecay,
        ["WriteStrength"] = Role.WriteStrength,
        ["EraseGate"] = Role.EraseGate,
        ["WriteGate"] = Role.WriteGate,
        ["EraseKey"] = Role.EraseKey,
        ["TransitionRead"] = Role.TransitionRead,
        ["TransitionWrite"] = Role.TransitionWrite,
        ["Bonus"] = Role.Bonus,
        ["Output"] = Role.Output,
    };

    private static readonly Dictionary<string, GateParameterKind> Kinds = new()
    {
        ["PerHead"] = GateParameterKind.PerHead,
        ["PerKeyChannel"] = GateParameterKind.PerKeyChannel,
        ["PerValueChannel"] = GateParameterKind.PerValueChannel,
        ["Setting"] = GateParameterKind.Setting,
        ["HeadIndex"] = GateParameterKind.HeadIndex,
        ["HeadCount"] = GateParameterKind.HeadCount,
        ["Normalizer"] = GateParameterKind.Normalizer,
    };

    /// <summary>The attributes of the DSL on a symbol, by their names without the ending <c>Attribute</c>, in the order they are written.</summary>
    public static IEnumerable<(string Name, AttributeData Data)> DslAttributes(this ISymbol symbol) =>
        from data in symbol.GetAttributes()
        where data.AttributeClass is { ContainingType: null, ContainingNamespace: { Name: Namespace, ContainingNamespace.IsGlobalNamespace: true } } type
            && type.Name.EndsWith("Attribute", StringComparison.Ordinal)
        select (data.AttributeClass!.Name.Substring(0, data.AttributeClass.Name.Length - "Attribute".Length), data);

    /// <summary>An attribute of the DSL on a symbol by its short name, or null.</summary>
    public static AttributeData? Dsl(this ISymbol symbol, string name) => symbol.DslAttributes().FirstOrDefault(x => x.Name == name).Data;

    /// <summary>The role attributes on a symbol.</summary>
    public static IEnumerable<(Role Role, AttributeData Data)> RoleAttributes(this ISymbol symbol) =>
        from x in symbol.DslAttributes() where Roles.ContainsKey(x.Name) select (Roles[x.Name], x.Data);

    /// <summary>The attributes on a gate's parameter that say what it stands for.</summary>
    public static IEnumerable<(GateParameterKind Kind, string Name)> KindAttributes(this ISymbol symbol) =>
        from x in symbol.DslAttributes() where Kinds.ContainsKey(x.Name) select (Kinds[x.Name], x.Name);

    /// <summary>A named argument of an attribute as written; the fallback if it is left out.</summary>
    public static T Named<T>(this AttributeData data, string name, T fallback) =>
        data.NamedArguments.FirstOrDefault(x => x.Key == name).Value.Value is T value ? value : fallback;

    /// <summary>A positional text argument of an attribute; empty if the code does not compile that far.</summary>
    public static string Text(this AttributeData data, int index) =>
        index < data.ConstructorArguments.Length && data.ConstructorArguments[index].Value is string text ? text : "";

    public static Location? Place(this AttributeData data, CancellationToken token) => data.ApplicationSyntaxReference?.GetSyntax(token).GetLocation();

    /// <summary>The granularity that an operand type stands for; null if it is no operand type.</summary>
    public static Channels? OperandChannels(this ITypeSymbol type) =>
        type is { ContainingType: null, ContainingNamespace: { Name: Namespace, ContainingNamespace.IsGlobalNamespace: true } }
            ? type.Name switch
            {
                "Scalar" => Channels.Scalar,
                "KeyVector" => Channels.Key,
                "ValueVector" => Channels.Value,
                _ => null,
            }
            : null;
}
