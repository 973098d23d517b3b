using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <content>Gates: the language that can be differentiated, and what gates may read.</content>
internal static partial class Descriptors
{
    public static readonly DiagnosticDescriptor GateShape = new(
        "ATTN020",
        "A gate is a static, expression-bodied method of floats",
        "The gate '{0}' must be a static, expression-bodied method of floats, but {1}",
        "AttentionDsl.Gates",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN020.md");

    public static readonly DiagnosticDescriptor GateLanguage = new(
        "ATTN021",
        "A gate uses a construct outside the language of gates",
        "The gate '{0}' uses '{1}', which cannot be differentiated: {2}",
        "AttentionDsl.Gates",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN021.md");

    public static readonly DiagnosticDescriptor UnknownFunction = new(
        "ATTN022",
        "A gate calls a function without a known derivative",
        "The gate '{0}' calls '{1}', whose derivative is not known: {2}",
        "AttentionDsl.Gates",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN022.md");

    public static readonly DiagnosticDescriptor GateTarget = new(
        "ATTN023",
        "A gate computes no input with a role",
        "The gate '{0}' computes '{1}', which {2}; the inputs that a gate can compute are {3}",
        "AttentionDsl.Gates",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN023.md");

    public static readonly DiagnosticDescriptor GateParameter = new(
        "ATTN024",
        "A gate's parameter stands for nothing, or for two things",
        "The parameter '{1}' of the gate '{0}' {2}",
        "AttentionDsl.Gates",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN024.md");

    public static readonly DiagnosticDescriptor TargetTwice = new(
        "ATTN025",
        "An input is computed by two gates",
        "The gates '{0}' and '{1}' both compute '{2}'; keep one",
        "AttentionDsl.Gates",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN025.md");

    public static readonly DiagnosticDescriptor GateCycle = new(
        "ATTN026",
        "Gates call one another in a circle",
        "The gate '{0}' calls itself ({1}); a gate is one finite expression: remove the call",
        "AttentionDsl.Gates",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN026.md");

    public static readonly DiagnosticDescriptor GateChannels = new(
        "ATTN027",
        "A gate reads channels that its value does not have",
        "The gate '{0}' computes {1}, a {2}, from '{3}', which has a number a {4} channel; {5}",
        "AttentionDsl.Gates",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN027.md");

    public static readonly DiagnosticDescriptor ParameterKinds = new(
        "ATTN028",
        "A parameter of two gates means two things",
        "The parameter '{0}' is [{1}] in the gate '{2}' and [{3}] in the gate '{4}', but parameters of one name are one parameter; rename one or give both the same attribute",
        "AttentionDsl.Gates",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN028.md");

    public static readonly DiagnosticDescriptor GateRows = new(
        "ATTN029",
        "A gate reads rows that its value does not have",
        "The gate '{0}' computes {1}, one row a token, from '{2}', which has a row for every state update of the token; read an input without several updates",
        "AttentionDsl.Gates",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN029.md");
}
