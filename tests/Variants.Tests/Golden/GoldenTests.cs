using AttentionDsl.Gallery.Golden;

namespace AttentionDsl.Variants.Tests;

/// <summary>Decode, chunk forward and backward against files of an independent implementation: <c>tests/Golden/README.md</c>.</summary>
public class GoldenTests
{
    /// <summary>The project's own files, and those of a folder beside the repository where it exists.</summary>
    public static TheoryData<string> Files { get; } =
        [.. Directories().Where(Directory.Exists).SelectMany(x => Directory.EnumerateFiles(x, "*.safetensors")).DistinctBy(Path.GetFileName).Select(x => Path.GetRelativePath(Root(), x)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void In_single_precision(string file) => Check(file, options => options, Tolerance.Single);

    [Theory]
    [MemberData(nameof(Files))]
    public void In_double_precision(string file) => Check(file, options => options with { Engine = ReferenceEngine.Instance }, Tolerance.Double);

    /// <summary>What is exact in 16 bits enters and leaves in 16 bits.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void With_bfloat16_inputs(string file) => Check(file, options => options, Tolerance.SixteenBit(DataType.BFloat16));

    [Fact]
    public void The_project_carries_a_file_of_every_published_variant()
    {
        string[] published = [.. Catalog.All.SelectMany(x => x.Description.PublishedAs).Select(x => x.Name).Distinct().Order(StringComparer.Ordinal)];
        string[] carried = [.. Directory.EnumerateFiles(Directories()[0], "*.safetensors").Select(x => Path.GetFileName(x).Split('.')[0]).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(published, carried);
    }

    private static void Check(string file, Func<RunOptions, RunOptions> place, Tolerance tolerance)
    {
        CaseReport report = new Verifier(Catalog.All, place, tolerance).Verify(Path.Combine(Root(), file));
        Assert.True(report.Outcome == Outcome.Passed, Text(report));
        Assert.Contains(report.Comparisons, x => x.Pass == "decode");
        Assert.Contains(report.Comparisons, x => x.Pass == "forward");
        Assert.Contains(report.Comparisons, x => x.Pass == "backward");
    }

    private static string Text(CaseReport report) =>
        $"{report.File} ({report.Variant}): {report.Outcome} {report.Message}\n" + string.Join('\n', report.Comparisons.Where(x => !x.Passed));

    private static string[] Directories() => [Path.Combine(Root(), "tests", "Golden"), Path.Combine(Root(), "..", "shared", "golden")];

    internal static string Root()
    {
        string directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "AttentionDsl.sln")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException($"expected AttentionDsl.sln in a folder above {AppContext.BaseDirectory}");
        }

        return directory;
    }
}
