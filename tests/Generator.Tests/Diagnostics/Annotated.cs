using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace AttentionDsl.Generator.Tests.Diagnostics;

/// <summary>
/// Source with the diagnostics it causes, as a reader sees them: below the line, a comment that marks the place, names the diagnostic and gives its message.
/// <code>
/// public record Idea([Query] KeyVector Q);
/// //            ^^^^ error ATTN001
/// // 'Idea' must be declared partial so that its kernels can be generated; add 'partial'
/// </code>
/// </summary>
internal static partial class Annotated
{
    private const int Width = 130;

    /// <summary>The source without its annotations.</summary>
    public static string Strip(string annotated) => Annotation().Replace(annotated, "");

    /// <summary>The source with annotations.</summary>
    public static string With(string source, IEnumerable<Diagnostic> diagnostics)
    {
        List<string> lines = [];
        ILookup<int, Diagnostic> found = diagnostics.ToLookup(x => x.Location.GetLineSpan().StartLinePosition.Line);
        string[] code = source.Split('\n');
        for (int line = 0; line < code.Length; line++)
        {
            lines.Add(code[line]);
            foreach (Diagnostic diagnostic in found[line])
            {
                LinePositionSpan span = diagnostic.Location.GetLineSpan().Span;
                int start = span.Start.Character, end = span.End.Line == line ? span.End.Character : code[line].Length;
                Assert.True(start >= 2, $"{diagnostic} begins where the annotation's slashes stand: indent the example.");
                lines.Add($"//{new string(' ', start - 2)}{new string('^', Math.Max(1, end - start))} {diagnostic.Severity.ToString().ToLowerInvariant()} {diagnostic.Id}");
                lines.AddRange(Wrapped(diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)));
            }
        }

        return string.Join('\n', lines);
    }

    private static IEnumerable<string> Wrapped(string message)
    {
        string line = "//";
        foreach (string word in message.Split(' '))
        {
            if (line.Length + 1 + word.Length > Width)
            {
                yield return line;
                line = "//";
            }

            line += " " + word;
        }

        yield return line;
    }

    /// <summary>A line of carets and the comment lines that follow it.</summary>
    [GeneratedRegex(@"^// *\^+ \w+ ATTN\d+\n(//(?! *\^).*\n)*", RegexOptions.Multiline)]
    private static partial Regex Annotation();
}
