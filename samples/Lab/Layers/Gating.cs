using System.Numerics.Tensors;

namespace AttentionDsl.Lab.Layers;

/// <summary>y = x sigmoid(g), the output gate; or y = x g sigmoid(g), the SiLU of a gated MLP.</summary>
internal sealed class Gating(bool silu)
{
    private readonly Buffer y = new(), s = new(), dx = new(), dg = new();
    private Tensor? x, g;

    public Tensor Forward(Tensor x, Tensor g)
    {
        (this.x, this.g) = (x, g);
        Tensor y = this.y.Like(x);
        Span<float> result = y.AsSpan<float>(), sigmoid = s.Like(x).AsSpan<float>();
        TensorPrimitives.Sigmoid(g.AsSpan<float>(), sigmoid);
        TensorPrimitives.Multiply(x.AsSpan<float>(), sigmoid, result);
        if (silu)
        {
            TensorPrimitives.Multiply(result, g.AsSpan<float>(), result);
        }

        return y;
    }

    /// <summary>The gradients of x and g.</summary>
    public (Tensor X, Tensor G) Backward(Tensor dy)
    {
        Tensor dx = this.dx.Like(dy), dg = this.dg.Like(dy);
        Span<float> d = dy.AsSpan<float>(), ds = s.Like(dy).AsSpan<float>(), toX = dx.AsSpan<float>(), toG = dg.AsSpan<float>();
        Span<float> xs = x!.AsSpan<float>(), gs = g!.AsSpan<float>();
        for (int i = 0; i < d.Length; i++)
        {
            float s = ds[i], slope = s * (1 - s);
            toX[i] = d[i] * (silu ? gs[i] * s : s);
            toG[i] = d[i] * xs[i] * (silu ? s + (gs[i] * slope) : slope);
        }

        return (dx, dg);
    }
}
