using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionDsl.Generator.Tests;

/// <summary>Which edit regenerates what. (That unrelated edits regenerate nothing is asserted in every run, too: <see cref="GeneratorRun"/>.)</summary>
public class EditTests
{
    private static readonly GeneratorRun First = GeneratorRun.Of(Repository.Variant("KimiDelta"));

    [Fact]
    public void AComment() => Pipeline.RanNothing(First.Then(Edits.Commented(First.Input)));

    [Fact]
    public void ADeclarationMovedDown() => Pipeline.RanNothing(First.Then(Edits.MovedDown(First.Input)));

    [Fact]
    public void AnotherFile() => Pipeline.RanNothing(First.Then(Edits.OtherFile(First.Input)));

    [Theory]
    [InlineData("-Exp(aLog) * Softplus(g + dtBias)", "-(Exp(aLog))\n            * Softplus((g   + dtBias))")]
    [InlineData("-Exp(aLog) * Softplus(g + dtBias)", "-MathF.Exp(aLog) * GateMath.Softplus(g + dtBias)")]
    public void AGateWrittenDifferently(string old, string with)
    {
        GeneratorRun second = First.Then(Edits.Replaced(First.Input, old, with));
        Assert.Single(Reasons(second, AttentionGenerator.DeclarationStep), IncrementalStepRunReason.Modified);
        Assert.DoesNotContain(Reasons(second, AttentionGenerator.KernelStep), x => x is not (IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));

        // Only the file that quotes the declaration is written anew.
        string[] changed = [.. second.Texts.Where(x => First.Texts[x.Key] != x.Value).Select(x => x.Key)];
        Assert.Equal(["AttentionDsl.Variants.KimiDelta.Declaration.g.cs"], changed);
    }

    [Fact]
    public void AGateChangedInMeaning()
    {
        GeneratorRun second = First.Then(Edits.Replaced(First.Input, "-Exp(aLog) * Softplus(g + dtBias)", "-Exp(aLog) * Softplus(g - dtBias)"));
        Assert.Single(Reasons(second, AttentionGenerator.KernelStep), IncrementalStepRunReason.Modified);
        string[] changed = [.. second.Texts.Where(x => First.Texts[x.Key] != x.Value).Select(x => x.Key)];
        Assert.All(changed, x => Assert.StartsWith("AttentionDsl.Variants.KimiDelta.", x, StringComparison.Ordinal));
        Assert.Contains("AttentionDsl.Variants.KimiDelta.Backward.g.cs", changed);
    }

    [Fact]
    public void AnAttributeChanged()
    {
        GeneratorRun second = First.Then(Edits.Replaced(First.Input, "LowerBound = -5", "LowerBound = -4"));
        Assert.Single(Reasons(second, AttentionGenerator.KernelStep), IncrementalStepRunReason.Modified);
    }

    [Fact]
    public void ADeclarationRemoved()
    {
        string text = Repository.Variant("DeltaNet");
        GeneratorRun first = GeneratorRun.Of(text);
        CSharpCompilation edited = Edits.Replaced(first.Input, "[RecurrentAttention]\n[PublishedAs(\"delta_rule\", \"q k v beta\")]", "");
        Assert.DoesNotContain(first.Then(edited).Texts.Keys, x => x.StartsWith("AttentionDsl.Variants.DeltaNet.", StringComparison.Ordinal));
    }

    [Fact]
    public void TheStepsAreTracked() => Assert.Superset(AttentionGenerator.Steps.ToHashSet(), First.Result.TrackedSteps.Keys.ToHashSet());

    /// <summary>The walk over what is kept can find what it looks for.</summary>
    [Fact]
    public void AKeptSymbolIsSeen()
    {
        Exception fault = Assert.ThrowsAny<Exception>(() => Pipeline.HoldsNoCompiler([new[] { (Name: "x", Inner: (object?)First.Input.GlobalNamespace) }]));
        Assert.Contains("The pipeline keeps a", fault.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRun run, string step) => run.Reasons.Where(x => x.Step == step).Select(x => x.Reason);
}
