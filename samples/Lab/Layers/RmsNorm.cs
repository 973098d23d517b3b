using System.Numerics.Tensors;

namespace AttentionDsl.Lab.Layers;

/// <summary>y = w x / sqrt(mean(x^2) + eps) over every <c>width</c> neighbouring channels: the whole token, or a head.</summary>
internal sealed class RmsNorm(Initializer initializer, string name, int width) : Layer
{
    private const float Epsilon = 1e-5f;

    private readonly Parameter weight = initializer.Vector(name, (_, _) => 1, width);
    private readonly Buffer y = new(), dx = new();
    private readonly float[] scratch = new float[width];
    private Tensor? x;

    public override IEnumerable<Parameter> Parameters => [weight];

    public override Tensor Forward(Tensor x)
    {
        this.x = x;
        Tensor y = this.y.Like(x);
        Span<float> from = x.AsSpan<float>(), to = y.AsSpan<float>();
        ReadOnlySpan<float> w = weight.Value.AsSpan<float>();
        for (int i = 0; i < from.Length; i += width)
        {
            Span<float> row = to.Slice(i, width);
            TensorPrimitives.Multiply(from.Slice(i, width), Factor(from.Slice(i, width)), row);
            TensorPrimitives.Multiply(row, w, row);
        }

        return y;
    }

    public override Tensor Backward(Tensor dy)
    {
        Tensor dx = this.dx.Like(dy);
        Span<float> input = x!.AsSpan<float>(), gradient = dy.AsSpan<float>(), to = dx.AsSpan<float>(), dw = weight.Gradient.AsSpan<float>();
        ReadOnlySpan<float> w = weight.Value.AsSpan<float>();
        for (int i = 0; i < input.Length; i += width)
        {
            Span<float> row = input.Slice(i, width), d = gradient.Slice(i, width), result = to.Slice(i, width);
            float r = Factor(row);

            // dw += dy x r;  dx = r (w dy) - x r^3 / width * sum(w dy x)
            TensorPrimitives.Multiply(d, row, scratch);
            TensorPrimitives.MultiplyAdd(scratch, r, dw, dw);
            float dot = TensorPrimitives.Dot(scratch, w);
            TensorPrimitives.Multiply(d, w, result);
            TensorPrimitives.Multiply(result, r, result);
            TensorPrimitives.MultiplyAdd(row, -r * r * r * dot / width, result, result);
        }

        return dx;
    }

    private float Factor(ReadOnlySpan<float> row) => 1 / MathF.Sqrt((TensorPrimitives.SumOfSquares(row) / width) + Epsilon);
}
