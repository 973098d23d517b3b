using AttentionDsl.Runtime;

namespace AttentionDsl.Tests;

/// <summary>Decode, chunk forward and chunk backward of a case, held against the oracle.</summary>
internal static class Forms
{
    /// <summary>All that is not within its tolerance, a line each; empty if everything is.</summary>
    /// <param name="random">The case.</param>
    /// <param name="engine">What runs the forms; null: the host.</param>
    /// <param name="tolerance">What is asked of it.</param>
    /// <param name="conditioned">True: an error that moving the inputs in their last bit explains four times over is no disagreement.</param>
    public static string Disagreements(RandomCase random, IEngine? engine = null, Tolerance? tolerance = null, bool conditioned = false)
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
        Conditioning? conditioning = conditioned ? new Conditioning(variant, random.Call, random.Options) : null;
        List<Comparison> comparisons =
        [
            Output("decode", output),
            State("decode", state),
            Output("forward", forward.Output),
            State("forward", forward.FinalState),
            .. Gradients(variant, gradients, backward).Select(x => Comparison.Of(
                "backward", x.Name, x.Expected, x.Got, allowed.Gradient, Floor(x.Name), conditioning is null ? null : () => conditioning.Gradient(x.Index))),
        ];

        return string.Join('\n', comparisons.Where(x => !x.Passed).Select(x => $"{x.Pass} {x.Tensor}: {x.Relative:e2}, allowed {x.Tolerance:e1} {x.Note}"));

        Comparison Output(string pass, Tensor got) =>
            Comparison.Of(pass, "o", exact.Output, got, allowed.Forward, 0, conditioning is null ? null : () => conditioning.Output);

        Comparison State(string pass, Tensor got) =>
            Comparison.Of(pass, "state", exact.FinalState, got, allowed.Forward, 0, conditioning is null ? null : () => conditioning.FinalState);
    }

    /// <summary>Two sets of gradients side by side, with their names.</summary>
    public static IEnumerable<(int Index, string Name, Tensor Expected, Tensor Got)> Gradients(IVariant variant, BackwardResult expected, BackwardResult got)
    {
        VariantDescription d = variant.Description;
        IEnumerable<string> names = [.. d.Inputs.Select(x => "d" + x.Name), .. d.Parameters.Select(x => "d" + x.Name), "d initial state"];
        return names.Zip(expected.All(), got.All()).Index().Where(x => x.Item.Second is not null).Select(x => (x.Index, x.Item.First, x.Item.Second!, x.Item.Third!));
    }

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
