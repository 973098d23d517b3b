using System.Collections.Immutable;

namespace AttentionDsl.Runtime;

/// <summary>Says whether what was generated for a declaration is right: <c>Console.WriteLine(MyLayer.Variant.Check());</c></summary>
public static class VariantCheck
{
    // Large enough for several chunks and a remainder, and small enough that the oracle takes milliseconds.
    private static readonly CallSize Usual = new(2, 150, 2, 32, 24);
    private static readonly CallSize Small = new(1, 20, 2, 8, 6);

    /// <summary>
    /// Runs a variant on random tensors and holds decode, chunk forward, chunk backward and, on a device, a training step against the oracle (the plain recurrence in
    /// double precision), and the oracle's gradients against central differences of the oracle itself.
    /// </summary>
    /// <param name="variant">The variant, such as <c>MyLayer.Variant</c>.</param>
    /// <param name="size">Sizes of the call; null: B 2, T 150, H 2, K 32, V 24.</param>
    /// <param name="options">How to run it; null: on the host.</param>
    /// <param name="seed">Of the random numbers.</param>
    public static CheckReport Check(this IVariant variant, CallSize? size = null, RunOptions? options = null, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return new CheckReport(variant.Description.Name, [.. Forms(variant, size ?? Usual, options, seed), .. CentralDifferences.Compare(variant, Small, seed)]);
    }

    private static List<Comparison> Forms(IVariant variant, CallSize size, RunOptions? options, int seed)
    {
        VariantDescription description = variant.Description;
        using var random = new RandomInputs(description, size, seed);
        VariantShapes shapes = variant.Shapes(random.Inputs, options);
        var call = new CallTensors(random.Inputs, random.Parameters, random.State(description, shapes), random.Like(shapes.Output), random.Like(shapes.State));
        var conditioning = new Conditioning(variant, call, options);
        var comparisons = new List<Comparison>();

        // On the host a training step is the two calls.
        using PreparedTraining<BackwardResult> step = variant.PrepareTraining(call.Inputs, call.Parameters, call.OutputGradient!, call.FinalStateGradient, call.InitialState, options);
        bool keeps = step.KeptBytes > 0;
        if (keeps)
        {
            step.Forward();
            step.Backward();
        }

        using (ForwardResult exact = variant.ReferenceForward(call.Inputs, call.Parameters, call.InitialState, options))
        {
            using Tensor state = call.InitialState!.Clone();
            using Tensor output = variant.Decode(call.Inputs, call.Parameters, state, options);
            using ForwardResult forward = variant.Forward(call.Inputs, call.Parameters, call.InitialState, options);
            Outputs("decode", exact, output, state);
            Outputs("forward", exact, forward.Output, forward.FinalState);
            if (keeps)
            {
                Outputs("training", exact, step.Result.Output, step.Result.FinalState);
            }
        }

        using BackwardResult exactly = variant.ReferenceBackward(call.Inputs, call.Parameters, call.OutputGradient!, call.FinalStateGradient, call.InitialState, options);
        using BackwardResult backward = variant.Backward(call.Inputs, call.Parameters, call.OutputGradient!, call.FinalStateGradient, call.InitialState, options);
        Gradients("backward", backward);
        if (keeps)
        {
            Gradients("training", step.Gradients);
        }

        return comparisons;

        void Outputs(string pass, ForwardResult exact, Tensor output, Tensor state)
        {
            comparisons.Add(Comparison.Of(pass, "output", exact.Output, output, Tolerance.Single.Forward, 0, () => conditioning.Output));
            comparisons.Add(Comparison.Of(pass, "final state", exact.FinalState, state, Tolerance.Single.Forward, 0, () => conditioning.FinalState));
        }

        void Gradients(string pass, BackwardResult gradients)
        {
            string[] names = [.. GradientNames(description)];
            foreach ((int i, (Tensor? expected, Tensor? got)) in exactly.All().Zip(gradients.All()).Index())
            {
                if (expected is not null && got is not null)
                {
                    comparisons.Add(Comparison.Of(pass, names[i], expected, got, Tolerance.Single.Gradient, 0, () => conditioning.Gradient(i)));
                }
            }
        }
    }

    /// <summary>The names of the gradients in the order of <see cref="BackwardResult.All"/>.</summary>
    internal static IEnumerable<string> GradientNames(VariantDescription description) =>
        [.. description.Inputs.Select(x => x.Name), .. description.Parameters.Select(x => x.Name), "initial state"];
}
