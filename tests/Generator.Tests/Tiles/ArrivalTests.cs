using System.Text.RegularExpressions;

namespace AttentionDsl.Generator.Tests.Tiles;

public class ArrivalTests
{
    /// <summary>Between the first arrival and the one of the rest nothing is read that is still on its way: threads of this machine, whose copies are done at once, would not tell.</summary>
    [Theory]
    [InlineData("GatedDeltaNet", "GatedDeltaRule")]
    [InlineData("DeltaNet", "DeltaNet")]
    public void What_comes_later_is_not_read_before(string file, string variant)
    {
        string text = GeneratorRun.Of(Repository.Variant(file)).Texts[$"AttentionDsl.Variants.{variant}.Passes.g.cs"];
        string gradients = text[text.IndexOf("void GradientsItem", StringComparison.Ordinal)..];
        int fetched = gradients.IndexOf("TTile.FetchedFirst();", StringComparison.Ordinal), first = gradients.IndexOf("TTile.ArriveFirst();", StringComparison.Ordinal);
        Assert.InRange(fetched, 0, first);
        string early = gradients[first..gradients.IndexOf("TTile.Arrive();", first, StringComparison.Ordinal)];
        string[] later = [.. Regex.Matches(gradients[fetched..first], @"TTile\.Fetch\w*\((\w+),").Select(x => x.Groups[1].Value)];
        Assert.Contains("dSNext", later);
        Assert.Contains("Gram(", early, StringComparison.Ordinal);
        Assert.All(later, x => Assert.DoesNotMatch($@"\b{x}\b", early));
    }
}
