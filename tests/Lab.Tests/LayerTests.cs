using AttentionDsl.Lab.Layers;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;

namespace AttentionDsl.Lab.Tests;

/// <summary>Every layer's backward pass is the derivative of its forward pass.</summary>
public class LayerTests
{
    private static readonly Initializer Init = new(7);
    private static readonly MixerSize Size = new(16, 2, 16, 16) { Layer = 1, Layers = 2 };

    public static TheoryData<string> Variants => [.. Lab.Variants.All.Select(x => x.Description.Name)];

    [Fact]
    public void Linear() => GradientCheck.Of(new Linear(Init, "linear", 32, 48), 1, 2, 5, 32);

    [Fact]
    public void RmsNorm() => GradientCheck.Of(new RmsNorm(Init, "norm", 16), 1, 2, 3, 32);

    [Fact]
    public void ShortConvolution() => GradientCheck.Of(new ShortConvolution(Init, "conv", 16), 1, 2, 7, 16);

    [Fact]
    public void GatedMlp() => GradientCheck.Of(new GatedMlp(Init, 16, 32, 1), 1, 2, 5, 16);

    [Theory]
    [InlineData(Positions.NoPE, int.MaxValue)]
    [InlineData(Positions.RoPE, int.MaxValue)]
    [InlineData(Positions.Partial, 4)]
    internal void SoftmaxAttention(Positions positions, int window) =>
        GradientCheck.Of(new SoftmaxAttention(Init, Size, positions, window), 1, 2, 9, 16);

    [Theory]
    [MemberData(nameof(Variants))]
    public void RecurrentMixer(string name) =>
        GradientCheck.Of(new RecurrentMixer(Init, Named(name), Size), 0.3, 2, 9, 16);

    [Fact]
    public void Block() => GradientCheck.Of(new Block(Init, 16, new RecurrentMixer(Init, KimiDelta.Variant, Size), 0.5), 1, 2, 9, 16);

    [Fact]
    public void WholeModelWithTiedHead()
    {
        var model = new LanguageModel(new(20, 32, 4, 2), MixerPattern.Parse("3*GatedDeltaNet+softmax:rope", Lab.Variants.All), 3);
        int[] tokens = [.. Enumerable.Range(0, 18).Select(x => x * 7 % 20)];
        int[] targets = [.. Enumerable.Range(0, 18).Select(x => x % 3 == 0 ? -1 : x)];
        model.Forward(tokens, targets, 2);
        model.Backward(tokens);
        foreach (Parameter parameter in model.Parameters)
        {
            // The loss is a mean: a hundred times it has gradients of the size that the tolerance is for.
            using Tensor gradient = parameter.Gradient.Clone();
            foreach (ref float x in gradient.AsSpan<float>())
            {
                x *= 100;
            }

            GradientCheck.Of(() => 100 * model.Forward(tokens, targets, 2).MeanLoss, parameter.Value, gradient, parameter.Name);
        }
    }

    private static IVariant Named(string name) => Lab.Variants.All.Single(x => x.Description.Name == name);
}
