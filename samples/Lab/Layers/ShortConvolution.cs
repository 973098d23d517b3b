using System.Numerics.Tensors;

namespace AttentionDsl.Lab.Layers;

/// <summary>A causal convolution of every channel by itself: y_t = sum_j w_j x_(t-j).</summary>
internal sealed class ShortConvolution(Initializer initializer, string name, int channels, int taps = 4) : Layer
{
    private readonly Parameter weight = initializer.Vector(name, (random, _) => (float)((2 * random.Uniform()) - 1) / MathF.Sqrt(taps), taps, channels);
    private readonly Buffer y = new(), dx = new();
    private Tensor? x;

    public override IEnumerable<Parameter> Parameters => [weight];

    public override Tensor Forward(Tensor x)
    {
        this.x = x;
        Tensor y = this.y.Like(x);
        y.AsSpan<float>().Clear();
        for (int t = 0; t < x.Shape[0] * x.Shape[1]; t++)
        {
            for (int tap = 0; tap <= Reach(x, t); tap++)
            {
                TensorPrimitives.MultiplyAdd(Row(x, t - tap), Row(weight.Value, tap), Row(y, t), Row(y, t));
            }
        }

        return y;
    }

    public override Tensor Backward(Tensor dy)
    {
        Tensor dx = this.dx.Like(dy);
        dx.AsSpan<float>().Clear();
        for (int t = 0; t < dy.Shape[0] * dy.Shape[1]; t++)
        {
            for (int tap = 0; tap <= Reach(dy, t); tap++)
            {
                TensorPrimitives.MultiplyAdd(Row(dy, t), Row(weight.Value, tap), Row(dx, t - tap), Row(dx, t - tap));
                TensorPrimitives.MultiplyAdd(Row(dy, t), Row(x!, t - tap), Row(weight.Gradient, tap), Row(weight.Gradient, tap));
            }
        }

        return dx;
    }

    /// <summary>How far token t, counted over the batch, reaches back: never across the beginning of its sequence.</summary>
    private int Reach(Tensor x, int t) => Math.Min(taps - 1, t % (int)x.Shape[1]);

    private Span<float> Row(Tensor x, int row) => x.AsSpan<float>().Slice(row * channels, channels);
}
