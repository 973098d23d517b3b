using System.Net;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionDsl.Generator;

/// <summary>What the generator quotes of a declaration's source: its text, its summary, the heads that reopen it.</summary>
internal static class DeclarationText
{
    private static readonly Regex SummaryElement = new("<summary>(.*?)</summary>", RegexOptions.Singleline);
    private static readonly Regex Reference = new("<(?:see|seealso|paramref|typeparamref)\\s+(?:cref|langword|name|href)=\"([^\"]*)\"\\s*/>");
    private static readonly Regex Element = new("<[^>]*>");
    private static readonly Regex Blank = new("\\s+");

    /// <summary>The declaration without leading comments, moved to the left margin, with \n line ends.</summary>
    public static string Of(SyntaxNode node)
    {
        string text = node.ToString().Replace("\r\n", "\n");
        string line = node.SyntaxTree.GetText().Lines.GetLineFromPosition(node.SpanStart).ToString();
        int margin = line.Length - line.TrimStart().Length;
        return string.Join("\n", text.Split('\n').Select((x, i) => (i == 0 ? x : Outdent(x, margin)).TrimEnd()));
    }

    /// <summary>A piece of source on one line.</summary>
    public static string OneLine(SyntaxNode node) => Blank.Replace(node.ToString(), " ").Trim();

    /// <summary>
    /// The summary of the documentation comment as plain text, empty if there is none. Read off the comment's characters: a compiler that
    /// writes no documentation file does not parse documentation comments.
    /// </summary>
    public static string Summary(SyntaxNode node)
    {
        IEnumerable<string> lines = node.GetLeadingTrivia().ToFullString().Split('\n').Select(x => x.Trim())
            .Where(x => x.StartsWith("///", StringComparison.Ordinal)).Select(x => x.Substring(3));
        Match match = SummaryElement.Match(string.Join("\n", lines));
        if (!match.Success)
        {
            return "";
        }

        string text = Element.Replace(Reference.Replace(match.Groups[1].Value, "$1"), "");
        return string.Join("\n", WebUtility.HtmlDecode(text).Split('\n').Select(x => x.Trim()).Where(x => x.Length != 0));
    }

    /// <summary>The head that opens another part of a type: modifiers, keyword and name as written.</summary>
    public static string Head(TypeDeclarationSyntax node)
    {
        string kind = node is RecordDeclarationSyntax record && !record.ClassOrStructKeyword.IsKind(SyntaxKind.None)
            ? $"{node.Keyword.Text} {record.ClassOrStructKeyword.Text}"
            : node.Keyword.Text;
        return string.Join(" ", node.Modifiers.Select(x => x.Text).Concat([kind, node.Identifier.Text]));
    }

    private static string Outdent(string line, int margin)
    {
        int blank = line.Length - line.TrimStart().Length;
        return line.Substring(Math.Min(margin, blank));
    }
}
