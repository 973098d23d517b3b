using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery.Golden;

/// <summary>What became of one file.</summary>
internal enum Outcome
{
    /// <summary>Every tensor is within its tolerance.</summary>
    Passed,

    /// <summary>A tensor is not, or the file or the run is at fault.</summary>
    Failed,

    /// <summary>No declaration was published under the file's name and flags.</summary>
    Unknown,
}

/// <summary>The report on one file.</summary>
/// <param name="File">The file.</param>
/// <param name="Variant">The declaration; empty if none is known or the file is at fault.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Message">Why, if there are no comparisons to show it; else empty.</param>
/// <param name="Comparisons">One a tensor.</param>
internal sealed record CaseReport(string File, string Variant, Outcome Outcome, string Message, IReadOnlyList<Comparison> Comparisons);

/// <summary>Runs variants on files of test vectors.</summary>
/// <param name="variants">The variants to look for.</param>
/// <param name="place">Adds where to run to the options of a case.</param>
/// <param name="tolerance">What is asked of the results; null: of single precision.</param>
internal sealed class Verifier(IReadOnlyList<IVariant> variants, Func<RunOptions, RunOptions> place, Tolerance? tolerance = null)
{
    private readonly Tolerance allowed = tolerance ?? Tolerance.Single;

    /// <summary>Checks one file. Faults of the file or the run are part of the report.</summary>
    public CaseReport Verify(string path)
    {
        string name = Path.GetFileName(path);
        string declared = "";
        try
        {
            using SafeTensors file = SafeTensors.Read(path);
            CaseMetadata metadata = CaseMetadata.Read(file);
            if (metadata.Variant.Length == 0)
            {
                return new CaseReport(name, "", Outcome.Failed, $"{path}: expected the variant's name in the metadata ('variant', or a JSON object 'meta' with it), but there is none.", []);
            }

            if (Known.Find(variants, metadata) is not (IVariant variant, Publication publication))
            {
                return new CaseReport(name, "", Outcome.Unknown, Known.Missing(variants, metadata), []);
            }

            declared = variant.Description.Name;
            using var golden = new GoldenCase(file, metadata, variant, publication, allowed.Number);
            List<Comparison> comparisons = Run(golden);
            return comparisons.Count > 0
                ? new CaseReport(name, declared, comparisons.TrueForAll(x => x.Passed) ? Outcome.Passed : Outcome.Failed, "", comparisons)
                : new CaseReport(name, declared, Outcome.Failed, $"{path}: expected results to compare with (o, ht, or d and an input's name), but there are none.", []);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException or InvalidOperationException)
        {
            return new CaseReport(name, declared, Outcome.Failed, exception.Message, []);
        }
    }

    private List<Comparison> Run(GoldenCase golden)
    {
        RunOptions options = place(golden.Options);
        var conditioning = new Conditioning(golden.Variant, golden.Call, golden.Options, allowed.Number);
        var comparisons = new List<Comparison>();
        CallTensors call = golden.Call;
        using (Tensor state = golden.StartingState(allowed.Number == DataType.Float64 ? DataType.Float64 : DataType.Float32))
        using (Tensor output = golden.Variant.Decode(call.Inputs, call.Parameters, state, options))
        {
            Outputs("decode", output, state);
        }

        using (ForwardResult forward = golden.Variant.Forward(call.Inputs, call.Parameters, call.InitialState, options))
        {
            Outputs("forward", forward.Output, forward.FinalState);
        }

        if (call.OutputGradient is { } upstream)
        {
            // What is left when the terms of a gradient cancel is rounding: its error counts relative to the gradient that came in.
            double floor = allowed.Cancelled * RootMeanSquare(upstream);
            using BackwardResult backward = golden.Variant.Backward(call.Inputs, call.Parameters, upstream, call.FinalStateGradient, call.InitialState, options);
            foreach ((int i, string name, Tensor expected, Tensor got) in golden.Gradients(backward))
            {
                comparisons.Add(Comparison.Of("backward", name, expected, got, allowed.Gradient + golden.ScaleRounding, floor, Conditioned(() => conditioning.Gradient(i))));
            }
        }

        return comparisons;

        // Double precision is what the conditioning is computed in.
        Func<double>? Conditioned(Func<double> change) => allowed.Number != DataType.Float64 ? change : null;

        void Outputs(string pass, Tensor output, Tensor finalState)
        {
            foreach ((int i, string name, Tensor expected, Tensor got) in golden.Outputs(output, finalState))
            {
                comparisons.Add(Comparison.Of(pass, name, expected, got, allowed.Forward + golden.ScaleRounding, 0, Conditioned(() => i == 0 ? conditioning.Output : conditioning.FinalState)));
            }
        }
    }

    private static double RootMeanSquare(Tensor tensor)
    {
        double sum = 0;
        for (long i = 0; i < tensor.Count; i++)
        {
            sum += tensor[i] * tensor[i];
        }

        return tensor.Count == 0 ? 0 : Math.Sqrt(sum / tensor.Count);
    }
}
