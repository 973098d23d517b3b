using AttentionDsl.Gallery.Golden;
using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery.Measure;

/// <summary>The worst relative error of each form against the oracle.</summary>
/// <param name="Decode">Of outputs and states, decoded.</param>
/// <param name="Forward">Of outputs and states, by chunks.</param>
/// <param name="Backward">Of all gradients.</param>
internal sealed record AgreementReport(double Decode, double Forward, double Backward)
{
    /// <summary>True if single precision explains all errors.</summary>
    public bool Passed => Decode <= Errors.Forward && Forward <= Errors.Forward && Backward <= Errors.Gradient;
}

/// <summary>Runs the three forms and the oracle on the same random tensors.</summary>
internal static class Agreement
{
    public static AgreementReport Of(IVariant variant, CallSize size, RunOptions options)
    {
        using var random = new RandomInputs(variant.Description, size);
        VariantShapes shapes = variant.Shapes(random.Inputs, options);
        using Tensor initial = random.Like(shapes.State), upstream = random.Like(shapes.Output), final = random.Like(shapes.State);
        MakeKeySumsPositive(variant.Description, shapes, initial);

        using ForwardResult exact = variant.ReferenceForward(random.Inputs, random.Parameters, initial, options);
        using Tensor state = initial.Clone();
        using Tensor output = variant.Decode(random.Inputs, random.Parameters, state, options);
        using ForwardResult forward = variant.Forward(random.Inputs, random.Parameters, initial, options);
        using BackwardResult gradients = variant.ReferenceBackward(random.Inputs, random.Parameters, upstream, final, initial, options);
        using BackwardResult backward = variant.Backward(random.Inputs, random.Parameters, upstream, final, initial, options);
        return new AgreementReport(
            Worst((exact.Output, output), (exact.FinalState, state)),
            Worst((exact.Output, forward.Output), (exact.FinalState, forward.FinalState)),
            Worst([.. Gradients(gradients).Zip(Gradients(backward))]));
    }

    // As random keys are then, their sum is positive: see RandomInputs.
    private static void MakeKeySumsPositive(VariantDescription description, VariantShapes shapes, Tensor initial)
    {
        if (description.Normalizer)
        {
            for (long row = shapes.V; row < initial.Count; row += shapes.V + 1)
            {
                initial[row] = Math.Abs(initial[row]);
            }
        }
    }

    private static IEnumerable<Tensor> Gradients(BackwardResult result) => result.Inputs.Concat(result.Parameters).Append(result.InitialState).OfType<Tensor>();

    private static double Worst(params (Tensor Exact, Tensor Got)[] pairs)
    {
        double worst = 0;
        foreach ((Tensor exact, Tensor got) in pairs)
        {
            double error = Errors.Relative(exact, got);
            worst = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(worst, error);
        }

        return worst;
    }
}
