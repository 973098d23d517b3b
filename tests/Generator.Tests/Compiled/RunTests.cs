using AttentionDsl.Runtime;

namespace AttentionDsl.Generator.Tests.Compiled;

/// <summary>Declarations composed here, that no file has: they compile, load and run, and their derivatives are those of what runs.</summary>
public class RunTests
{
    private const string ConstantDecayDelta = """
        namespace Lab;
        [RecurrentAttention]
        public partial record Idea(
            [Query] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V, [WriteStrength, DeltaRule] Scalar Beta)
        {
            [LogDecay] private static float Decay([HeadIndex] float head) => -0.1f - 0.2f * head;
            [Gate(nameof(Beta))] private static float Strength(float beta, [PerHead] float bias) => Sigmoid(beta + bias);
        }
        """;

    private const string ChannelDecayHebbian = """
        namespace Lab;
        [RecurrentAttention(Scale = 1)]
        public partial record Idea(
            [Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [LogDecay] KeyVector G, [WriteStrength] Scalar Beta)
        {
            [Gate(nameof(G))] private static float Decay(float g, [PerKeyChannel] float bias) => -Mine(g + bias);
            [Gate(nameof(K))] private static float Feature(float k) => k < 0 ? Exp(k) : 1 + k;
            [Output] private static float Skip(float o, float v, [PerValueChannel] float d) => Tanh(o) + d * v;
            private static float Mine(float x) => 0.5f * Softplus(x) / (1 + Square(x));
        }
        """;

    [Theory]
    [InlineData(ConstantDecayDelta)]
    [InlineData(ChannelDecayHebbian)]
    public void GradientsAreCentralDifferences(string declaration)
    {
        IVariant variant = Loaded.Variant(GeneratorRun.Of(declaration), "Lab.Idea");
        TinyCase given = TinyCase.For(variant);
        using BackwardResult gradients = variant.ReferenceBackward(given.Inputs, given.Parameters, given.OutputGradient, given.StateGradient, given.State);
        Tensor[] arguments = [.. given.Inputs, .. given.Parameters, given.State], adjoints = [.. gradients.Inputs, .. gradients.Parameters!, gradients.InitialState!];
        for (int i = 0; i < arguments.Length; i++)
        {
            Close(Differences(arguments[i], () => given.Loss(variant)), adjoints[i], 1e-7);
        }
    }

    private static Tensor Differences(Tensor x, Func<double> loss)
    {
        Tensor differences = new(DataType.Float64, x.Shape.AsSpan());
        for (long i = 0; i < x.Count; i++)
        {
            double value = x[i], h = 1e-5;
            x[i] = value + h;
            double above = loss();
            x[i] = value - h;
            double below = loss();
            x[i] = value;
            differences[i] = (above - below) / (2 * h);
        }

        return differences;
    }

    private static void Close(Tensor expected, Tensor actual, double relative)
    {
        double error = 0, size = 0;
        for (long i = 0; i < expected.Count; i++)
        {
            error += Math.Pow(expected[i] - actual[i], 2);
            size += Math.Pow(expected[i], 2);
        }

        Assert.True(size > 0, "nothing to compare");
        Assert.True(Math.Sqrt(error / size) <= relative, $"relative RMS error {Math.Sqrt(error / size):g3} of {expected} is above {relative:g3}");
    }
}
