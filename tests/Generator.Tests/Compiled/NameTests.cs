using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator.Tests.Compiled;

/// <summary>Generated code compiles whatever names the project around it has in use.</summary>
public class NameTests
{
    [Theory]
    [InlineData("Idea([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V)")]
    [InlineData("Idea([Query] KeyVector q, [Key] KeyVector k, [Value] ValueVector v, [LogDecay] Scalar g)")]
    [InlineData("Idea([Query] KeyVector Tensor, [Key] KeyVector Scratch, [Value] ValueVector Sizes, [LogDecay] Scalar At)")]
    [InlineData("Idea([Query] KeyVector S, [Key] KeyVector SNext, [Value] ValueVector O, [LogDecay] Scalar L, [WriteStrength, DeltaRule] Scalar U)")]
    [InlineData("Broken([Query] KeyVector Q, [Key] KeyVector K)")]
    public void Other_tensors_in_use_everywhere_and_inputs_called_like_what_kernels_use_do_no_harm(string declaration)
    {
        GeneratorRun run = GeneratorRun.Of($$"""
            global using Torch;

            namespace Torch
            {
                public class Tensor;
                public class Operand;
                public static class Normalizer;
            }

            namespace Lab
            {
                [RecurrentAttention]
                public partial record {{declaration}};
            }
            """);
        Assert.Empty(run.Output.GetDiagnostics().Where(x => x.Severity >= DiagnosticSeverity.Warning));
    }
}
