using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <content>Ideas that no chunk-parallel form exists for.</content>
internal static partial class Descriptors
{
    public static readonly DiagnosticDescriptor ReadsState = new(
        "ATTN030",
        "A gate reads the state",
        "The gate '{0}' reads the state or the output ('{1}'): the product of transitions that depend on the state has no closed form, so the tokens of a chunk cannot be computed side by side; let the gate depend on inputs of its token",
        "AttentionDsl.Parallel",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN030.md");

    public static readonly DiagnosticDescriptor DecayDoesNotFactor = new(
        "ATTN031",
        "A decay does not factor into key and value channels",
        "The log decay '{0}' depends on the key channel ('{1}') and on the value channel ('{2}') at once: exp(g[k, v]) is no product of a row's and a column's factor, and every value column would need its own Gram matrix; declare one decay a key channel and one a value channel, which add up",
        "AttentionDsl.Parallel",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN031.md");

    public static readonly DiagnosticDescriptor ErasePerValue = new(
        "ATTN032",
        "The erase varies along value channels",
        "'{0}' scales the erase by a number a {1} channel: every {1} column would need its own triangular inverse of the chunk; {2}",
        "AttentionDsl.Parallel",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN032.md");

    public static readonly DiagnosticDescriptor ValueDecayAfterErase = new(
        "ATTN033",
        "An erase before the decay, with a decay along the other side",
        "'{0}' erases before the decay, and '{1}' decays each {2} channel by itself: every {2} column would need its own triangular inverse of the chunk; erase after the decay, or decay per head or per {3} channel",
        "AttentionDsl.Parallel",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN033.md");

    public static readonly DiagnosticDescriptor CurrentTokenUnread = new(
        "ATTN034",
        "The current token is not read",
        "'{0}' reads before the write and has no [Bonus]: a token's output does not see its own key and value; add a [Bonus] if it should",
        "AttentionDsl.Parallel",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN034.md");
}
