using System.Globalization;

namespace AttentionDsl.Runtime;

/// <summary>One computed tensor held against the expected one.</summary>
/// <param name="Pass">What computed it: decode, forward, backward.</param>
/// <param name="Tensor">Its name.</param>
/// <param name="Relative">||x - ref|| / ||ref||.</param>
/// <param name="Absolute">The largest absolute difference.</param>
/// <param name="Tolerance">What the relative error was held against.</param>
/// <param name="Passed">True if it is within the tolerance.</param>
/// <param name="Note">Why the tolerance is not the usual one; empty if it is.</param>
public sealed record Comparison(string Pass, string Tensor, double Relative, double Absolute, double Tolerance, bool Passed, string Note)
{
    /// <summary>Compares a computed tensor with the expected one.</summary>
    /// <param name="pass">What computed it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="expected">The expected numbers.</param>
    /// <param name="got">The computed ones.</param>
    /// <param name="tolerance">Allowed relative error.</param>
    /// <param name="floor">The root mean square below which an expected tensor is nearly cancelled, and errors count relative to this; 0: never.</param>
    /// <param name="conditioning">
    /// The relative change of the exact result when every input changes in its last bit; asked only where the error is too large, which is
    /// then allowed up to four times that. Null: no such allowance.
    /// </param>
    public static Comparison Of(string pass, string name, Tensor expected, Tensor got, double tolerance, double floor = 0, Func<double>? conditioning = null)
    {
        if (expected.Count != got.Count)
        {
            return new Comparison(pass, name, double.NaN, double.NaN, tolerance, false, $"expected {expected}, but got {got}");
        }

        double error = 0, norm = 0, largest = 0;
        for (long i = 0; i < expected.Count; i++)
        {
            double difference = Math.Abs(expected[i] - got[i]);
            error += difference * difference;
            norm += expected[i] * expected[i];
            largest = double.IsNaN(difference) ? double.NaN : Math.Max(largest, difference);
        }

        (error, norm) = (Math.Sqrt(error), Math.Sqrt(norm));
        double relative = error == 0 ? 0 : error / norm;
        if (relative <= tolerance)
        {
            return new Comparison(pass, name, relative, largest, tolerance, true, "");
        }

        double size = floor * Math.Sqrt(expected.Count);
        if (size > norm && error <= tolerance * size)
        {
            return new Comparison(
                pass, name, relative, largest, tolerance * size / norm, true, $"the terms cancel to a rms of {Short(norm / Math.Sqrt(expected.Count))}; relative to a rms of {Short(floor)} the error is {Short(error / size)}");
        }

        double condition = double.IsNaN(relative) || conditioning is null ? 0 : conditioning();
        return relative <= 4 * condition
            ? new Comparison(pass, name, relative, largest, 4 * condition, true, $"ill-conditioned: a change of the inputs in their last bit changes the exact result by {Short(condition)}; allowed is 4 times that")
            : new Comparison(pass, name, relative, largest, tolerance, false, condition > 0 ? $"a change of the inputs in their last bit explains {Short(condition)}" : "");
    }

    /// <summary>A number with two digits, such as 1.3e-7.</summary>
    internal static string Short(double value) => value == 0 ? "0" : value.ToString("0.0e-0", CultureInfo.InvariantCulture);
}
