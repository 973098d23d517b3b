using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace AttentionDsl.CodeFixes;

/// <summary>Edits of attributes. One is looked for at the place of the diagnostic first, then on the declaration and its inputs.</summary>
internal static class AttributeEdits
{
    /// <summary>An attribute before a type (on a line of its own), a method or a parameter.</summary>
    public static IReadOnlyList<TextChange> Add(SyntaxNode target, string name)
    {
        int start = target.SpanStart;
        int column = target.SyntaxTree.GetLineSpan(target.Span).StartLinePosition.Character;
        return [TypeEdits.Insert(start, target is ParameterSyntax ? $"[{name}] " : $"[{name}]\n{new string(' ', column)}")];
    }

    /// <summary>An attribute taken away, its list with it if it was alone.</summary>
    public static IReadOnlyList<TextChange> Remove(SyntaxNode node, TypeDeclarationSyntax type, string name)
    {
        if (Find(node, type, name) is not { Parent: AttributeListSyntax list } attribute)
        {
            return [];
        }

        if (list.Attributes.Count == 1)
        {
            return [new(TextSpan.FromBounds(list.SpanStart, list.GetLastToken().GetNextToken().SpanStart), "")];
        }

        int index = list.Attributes.IndexOf(attribute);
        return
        [
            new(index > 0
                ? TextSpan.FromBounds(list.Attributes[index - 1].Span.End, attribute.Span.End)
                : TextSpan.FromBounds(attribute.SpanStart, list.Attributes[1].SpanStart), ""),
        ];
    }

    public static IReadOnlyList<TextChange> Rename(SyntaxNode node, TypeDeclarationSyntax type, string old, string name) =>
        Find(node, type, old) is { } attribute ? [new(attribute.Span, name)] : [];

    /// <summary>A setting of an attribute made true.</summary>
    public static IReadOnlyList<TextChange> Set(SyntaxNode node, TypeDeclarationSyntax type, string name, string setting) => Find(node, type, name) switch
    {
        null => [],
        { ArgumentList: null } attribute => [TypeEdits.Insert(attribute.Span.End, $"({setting} = true)")],
        { ArgumentList: { } list } => Setting(list, setting) is { } known
            ? [new(known.Expression.Span, "true")]
            : [TypeEdits.Insert(list.CloseParenToken.SpanStart, list.Arguments.Count == 0 ? $"{setting} = true" : $", {setting} = true")],
    };

    /// <summary>A setting of an attribute taken away, its parentheses with it if it was alone.</summary>
    public static IReadOnlyList<TextChange> Unset(SyntaxNode node, TypeDeclarationSyntax type, string name, string setting)
    {
        if (Find(node, type, name)?.ArgumentList is not { } list || Setting(list, setting) is not { } known)
        {
            return [];
        }

        int index = list.Arguments.IndexOf(known);
        return
        [
            new(list.Arguments.Count == 1
                ? list.Span
                : index > 0
                    ? TextSpan.FromBounds(list.Arguments[index - 1].Span.End, known.Span.End)
                    : TextSpan.FromBounds(known.SpanStart, list.Arguments[1].SpanStart), ""),
        ];
    }

    private static AttributeArgumentSyntax? Setting(AttributeArgumentListSyntax list, string name) =>
        list.Arguments.FirstOrDefault(x => x.NameEquals?.Name.Identifier.Text == name);

    private static AttributeSyntax? Find(SyntaxNode node, TypeDeclarationSyntax type, string name)
    {
        IEnumerable<SyntaxList<AttributeListSyntax>> places = node.AncestorsAndSelf().TakeWhile(x => x != type)
            .Select(x => x switch { ParameterSyntax p => p.AttributeLists, MethodDeclarationSyntax m => m.AttributeLists, _ => default })
            .Append(type.AttributeLists)
            .Concat(type.ParameterList?.Parameters.Select(x => x.AttributeLists) ?? []);
        return node.FirstAncestorOrSelf<AttributeSyntax>() is { } self && IsNamed(self, name)
            ? self
            : places.SelectMany(x => x).SelectMany(x => x.Attributes).FirstOrDefault(x => IsNamed(x, name));
    }

    private static bool IsNamed(AttributeSyntax attribute, string name)
    {
        string written = attribute.Name is QualifiedNameSyntax qualified ? qualified.Right.Identifier.Text : attribute.Name.ToString();
        return written == name || written == name + "Attribute";
    }
}
