using System.Reflection;
using System.Text.RegularExpressions;

namespace AttentionDsl.Gallery.Tests;

/// <summary>What the documents point at is there.</summary>
public sealed class DocumentationTests
{
    private static readonly string Root = typeof(DocumentationTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(x => x.Key == "Root").Value!;

    public static TheoryData<string> Documents =>
        [.. new[] { "README.md", "CONTRIBUTING.md" }.Concat(Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories).Select(x => Path.GetRelativePath(Root, x)))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_to_a_file_leads_somewhere(string document)
    {
        string path = Path.Combine(Root, document);
        IEnumerable<string> links = Regex.Matches(File.ReadAllText(path), @"\]\((?!https?://|#)([^)#\s]+)").Select(x => x.Groups[1].Value);
        Assert.All(links, x => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, x)), $"{document} links to {x}"));
    }

    [Fact]
    public void The_readme_lists_every_file_of_variants()
    {
        string readme = File.ReadAllText(Path.Combine(Root, "README.md"));
        string[] files = [.. Directory.GetFiles(Path.Combine(Root, "samples", "Variants"), "*.cs").Where(x => File.ReadLines(x).Any(y => y.StartsWith("[RecurrentAttention", StringComparison.Ordinal)))];
        Assert.NotEmpty(files);
        Assert.All(files.Select(x => Path.GetFileName(x)!), x => Assert.Contains($"(samples/Variants/{x})", readme, StringComparison.Ordinal));
    }

    [Fact]
    public void The_catalogue_has_every_variant()
    {
        IEnumerable<string> declared = typeof(Variants.Catalog).Assembly.GetTypes().Where(x => x.GetCustomAttribute<RecurrentAttentionAttribute>() is not null).Select(x => x.Name);
        Assert.Equal(declared.Order(StringComparer.Ordinal), Variants.Catalog.All.Select(x => x.Description.Name).Order(StringComparer.Ordinal));
    }
}
