using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace AttentionDsl.CodeFixes;

/// <summary>Edits of a declaration's head: its keywords and its inputs.</summary>
internal static class TypeEdits
{
    public static IReadOnlyList<TextChange> Partial(TypeDeclarationSyntax type) => [Insert(type.Keyword.SpanStart, "partial ")];

    public static IReadOnlyList<TextChange> Record(TypeDeclarationSyntax type) => [new(type.Keyword.Span, "record")];

    /// <summary>Another parameter at the end, named like no other.</summary>
    public static IReadOnlyList<TextChange> AddInput(TypeDeclarationSyntax type, string role, string operand, string name)
    {
        ParameterListSyntax? list = type.ParameterList;
        string free = name;
        for (int i = 2; list?.Parameters.Any(x => x.Identifier.Text == free) == true; i++)
        {
            free = $"{name}{i}";
        }

        string parameter = $"[{role}] {operand} {free}";
        return list is null
            ? [Insert((type.TypeParameterList?.Span ?? type.Identifier.Span).End, $"({parameter})")]
            : [Insert(list.CloseParenToken.SpanStart, list.Parameters.Count == 0 ? parameter : $", {parameter}")];
    }

    public static IReadOnlyList<TextChange> Retype(TypeDeclarationSyntax type, string input, string operand) =>
        type.ParameterList?.Parameters.FirstOrDefault(x => x.Identifier.Text == input)?.Type is { } old ? [new(old.Span, operand)] : [];

    /// <summary>A parameter and the comma that it had.</summary>
    public static IReadOnlyList<TextChange> Drop(ParameterSyntax parameter)
    {
        if (parameter.Parent is not ParameterListSyntax list)
        {
            return [];
        }

        int index = list.Parameters.IndexOf(parameter);
        TextSpan span = index > 0
            ? TextSpan.FromBounds(list.Parameters[index - 1].Span.End, parameter.Span.End)
            : list.Parameters.Count > 1 ? TextSpan.FromBounds(parameter.SpanStart, list.Parameters[1].SpanStart) : parameter.Span;
        return [new(span, "")];
    }

    internal static TextChange Insert(int position, string text) => new(new TextSpan(position, 0), text);
}
