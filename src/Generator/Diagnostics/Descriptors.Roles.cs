using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <content>Who plays which role in the state update, with which operand type.</content>
internal static partial class Descriptors
{
    public static readonly DiagnosticDescriptor MissingRole = new(
        "ATTN010",
        "A role that every recurrence has is missing",
        "'{0}' has no {1}; put {2} on a parameter of type {3}, or on a static gate method that computes it",
        "AttentionDsl.Roles",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN010.md");

    public static readonly DiagnosticDescriptor RoleTwice = new(
        "ATTN011",
        "A role is played twice",
        "'{1}' and '{2}' of '{0}' both play {3}; keep one, or let one gate compute it from both",
        "AttentionDsl.Roles",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN011.md");

    public static readonly DiagnosticDescriptor WrongOperand = new(
        "ATTN012",
        "An operand type does not fit its role",
        "'{0}' is a {1}, but {2} takes a {3}; {4}",
        "AttentionDsl.Roles",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN012.md");

    public static readonly DiagnosticDescriptor NoOperand = new(
        "ATTN013",
        "An input has no operand type",
        "'{0}' is of type '{1}'; the inputs of a declaration are of type Scalar, KeyVector or ValueVector",
        "AttentionDsl.Roles",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN013.md");

    public static readonly DiagnosticDescriptor SeveralRoles = new(
        "ATTN014",
        "A parameter or gate has several roles",
        "'{0}' carries {1}; a parameter or gate plays one role: keep one of them",
        "AttentionDsl.Roles",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN014.md");

    public static readonly DiagnosticDescriptor Excluded = new(
        "ATTN015",
        "Two choices exclude each other",
        "'{0}' cannot have {1} together with {2}: {3}",
        "AttentionDsl.Roles",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN015.md");

    public static readonly DiagnosticDescriptor Needs = new(
        "ATTN016",
        "A choice needs another",
        "{1} of '{0}' has no meaning without {2}: {3}",
        "AttentionDsl.Roles",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN016.md");

    public static readonly DiagnosticDescriptor PublishedTensors = new(
        "ATTN017",
        "A publication names every tensor",
        "[PublishedAs(\"{1}\")] names {2} tensors, but '{0}' has {3}: {4}",
        "AttentionDsl.Roles",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN017.md");

    public static readonly DiagnosticDescriptor Setting = new(
        "ATTN018",
        "A setting of an attribute is impossible",
        "{0} = {1} is not possible on '{2}': {3}",
        "AttentionDsl.Roles",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN018.md");

    public static readonly DiagnosticDescriptor NoRole = new(
        "ATTN019",
        "An input is read by nothing",
        "'{0}' has no role, and no gate reads it; give it a role or remove it",
        "AttentionDsl.Roles",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        helpLinkUri: Pages + "ATTN019.md");
}
