using System.Collections.Immutable;
using System.Text;

namespace AttentionDsl.Runtime;

/// <summary>What <see cref="VariantCheck.Check"/> found.</summary>
/// <param name="Variant">The declaration's name.</param>
/// <param name="Comparisons">One a tensor and pass.</param>
public sealed record CheckReport(string Variant, ImmutableArray<Comparison> Comparisons)
{
    /// <summary>True if every tensor is within its tolerance.</summary>
    public bool Passed => Comparisons.All(x => x.Passed);

    /// <summary>The worst relative error of a pass; infinite if one is not a number.</summary>
    /// <param name="pass">decode, forward, backward, training or differences.</param>
    public double Worst(string pass) => Comparisons.Where(x => x.Pass == pass).Select(x => double.IsNaN(x.Relative) ? double.PositiveInfinity : x.Relative).DefaultIfEmpty().Max();

    /// <summary>A line a tensor, and the verdict.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (Comparison x in Comparisons)
        {
            string verdict = x.Passed ? "" : "  FAIL", note = x.Note.Length == 0 ? "" : $"  ({x.Note})";
            text.Append($"{Variant} {x.Pass,-11} {x.Tensor,-14} relative error {Comparison.Short(x.Relative)}, allowed {Comparison.Short(x.Tolerance)}{verdict}{note}\n");
        }

        int failed = Comparisons.Count(x => !x.Passed);
        return text.Append(failed == 0 ? $"{Variant}: agrees with the oracle" : $"{Variant}: {failed} of {Comparisons.Length} tensors do not agree with the oracle").ToString();
    }
}
