using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace AttentionDsl.CodeFixes;

/// <summary>Edits of gate methods.</summary>
internal static class GateEdits
{
    /// <summary>Static, of float, and one expression after an arrow, as far as that is only another way to write it.</summary>
    public static IReadOnlyList<TextChange> Shape(MethodDeclarationSyntax method)
    {
        List<TextChange> edits = [];
        bool isFloat = method.ReturnType is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.FloatKeyword };
        if (!method.Modifiers.Any(SyntaxKind.StaticKeyword))
        {
            edits.Add(TypeEdits.Insert(method.ReturnType.SpanStart, "static "));
        }

        if (!isFloat)
        {
            edits.Add(new TextChange(method.ReturnType.Span, "float"));
        }

        if (method.Body is { } body)
        {
            if (body.Statements.Count != 1 || body.Statements[0] is not ReturnStatementSyntax { Expression: { } value })
            {
                return [];
            }

            edits.Add(new TextChange(TextSpan.FromBounds(method.ParameterList.Span.End, body.Span.End), $" => {value};"));
        }

        return edits;
    }

    /// <summary>The gate's expression inside another, at its @.</summary>
    public static IReadOnlyList<TextChange> Wrap(MethodDeclarationSyntax method, string around) =>
        method.ExpressionBody?.Expression is { } value ? [new(value.Span, around.Replace("@", value.ToString()))] : [];
}
