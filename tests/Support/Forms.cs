using AttentionDsl.Runtime;

namespace AttentionDsl.Tests;

/// <summary>Decode, chunk forward and chunk backward of a case, held against the oracle.</summary>
internal static class Forms
{
    /// <summary>All that is not within its tolerance, a line each; empty if everything is.</summary>
    /// <param name="random">The case.</param>
    /// <param name="engine">What runs the forms; null: the host.</param>
    /// <param name="tolerance">What is asked of it.</param>
    public static string Disagreements(RandomCase random, IEngine? engine = null, Tolerance? tolerance = null)
    {
        double decay = random.Shape.Numbers.MeanDecay;
        Tolerance allowed = (tolerance ?? (engine?.Number == DataType.Float64 ? Tolerance.Double : Tolerance.Single))
            .WithDecays(decay * (random.Options.ChunkLength ?? 16));
        RunOptions options = random.Options with { Engine = engine, OutputType = DataType.Float32 };
        IVariant variant = random.Variant;
        using ForwardResult exact = variant.ReferenceForward(random.Inputs, random.Parameters, random.InitialState, random.Options);
        using BackwardResult gradients = variant.ReferenceBackward(random.Inputs, random.Parameters, random.OutputGradient, random.FinalStateGradient, random.InitialState, random.Options);

        Tensor state = random.StartingState(allowed.Number);
        using Tensor output = variant.Decode(random.Inputs, random.Parameters, state, options);
        using ForwardResult forward = variant.Forward(random.Inputs, random.Parameters, random.InitialState, options);
        using BackwardResult backward = variant.Backward(random.Inputs, random.Parameters, random.OutputGradient, random.FinalStateGradient, random.InitialState, options);

        // The gradient of a gate's parameter sums a term a token and channel; one that scales a log decay has the decay as a factor.
        double floor = allowed.Cancelled * RootMeanSquare(random.OutputGradient);
        double Floor(string name) => variant.Description.Parameters.Any(x => "d" + x.Name == name)
            ? floor * Math.Max(1, decay) * Math.Sqrt((double)random.Shapes.Tokens * Math.Max(random.Shapes.K, random.Shapes.V))
            : floor;
        List<Comparison> comparisons =
        [
            Compare("decode", "o", exact.Output, output, allowed.Forward, 0),
            Compare("decode", "state", exact.FinalState, state, allowed.Forward, 0),
            Compare("forward", "o", exact.Output, forward.Output, allowed.Forward, 0),
            Compare("forward", "state", exact.FinalState, forward.FinalState, allowed.Forward, 0),
            .. Gradients(variant, gradients, backward).Select(x => Compare("backward", x.Name, x.Expected, x.Got, allowed.Gradient, Floor(x.Name))),
        ];
        return string.Join('\n', comparisons.Where(x => !x.Passed).Select(x => $"{x.Pass} {x.Tensor}: {x.Relative:e2}, allowed {x.Tolerance:e1} {x.Note}"));
    }

    /// <summary>Two sets of gradients side by side, with their names.</summary>
    public static IEnumerable<(string Name, Tensor Expected, Tensor Got)> Gradients(IVariant variant, BackwardResult expected, BackwardResult got)
    {
        VariantDescription d = variant.Description;
        IEnumerable<string> names = [.. d.Inputs.Select(x => "d" + x.Name), .. d.Parameters.Select(x => "d" + x.Name), "d initial state"];
        return names.Zip(expected.All(), got.All()).Where(x => x.Second is not null).Select(x => (x.First, x.Second!, x.Third!));
    }

    private static Comparison Compare(string pass, string name, Tensor expected, Tensor got, double tolerance, double floor) =>
        Comparison.Of(pass, name, expected, got, tolerance, floor);

    private static double RootMeanSquare(Tensor tensor)
    {
        double sum = 0;
        foreach (float x in tensor.AsSpan<float>())
        {
            sum += (double)x * x;
        }

        return Math.Sqrt(sum / Math.Max(1, tensor.Count));
    }
}
