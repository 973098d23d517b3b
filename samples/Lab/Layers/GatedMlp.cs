using System.Numerics.Tensors;

namespace AttentionDsl.Lab.Layers;

/// <summary>y = (SiLU(x W_g) * (x W_u)) W_d.</summary>
internal sealed class GatedMlp(Initializer initializer, int width, int hidden, double outputGain) : Layer
{
    private readonly Linear gate = new(initializer, "gate", width, hidden), up = new(initializer, "up", width, hidden);
    private readonly Linear down = new(initializer, "down", hidden, width, outputGain);
    private readonly Gating gating = new(silu: true);
    private readonly Buffer dx = new();

    public override IEnumerable<Parameter> Parameters => [.. gate.Parameters, .. up.Parameters, .. down.Parameters];

    public override Tensor Forward(Tensor x) => down.Forward(gating.Forward(up.Forward(x), gate.Forward(x)));

    public override Tensor Backward(Tensor dy)
    {
        (Tensor dup, Tensor dgate) = gating.Backward(down.Backward(dy));
        Tensor dx = this.dx.Like(dy);
        TensorPrimitives.Add(up.Backward(dup).AsSpan<float>(), gate.Backward(dgate).AsSpan<float>(), dx.AsSpan<float>());
        return dx;
    }
}
