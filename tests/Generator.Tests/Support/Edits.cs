using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace AttentionDsl.Generator.Tests;

/// <summary>What people do to a project while a declaration stays what it is.</summary>
internal static class Edits
{
    /// <summary>All at once: comments, declarations moved down, and another file.</summary>
    public static CSharpCompilation Unrelated(CSharpCompilation compilation) => OtherFile(MovedDown(Commented(compilation)));

    /// <summary>A comment at the end of every file.</summary>
    public static CSharpCompilation Commented(CSharpCompilation compilation) => Each(compilation, text => $"{text}\n// A comment.\n");

    /// <summary>Every declaration further down: comments and blank lines above its file's first line.</summary>
    public static CSharpCompilation MovedDown(CSharpCompilation compilation) => Each(compilation, text => $"// Moved down.\n\n\n{text}");

    /// <summary>A file with an edited class of its own.</summary>
    public static CSharpCompilation OtherFile(CSharpCompilation compilation) =>
        compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText("internal static class Other { public const int Number = 2; }", Source.ParseOptions, "Other.cs"));

    /// <summary>A text replaced in every file; it must be there.</summary>
    public static CSharpCompilation Replaced(CSharpCompilation compilation, string old, string with)
    {
        Assert.Contains(compilation.SyntaxTrees, x => x.GetText().ToString().Contains(old, StringComparison.Ordinal));
        return Each(compilation, text => text.Replace(old, with, StringComparison.Ordinal));
    }

    private static CSharpCompilation Each(CSharpCompilation compilation, Func<string, string> edit)
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            compilation = compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(SourceText.From(edit(tree.GetText().ToString()), tree.Encoding)));
        }

        return compilation;
    }
}
