using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <content>Whether the state stays bounded and exponents stay in range, as far as expressions prove it.</content>
internal static partial class Descriptors
{
    public static readonly DiagnosticDescriptor DecayGrows = new(
        "ATTN040",
        "A log decay is never negative",
        "The log decay '{0}' is never below 0 (its values lie in {1}): the state is multiplied by exp(g) >= 1 at every token and grows; did you mean the negative, or the logarithm?",
        "AttentionDsl.Stability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN040.md");

    public static readonly DiagnosticDescriptor DecayMayGrow = new(
        "ATTN041",
        "A log decay can be positive",
        "The log decay '{0}' is {1} at {2}: where it is above 0 the state is multiplied by exp(g) > 1; see that its arguments never get there, or write it as -Exp(...) * Softplus(...) or LogSigmoid(...)",
        "AttentionDsl.Stability",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN041.md");

    public static readonly DiagnosticDescriptor StrengthOutOfRange = new(
        "ATTN042",
        "An erase can leave the range of stability",
        "'{0}' is {1} at {2}: the delta rule multiplies the state along a unit key by 1 - {1} = {3}, and |1 - beta| <= 1 needs beta in [0, 2]; wrap it in Sigmoid(...) or 2 * Sigmoid(...)",
        "AttentionDsl.Stability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN042.md");

    public static readonly DiagnosticDescriptor StabilityOfInputs = new(
        "ATTN043",
        "The stability of the delta rule rests on the input tensors",
        "The delta rule of '{0}' keeps the state bounded only if 0 <= {1} <= 2; nothing declares that {2}",
        "AttentionDsl.Stability",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN043.md");

    public static readonly DiagnosticDescriptor FreeTransition = new(
        "ATTN044",
        "Nothing bounds a general transition",
        "The transition of '{0}' multiplies the state by diag(exp g) + b a^T with free '{1}' and '{2}': it can have a spectral radius above 1; b = -lambda a with |a| = 1 and lambda in [0, 2] keeps it bounded, and so does the delta rule with normalised keys",
        "AttentionDsl.Stability",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN044.md");

    public static readonly DiagnosticDescriptor BoundNotKept = new(
        "ATTN045",
        "A gate does not keep a promised lower bound",
        "'{0}' promises a log decay of at least {1}, but the gate '{2}' is {3} at {4}, and {3} < {1}; write Max({1}, ...), or a bounded gate such as {1} * Sigmoid(...)",
        "AttentionDsl.Stability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN045.md");

    public static readonly DiagnosticDescriptor BoundTooLow = new(
        "ATTN046",
        "A lower bound is too low to choose a faster form",
        "The lower bound {1} of '{0}' changes nothing: a block of 16 tokens is one product only if |bound| * 15 * log2(e) <= 124, and {2} * 15 * 1.4427 = {3}; a bound of {4} or above would do",
        "AttentionDsl.Stability",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN046.md");

    public static readonly DiagnosticDescriptor Overflows = new(
        "ATTN047",
        "A gate overflows for large arguments",
        "'{1}' in the gate '{0}' overflows for large arguments; write {2}, which does not",
        "AttentionDsl.Stability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN047.md");

    public static readonly DiagnosticDescriptor KeysNotNormalised = new(
        "ATTN048",
        "The keys of a delta rule are not normalised",
        "The delta rule of '{0}' multiplies the state along a key by 1 - {2} |k|^2, which needs {2} |k|^2 <= 2, but nothing bounds the length of '{1}'; set L2Normalize = true, so that unit {3} leave 1 - {2}",
        "AttentionDsl.Stability",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN048.md");
}
