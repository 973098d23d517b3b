using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator.Tests.Diagnostics;

/// <summary>A declaration with an error still has its members: whoever calls them compiles, and the declaration's own error is the only one.</summary>
public class OneErrorTests
{
    private const string Caller = """
        namespace Lab;
        public static class Caller
        {
            public static Tensor Run(Tensor q, Tensor k, Tensor v, Tensor g, Tensor bias, Tensor gradient, Tensor state)
            {
                var layer = new Idea(q, k, v, g);
                var gates = new Idea.Parameters(bias);
                using ForwardResult result = layer.Forward(gates, state);
                using Idea.Gradients gradients = layer.Backward(gates, gradient, initialState: state);
                IVariant variant = Idea.Variant;
                Tensor dk = gradients.Inputs.K, db = gradients.Parameters.Bias, named = gates.Bias;
                return layer.Decode(gates, state, new RunOptions { ChunkLength = 32 });
            }
        }
        """;

    [Theory]
    [InlineData("-Softplus(g % 1 + bias)", "ATTN021")]
    [InlineData("-Softplus(g + bias)", null)]
    public async Task TheCallerCompiles(string gate, string? id)
    {
        string declaration = $$"""
            namespace Lab;
            [RecurrentAttention]
            public partial record Idea([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [LogDecay] Scalar G)
            {
                [Gate(nameof(G))] private static float Decay(float g, [PerHead] float bias) => {{gate}};
            }
            """;
        GeneratorRun run = GeneratorRun.Of(declaration, Caller);
        Assert.Empty(run.Output.GetDiagnostics().Where(x => x.Severity >= DiagnosticSeverity.Warning));
        Assert.Equal(id is null ? [] : [id], (await Source.Analyze(declaration, Caller)).Select(x => x.Id));
        Assert.Equal(id is not null, run.Texts["Lab.Idea.g.cs"].Contains($"throw new InvalidOperationException(\"{id}: The gate 'Decay'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheAnalyzerSeesGeneratedMembersAndDoesNotMindThem()
    {
        string text = Repository.Variant("KimiDelta");
        Assert.Empty((await Source.Analyze(GeneratorRun.Of(text).Output)).Where(x => x.Severity >= DiagnosticSeverity.Warning));
    }
}
