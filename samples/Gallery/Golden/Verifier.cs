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
internal sealed class Verifier(IReadOnlyList<IVariant> variants, Func<RunOptions, RunOptions> place)
{
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
                return new CaseReport(name, "", Outcome.Unknown, $"no declaration is published as {metadata}", []);
            }

            declared = variant.Description.Name;
            using var golden = new GoldenCase(file, metadata, variant, publication);
            List<Comparison> comparisons = [.. Run(golden)];
            return new CaseReport(name, declared, comparisons.TrueForAll(x => x.Passed) ? Outcome.Passed : Outcome.Failed, "", comparisons);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException or InvalidOperationException)
        {
            return new CaseReport(name, declared, Outcome.Failed, exception.Message, []);
        }
    }

    private List<Comparison> Run(GoldenCase golden)
    {
        var comparisons = new List<Comparison>();
        RunOptions options = place(golden.Options);
        using var conditioning = new Conditioning(golden);
        using (Tensor state = golden.StartingState())
        using (Tensor output = golden.Variant.Decode(golden.Inputs, golden.Parameters, state, options))
        {
            Add("decode", golden.Outputs(output, state), Errors.Forward, 0);
        }

        using (ForwardResult forward = golden.Variant.Forward(golden.Inputs, golden.Parameters, golden.InitialState, options))
        {
            Add("forward", golden.Outputs(forward.Output, forward.FinalState), Errors.Forward, 0);
        }

        if (golden.OutputGradient is { } upstream)
        {
            using BackwardResult backward = golden.Variant.Backward(golden.Inputs, golden.Parameters, upstream, golden.FinalStateGradient, golden.InitialState, options);
            Add("backward", golden.Gradients(backward), Errors.Gradient, 1e-2 * Errors.RootMeanSquare(upstream));
        }

        return comparisons;

        void Add(string pass, IEnumerable<(string Name, Tensor Expected, Tensor Got)> pairs, double tolerance, double floor)
        {
            foreach ((string name, Tensor expected, Tensor got) in pairs)
            {
                comparisons.Add(Errors.Compare(pass, name, expected, got, tolerance, floor, () => conditioning.Of(name)));
            }
        }
    }
}
