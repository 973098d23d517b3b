using System.Numerics.Tensors;

namespace AttentionDsl.Lab.Layers;

/// <summary>
/// One block: h = conv(norm(x)); x += (norm(mixer(h)) * sigmoid(h W_gate)) W_out; x += mlp(norm(x)). The mixer's output is normalised head by
/// head. Nothing but the mixer differs from model to model.
/// </summary>
internal sealed class Block : Layer
{
    private readonly RmsNorm mixerNorm, headNorm, mlpNorm;
    private readonly ShortConvolution convolution;
    private readonly Mixer mixer;
    private readonly Linear gate, output;
    private readonly Gating gating = new(silu: false);
    private readonly GatedMlp mlp;
    private readonly Buffer middle = new(), result = new(), dh = new(), dmiddle = new(), dx = new();

    /// <param name="initializer">Makes the parameters.</param>
    /// <param name="width">Channels of a token.</param>
    /// <param name="mixer">Mixes tokens.</param>
    /// <param name="outputGain">Factor on the first weights of what is added to x: smaller in deeper models.</param>
    public Block(Initializer initializer, int width, Mixer mixer, double outputGain)
    {
        this.mixer = mixer;
        int mixed = mixer.Heads * mixer.HeadWidth;
        mixerNorm = new(initializer, "norm", width);
        convolution = new(initializer, "conv", width);
        headNorm = new(initializer, "head_norm", mixer.HeadWidth);
        gate = new(initializer, "gate", width, mixed);
        output = new(initializer, "out", mixed, width, outputGain);
        mlpNorm = new(initializer, "mlp_norm", width);
        mlp = new(initializer.In("mlp"), width, 2 * width, outputGain);
    }

    public override IEnumerable<Parameter> Parameters =>
        new Layer[] { mixerNorm, convolution, mixer, headNorm, gate, output, mlpNorm, mlp }.SelectMany(x => x.Parameters);

    public override Tensor Forward(Tensor x)
    {
        Tensor h = convolution.Forward(mixerNorm.Forward(x));
        Tensor o = gating.Forward(headNorm.Forward(mixer.Forward(h)), gate.Forward(h));
        Tensor middle = Sum(this.middle, x, output.Forward(o));
        return Sum(result, middle, mlp.Forward(mlpNorm.Forward(middle)));
    }

    public override Tensor Backward(Tensor dy)
    {
        Tensor dmiddle = Sum(this.dmiddle, dy, mlpNorm.Backward(mlp.Backward(dy)));
        (Tensor dnorm, Tensor dgate) = gating.Backward(output.Backward(dmiddle));
        Tensor dh = Sum(this.dh, mixer.Backward(headNorm.Backward(dnorm)), gate.Backward(dgate));
        return Sum(dx, dmiddle, mixerNorm.Backward(convolution.Backward(dh)));
    }

    private static Tensor Sum(Buffer buffer, Tensor a, Tensor b)
    {
        Tensor sum = buffer.Like(a);
        TensorPrimitives.Add(a.AsSpan<float>(), b.AsSpan<float>(), sum.AsSpan<float>());
        return sum;
    }
}
