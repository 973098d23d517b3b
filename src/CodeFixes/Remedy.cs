using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace AttentionDsl.CodeFixes;

/// <summary>What a code fix is called and which edits it makes.</summary>
/// <param name="Title">The name in the editor's menu.</param>
/// <param name="Edits">The edits; none if the source is not as expected.</param>
internal sealed record Remedy(string Title, IReadOnlyList<TextChange> Edits)
{
    /// <summary>The remedy that a diagnostic carries; null if its verb is not known.</summary>
    /// <param name="fix">The verb and its objects, separated by colons.</param>
    /// <param name="root">The file.</param>
    /// <param name="span">The place of the diagnostic.</param>
    public static Remedy? Of(string fix, SyntaxNode root, TextSpan span)
    {
        SyntaxNode node = root.FindNode(span, getInnermostNodeForTie: true);
        if (node.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type)
        {
            return null;
        }

        int colon = fix.IndexOf(':');
        string verb = colon < 0 ? fix : fix.Substring(0, colon), rest = fix.Substring(colon + 1);
        string[] objects = rest.Split(':');
        MethodDeclarationSyntax? method = node.FirstAncestorOrSelf<MethodDeclarationSyntax>();
        ParameterSyntax? parameter = node.FirstAncestorOrSelf<ParameterSyntax>();
        return verb switch
        {
            "partial" => new($"Make '{type.Identifier}' partial", TypeEdits.Partial(type)),
            "record" => new($"Make '{type.Identifier}' a record", TypeEdits.Record(type)),
            "input" => new($"Add the input [{objects[0]}]", TypeEdits.AddInput(type, objects[0], objects[1], objects[2])),
            "type" => new($"Make '{objects[0]}' a {objects[1]}", TypeEdits.Retype(type, objects[0], objects[1])),
            "drop" when parameter is not null => new($"Remove the input '{parameter.Identifier}'", TypeEdits.Drop(parameter)),
            "attribute" => new($"Add [{rest}]", AttributeEdits.Add(method is null ? type : parameter ?? (SyntaxNode)method, rest)),
            "remove" => new($"Remove [{rest}]", AttributeEdits.Remove(node, type, rest)),
            "role" => new($"Replace [{objects[0]}] by [{objects[1]}]", AttributeEdits.Rename(node, type, objects[0], objects[1])),
            "set" => new($"Set {objects[1]} = true", AttributeEdits.Set(node, type, objects[0], objects[1])),
            "unset" => new($"Remove {objects[1]}", AttributeEdits.Unset(node, type, objects[0], objects[1])),
            "gate" when method is not null => new($"Make '{method.Identifier}' a static expression", GateEdits.Shape(method)),
            "wrap" when method is not null => new($"Write {rest.Replace("@", "...")}", GateEdits.Wrap(method, rest)),
            "text" => new($"Write {rest}", new[] { new TextChange(span, rest) }),
            _ => null,
        };
    }
}
