using AttentionDsl.Generator.Tests.Diagnostics;

namespace AttentionDsl.Generator.Tests.CodeFixes;

/// <summary>What code fixes make of the examples of docs/diagnostics, and of sources written otherwise.</summary>
public class FixTests
{
    private static readonly IEnumerable<string> Ids = new AttentionDsl.CodeFixes.DeclarationFixProvider().FixableDiagnosticIds;

    public static TheoryData<string> Fixable => [.. Ids];

    /// <summary>The fix of a page's example mends it, and the page names the fix.</summary>
    [Theory]
    [MemberData(nameof(Fixable))]
    public async Task MendsTheExampleOfThePage(string id)
    {
        (string title, string source) = Assert.Single(await Fixes.Offered(Annotated.Strip(Page.Of(id).Example), id));
        Assert.DoesNotContain(await Source.Analyze(source), x => x.Id == id);
        Assert.Contains($"Code fix: {title}.\n", File.ReadAllText(Page.PathOf(id)).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void NoOtherPageNamesAFix() =>
        Assert.Equal(
            Ids,
            Descriptors.All.Select(x => x.Id).Where(x => File.ReadAllText(Page.PathOf(x)).Contains("Code fix:", StringComparison.Ordinal)));

    [Theory]
    [InlineData("ATTN001", "public record Idea(/*a*/);", "public partial record Idea(/*a*/);")]
    [InlineData("ATTN003", "partial struct Idea { }", "partial record Idea { }")]
    [InlineData("ATTN010", "partial record Idea;", "partial record Idea([Query] KeyVector Q);")]
    [InlineData("ATTN010", "partial record Idea([Key] KeyVector Q, [Value] ValueVector V);", "partial record Idea([Key] KeyVector Q, [Value] ValueVector V, [Query] KeyVector Q2);")]
    [InlineData("ATTN011", "partial record Idea(@, [WriteStrength, DeltaRule] Scalar A, [WriteStrength] Scalar B);", "partial record Idea(@, [WriteStrength, DeltaRule] Scalar A, Scalar B);")]
    [InlineData("ATTN011", "partial record Idea(@, [DeltaRule, WriteStrength] Scalar A, [DeltaRule] Scalar B);", "partial record Idea(@, [DeltaRule, WriteStrength] Scalar A, Scalar B);")]
    [InlineData("ATTN012", "partial record Idea(@, [WriteGate] KeyVector W);", "partial record Idea(@, [WriteGate] Scalar W);")]
    [InlineData("ATTN014", "partial record Idea(@, [WriteStrength, WriteGate] Scalar B);", "partial record Idea(@, [WriteStrength] Scalar B);")]
    [InlineData("ATTN016", "partial record Idea(@) { [Bonus] static float U([PerKeyChannel] float u) => u; }", "partial record Idea(@) { [Bonus] static float U([PerKeyChannel] float u) => u; }", "[RecurrentAttention(ReadBeforeWrite = true)]")]
    [InlineData("ATTN019", "partial record Idea(Scalar A, @);", "partial record Idea(@);")]
    [InlineData("ATTN020", "partial record Idea(@) { [LogDecay] float G([HeadIndex] float h) { return -h; } }", "partial record Idea(@) { [LogDecay] static float G([HeadIndex] float h) => -h; }")]
    [InlineData("ATTN020", "partial record Idea(@) { [LogDecay] static double G([HeadIndex] float h) => -h; }", "partial record Idea(@) { [LogDecay] static float G([HeadIndex] float h) => -h; }")]
    [InlineData("ATTN020", "partial record Idea(@) { [LogDecay] static float G([HeadIndex] float h) { h += 1; return -h; } }", null)]
    [InlineData("ATTN021", "partial record Idea(@) { [LogDecay] static float G([HeadIndex] float h) => -h % 2; }", null)]
    [InlineData("ATTN047", "partial record Idea(@) { [WriteStrength] static float B([PerHead] float b) => 1 / (1 + Exp(-(b))); }", "partial record Idea(@) { [WriteStrength] static float B([PerHead] float b) => Sigmoid(b); }")]
    [InlineData("ATTN047", "partial record Idea(@) { [WriteStrength] static float B([PerHead] float b) => 1f / (MathF.Exp(b + 1) + 1f); }", "partial record Idea(@) { [WriteStrength] static float B([PerHead] float b) => Sigmoid(-(b + 1)); }")]
    public async Task MendsTheSource(string id, string source, string? mended, string marker = "[RecurrentAttention]")
    {
        IReadOnlyList<(string Title, string Source)> offered = await Fixes.Offered(Full(source), id);
        Assert.Equal(mended is null ? [] : [Full(mended, marker)], offered.Select(x => x.Source));
    }

    private static string Full(string source, string marker = "[RecurrentAttention]") =>
        $"{marker}\n{source.Replace("@", "[Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V", StringComparison.Ordinal)}";
}
