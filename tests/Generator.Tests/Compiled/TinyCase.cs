using AttentionDsl.Runtime;

namespace AttentionDsl.Generator.Tests.Compiled;

/// <summary>Random tensors for a variant: one sequence of 5 tokens, 2 heads, 3 key and 4 value channels.</summary>
internal sealed class TinyCase
{
    private const int Tokens = 5, Heads = 2, K = 3, V = 4;

    private readonly Random random = new(7);

    private TinyCase(IVariant variant)
    {
        Inputs = [.. variant.Description.Inputs.Select(x => x.Channels == Runtime.Channels.Scalar ? Draw(1, Tokens, Heads) : Draw(1, Tokens, Heads, Width(x.Channels)))];
        Parameters = [.. variant.Description.Parameters.Select(x => x.Channels == Runtime.Channels.Scalar ? Draw(Heads) : Draw(Heads, Width(x.Channels)))];
        State = Draw(1, Heads, K, V);
        OutputGradient = Draw(1, Tokens, Heads, V);
        StateGradient = Draw(1, Heads, K, V);
    }

    public Tensor[] Inputs { get; }

    public Tensor[] Parameters { get; }

    public Tensor State { get; }

    public Tensor OutputGradient { get; }

    public Tensor StateGradient { get; }

    public static TinyCase For(IVariant variant) => new(variant);

    /// <summary>What <see cref="OutputGradient"/> and <see cref="StateGradient"/> are the gradients of, by the oracle.</summary>
    public double Loss(IVariant variant)
    {
        using ForwardResult result = variant.ReferenceForward(Inputs, Parameters, State);
        return Dot(result.Output, OutputGradient) + Dot(result.FinalState, StateGradient);
    }

    private static double Dot(Tensor a, Tensor b)
    {
        double sum = 0;
        for (long i = 0; i < a.Count; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static int Width(Runtime.Channels channels) => channels == Runtime.Channels.Key ? K : V;

    private Tensor Draw(params ReadOnlySpan<long> shape)
    {
        Tensor tensor = new(DataType.Float64, shape);
        for (long i = 0; i < tensor.Count; i++)
        {
            tensor[i] = (float)((2 * random.NextDouble()) - 1);
        }

        return tensor;
    }
}
