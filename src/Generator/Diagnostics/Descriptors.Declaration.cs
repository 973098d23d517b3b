using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <content>What the compiler must be able to extend: a partial record.</content>
internal static partial class Descriptors
{
    public static readonly DiagnosticDescriptor NotPartial = new(
        "ATTN001",
        "A declaration is partial",
        "'{0}' must be declared partial so that its kernels can be generated; add 'partial'",
        "AttentionDsl.Declaration",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN001.md");

    public static readonly DiagnosticDescriptor EnclosingNotPartial = new(
        "ATTN002",
        "The types around a declaration are partial",
        "'{0}' encloses the declaration '{1}' and must be partial, too; add 'partial'",
        "AttentionDsl.Declaration",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN002.md");

    public static readonly DiagnosticDescriptor NotRecord = new(
        "ATTN003",
        "A declaration is a record",
        "'{0}' is a {1}; a declaration is a record whose parameters are the inputs of the state update: write 'partial record {0}(...)'",
        "AttentionDsl.Declaration",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN003.md");

    public static readonly DiagnosticDescriptor NotNameable = new(
        "ATTN004",
        "A declaration is one concrete type",
        "'{0}' cannot be a declaration because {1}; kernels need one concrete type with a name: {2}",
        "AttentionDsl.Declaration",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN004.md");

    public static readonly DiagnosticDescriptor NameTaken = new(
        "ATTN005",
        "A name is taken by a generated member",
        "'{1}' of '{0}' has the name of a generated member; rename it",
        "AttentionDsl.Declaration",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN005.md");

    public static readonly DiagnosticDescriptor TypeHidden = new(
        "ATTN006",
        "A type hides one that generated code uses",
        "The type '{1}' hides AttentionDsl's '{2}' where '{0}' stands, and generated code needs that one; move '{0}' into another namespace",
        "AttentionDsl.Declaration",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN006.md");
}
