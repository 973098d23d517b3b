using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery.Golden;

/// <summary>
/// How much the exact results of a case change when every input changes by half a unit in the last place of single precision:
/// no single-precision program can be asked for less error than that.
/// </summary>
/// <param name="golden">The case.</param>
internal sealed class Conditioning(GoldenCase golden) : IDisposable
{
    private const double HalfUnit = 1.0 / (1 << 24);

    private readonly List<Tensor> made = [];
    private Dictionary<string, double>? changes;

    /// <summary>The relative change of a result by its name in the file.</summary>
    public double Of(string name) => (changes ??= Measure()).GetValueOrDefault(name);

    public void Dispose() => made.ForEach(x => x.Dispose());

    private Dictionary<string, double> Measure()
    {
        var random = new Random(1);
        Tensor[] inputs = [.. golden.Inputs.Select(x => Moved(x, random))];
        Tensor[] parameters = [.. golden.Parameters.Zip(golden.Variant.Description.Parameters, (x, y) => y.Learned ? Moved(x, random) : x)];
        Tensor? state = golden.InitialState is { } initial ? Moved(initial, random) : null;
        var result = new Dictionary<string, double>();
        using ForwardResult exact = golden.Variant.ReferenceForward(golden.Inputs, golden.Parameters, golden.InitialState, golden.Options);
        using ForwardResult moved = golden.Variant.ReferenceForward(inputs, parameters, state, golden.Options);
        result["o"] = Errors.Relative(exact.Output, moved.Output);
        result["ht"] = Errors.Relative(exact.FinalState, moved.FinalState);
        if (golden.OutputGradient is { } upstream)
        {
            using BackwardResult exactly = golden.Variant.ReferenceBackward(golden.Inputs, golden.Parameters, upstream, golden.FinalStateGradient, golden.InitialState, golden.Options);
            using BackwardResult nearby = golden.Variant.ReferenceBackward(inputs, parameters, Moved(upstream, random), golden.FinalStateGradient, state, golden.Options);
            foreach (((string name, _, Tensor a), (_, _, Tensor b)) in golden.Gradients(exactly).Zip(golden.Gradients(nearby)))
            {
                result[name] = Errors.Relative(a, b);
            }
        }

        return result;
    }

    private Tensor Moved(Tensor tensor, Random random)
    {
        Tensor moved = tensor.ToFloat64();
        made.Add(moved);
        foreach (ref double value in moved.AsSpan<double>())
        {
            value *= 1 + (random.Next(2) == 0 ? HalfUnit : -HalfUnit);
        }

        return moved;
    }
}
