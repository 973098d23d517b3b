using AttentionDsl.Lab.Layers;

namespace AttentionDsl.Lab.Training;

/// <summary>AdamW (Loshchilov and Hutter, arXiv 1711.05101) with warm-up, cosine decay to a tenth, and gradients of norm at most 1.</summary>
internal sealed class AdamW
{
    private const float Beta1 = 0.9f, Beta2 = 0.98f, Epsilon = 1e-8f, WeightDecay = 0.1f;

    private readonly IReadOnlyList<Parameter> parameters;
    private readonly double peak;
    private readonly int steps, warmUp;

    public AdamW(IReadOnlyList<Parameter> parameters, double learningRate, int steps)
    {
        this.parameters = parameters;
        (peak, this.steps, warmUp) = (learningRate, steps, Math.Max(1, steps / 20));
        Moments = [.. parameters.Select(x => (new Tensor(DataType.Float32, x.Value.Shape.AsSpan()), new Tensor(DataType.Float32, x.Value.Shape.AsSpan())))];
    }

    /// <summary>Mean and mean square of the gradients, for each parameter.</summary>
    public IReadOnlyList<(Tensor First, Tensor Second)> Moments { get; }

    /// <summary>The learning rate of a step, counted from 0.</summary>
    public double Rate(int step) => step < warmUp
        ? peak * (step + 1) / warmUp
        : peak * (0.1 + (0.45 * (1 + Math.Cos(Math.PI * (step - warmUp) / Math.Max(1, steps - warmUp)))));

    /// <summary>Moves the parameters and clears their gradients.</summary>
    /// <returns>False, and nothing is moved, if the gradient is not finite.</returns>
    public bool Step(int step)
    {
        double norm = Math.Sqrt(parameters.Sum(x => (double)System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(x.Gradient.AsSpan<float>())));
        if (!double.IsFinite(norm))
        {
            return false;
        }

        float clip = (float)Math.Min(1, 1 / norm), rate = (float)Rate(step);
        float correct1 = 1 - MathF.Pow(Beta1, step + 1), correct2 = 1 - MathF.Pow(Beta2, step + 1);
        for (int i = 0; i < parameters.Count; i++)
        {
            Span<float> value = parameters[i].Value.AsSpan<float>(), gradient = parameters[i].Gradient.AsSpan<float>();
            Span<float> first = Moments[i].First.AsSpan<float>(), second = Moments[i].Second.AsSpan<float>();
            float decay = parameters[i].Decays ? 1 - (rate * WeightDecay) : 1;
            for (int j = 0; j < value.Length; j++)
            {
                float g = gradient[j] * clip;
                first[j] = (Beta1 * first[j]) + ((1 - Beta1) * g);
                second[j] = (Beta2 * second[j]) + ((1 - Beta2) * g * g);
                value[j] = (decay * value[j]) - (rate * first[j] / correct1 / (MathF.Sqrt(second[j] / correct2) + Epsilon));
                gradient[j] = 0;
            }
        }

        return true;
    }
}
