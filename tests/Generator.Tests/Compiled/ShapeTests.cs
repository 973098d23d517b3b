using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionDsl.Generator.Tests.Compiled;

/// <summary>Declarations as people write them: wherever they stand and whatever else the record has, the generated parts compile.</summary>
public class ShapeTests
{
    private const string Inputs = "[Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V";

    [Theory]
    [InlineData("[RecurrentAttention] partial record Idea(@);")]
    [InlineData("[RecurrentAttention] public sealed partial record Idea(@);")]
    [InlineData("[RecurrentAttention] public partial record class Idea(@);")]
    [InlineData("[RecurrentAttention] public partial record struct Idea(@);")]
    [InlineData("[RecurrentAttention] public readonly partial record struct Idea(@);")]
    [InlineData("namespace A.B.C; [RecurrentAttention] public partial record Idea(@);")]
    [InlineData("namespace A { namespace @class { [RecurrentAttention] public partial record Idea(@); } }")]
    [InlineData("namespace A; public static partial class Outer { internal partial struct Inner { [RecurrentAttention] public partial record Idea(@); } }")]
    [InlineData("namespace A; public partial class Outer { [RecurrentAttention] private partial record Idea(@); }")]
    [InlineData("namespace A; [AttentionDsl.RecurrentAttentionAttribute()] public partial record Idea(@);")]
    [InlineData("namespace A; [RecurrentAttention] public partial record Idea(@) : IIdea { public int Count => 3; } public interface IIdea { }")]
    [InlineData("namespace A; [RecurrentAttention] public partial record Idea(@) { public Idea WithScale() => this with { }; public override string ToString() => \"idea\"; }")]
    [InlineData("namespace A; [RecurrentAttention] public partial record Idea(@); public partial record Idea { [LogDecay] private static float Decay([HeadIndex] float h) => -h; }")]
    [InlineData("namespace A; [RecurrentAttention] public partial record Idea(@, [LogDecay] Scalar @event, Scalar @long) { [Gate(\"event\")] static float Decay(float @event, float @long, [PerHead] float @in) => -Softplus(@event + @long + @in); }")]
    [InlineData("namespace A; [RecurrentAttention] public partial record Idea(@, [LogDecay] KeyVector Sizes, Scalar Scratch, Scalar Tile) { [Gate(nameof(Sizes))] static float Decay(float sizes, float scratch, float tile, [PerHead] float i, [PerHead] float offset, [Setting] float t) => -Softplus(sizes + scratch + tile + i + offset + t); }")]
    [InlineData("#nullable disable\nnamespace A; [RecurrentAttention] public partial record Idea(@);")]
    [InlineData("namespace A; /// <summary>Text with \"\"\" quotes, a \\ backslash and <see cref=\"int\"/> &lt;.</summary>\n[RecurrentAttention] public partial record Idea(@);")]
    [InlineData("namespace System.Tensors; [RecurrentAttention] public partial record Idea(@);")]
    public void CompilesWithoutWarning(string source)
    {
        GeneratorRun run = GeneratorRun.Of(source.Replace("@)", $"{Inputs})", StringComparison.Ordinal).Replace("@,", $"{Inputs},", StringComparison.Ordinal));
        Assert.NotEmpty(run.Texts);
        Assert.Empty(run.Output.GetDiagnostics().Where(x => x.Severity >= DiagnosticSeverity.Warning));
    }

    [Fact]
    public void DeclarationsOfOneNameInTwoPlacesHaveFilesOfTheirOwn()
    {
        GeneratorRun run = GeneratorRun.Of(
            $"namespace A; [RecurrentAttention] public partial record Idea({Inputs}); public partial class Outer {{ [RecurrentAttention] public partial record Idea({Inputs}); }}",
            $"namespace B; [RecurrentAttention] public partial record Idea({Inputs});");
        Assert.Equal(["A.Idea.g.cs", "A.Outer.Idea.g.cs", "B.Idea.g.cs"], run.Texts.Keys.Where(x => x.EndsWith("Idea.g.cs", StringComparison.Ordinal)));
        Assert.Empty(run.Output.GetDiagnostics().Where(x => x.Severity >= DiagnosticSeverity.Warning));
    }

    [Theory]
    [InlineData("namespace A; public class Tensor; [RecurrentAttention] public partial record Idea(@);", "ATTN006")]
    [InlineData("public class Work; namespace A { [RecurrentAttention] public partial record Idea(@); }", "ATTN006")]
    [InlineData("namespace A; partial class Outer { class Sizes; [RecurrentAttention] public partial record Idea(@); }", "ATTN006")]
    [InlineData("[RecurrentAttention] public partial record Idea(@, [LogDecay] Scalar Output);", "ATTN005")]
    [InlineData("[RecurrentAttention] public partial record Idea(@) { [LogDecay] static float Decay([PerHead] float list) => -Exp(list); }", "ATTN005")]
    [InlineData("[RecurrentAttention] public partial record Idea(@) { [LogDecay] static float Decay([PerHead] float parameters) => -Exp(parameters); }", "ATTN005")]
    [InlineData("[RecurrentAttention] public partial record Idea(@) { [LogDecay] static float Decay([PerHead] float clone) => -Exp(clone); }", "ATTN005")]
    [InlineData("[RecurrentAttention] public partial record Idea(@) { [LogDecay] static float Decay([PerHead] float deconstruct) => -Exp(deconstruct); }", "ATTN005")]
    [InlineData("[RecurrentAttention] public partial record Idea(@, [LogDecay] Scalar QGradient);", "ATTN005")]
    public async Task NamesThatClashAreRefused(string source, string id)
    {
        string declaration = source.Replace("@)", $"{Inputs})", StringComparison.Ordinal).Replace("@,", $"{Inputs},", StringComparison.Ordinal);
        Diagnostic diagnostic = Assert.Single((await Source.Analyze(declaration)).Where(x => x.Severity >= DiagnosticSeverity.Warning));
        Assert.Equal(id, diagnostic.Id);
    }

    [Fact]
    public void TheTypesThatMayNotBeHiddenAreThoseThatGeneratedCodeNames()
    {
        string[] files = ["KimiDelta", "LinearAttention", "GatedDeltaProduct", "Mamba2", "Oja"];
        HashSet<string> named = [.. files.SelectMany(x => GeneratorRun.Of(Repository.Variant(x)).Result.GeneratedSources)
            .SelectMany(x => x.SyntaxTree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            .Where(x => x.Parent is not MemberAccessExpressionSyntax access || access.Expression == x).Select(x => x.Identifier.Text)];
        IEnumerable<string> ours = new[] { typeof(RecurrentAttentionAttribute), typeof(AttentionDsl.Runtime.IVariant) }.SelectMany(x => x.Assembly.GetExportedTypes())
            .Where(x => !x.IsNested && x.Namespace is "AttentionDsl" or "AttentionDsl.Runtime").Select(x => x.Name.Split('`')[0]);
        string found = string.Join(" ", ours.Where(named.Contains).Distinct().Order(StringComparer.Ordinal));
        Assert.True(found == string.Join(" ", HiddenTypes.Used), $"HiddenTypes.Used should be: {found}");
    }
}
