using System.Text.RegularExpressions;

namespace AttentionDsl.Generator.Tests.Diagnostics;

/// <summary>A page of docs/diagnostics: title, severity, the example that triggers it, the examples of what to write instead.</summary>
/// <param name="Title">The first line.</param>
/// <param name="Severity">The second paragraph.</param>
/// <param name="Example">The code block before "Why", with its annotations.</param>
/// <param name="Instead">The code blocks after it.</param>
internal sealed record Page(string Title, string Severity, string Example, IReadOnlyList<string> Instead)
{
    private static readonly Regex Block = new("```csharp\n(.*?)```", RegexOptions.Singleline);

    public static string Folder { get; } = Path.Combine(Repository.Root, "docs", "diagnostics");

    public static string PathOf(string id) => Path.Combine(Folder, id + ".md");

    public static Page Of(string id)
    {
        string text = File.ReadAllText(PathOf(id)).ReplaceLineEndings("\n");
        string[] parts = text.Split("\n## Instead\n"), lines = text.Split('\n');
        Assert.Equal(2, parts.Length);
        return new Page(lines[0], lines[2], Block.Match(parts[0]).Groups[1].Value, [.. Block.Matches(parts[1]).Select(x => x.Groups[1].Value)]);
    }

    /// <summary>Puts an annotated example into the page.</summary>
    public static void Accept(string id, string old, string annotated)
    {
        string text = File.ReadAllText(PathOf(id)).ReplaceLineEndings("\n");
        File.WriteAllText(PathOf(id), text.Replace(old, annotated, StringComparison.Ordinal));
    }
}
