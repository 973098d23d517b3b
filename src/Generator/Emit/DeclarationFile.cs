using System.Text.RegularExpressions;

namespace AttentionDsl.Generator;

/// <summary>The declaration quoted, for programs that show it: the one file that changes when a declaration is only written differently.</summary>
internal static class DeclarationFile
{
    public static IEnumerable<(string Name, string Text)> Of(Declaration declaration)
    {
        if (declaration.Error.Length == 0)
        {
            yield return ($"{declaration.HintName}.Declaration.g.cs", Text(declaration));
        }
    }

    private static string Text(Declaration declaration) => SourceFile.Text(declaration, $"{declaration.Name} as it was declared.", writer =>
    {
        writer.Open(declaration.Head);
        writer.Open("partial class Kernels");
        writer.Line($"private const int DeclaredLines = {declaration.DeclaredLines};");
        writer.Line();
        string quotes = Quotes(declaration.Text);
        writer.Line("private const string DeclaredText =");
        writer.Indented(() => writer.Lines($"{quotes}\n{declaration.Text}\n{quotes};"));
        writer.Close();
        writer.Close();
    });

    /// <summary>More quotes than any run of them in the text.</summary>
    private static string Quotes(string text)
    {
        int longest = Regex.Matches(text, "\"+").Cast<Match>().Select(x => x.Length).DefaultIfEmpty(0).Max();
        return new string('"', Math.Max(3, longest + 1));
    }
}
