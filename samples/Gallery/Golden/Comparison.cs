using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery.Golden;

/// <summary>One computed tensor held against the expected one.</summary>
/// <param name="Pass">The pass that computed it.</param>
/// <param name="Tensor">Its name.</param>
/// <param name="Relative">||x - ref|| / ||ref||.</param>
/// <param name="Absolute">The largest absolute difference.</param>
/// <param name="Tolerance">What the relative error was held against.</param>
/// <param name="Passed">True if it is within the tolerance.</param>
/// <param name="Note">Why the tolerance is not the usual one; empty if it is.</param>
internal sealed record Comparison(string Pass, string Tensor, double Relative, double Absolute, double Tolerance, bool Passed, string Note);

/// <summary>Errors, and what may be asked of single precision.</summary>
internal static class Errors
{
    /// <summary>Of outputs and states.</summary>
    public const double Forward = 1e-5;

    /// <summary>Of gradients.</summary>
    public const double Gradient = 3e-5;

    /// <summary>Compares a computed tensor with the expected one of as many elements.</summary>
    /// <param name="pass">The pass that computed it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="expected">The expected numbers.</param>
    /// <param name="got">The computed ones.</param>
    /// <param name="tolerance">Allowed relative error.</param>
    /// <param name="floor">The root mean square below which an expected tensor is nearly cancelled, and errors count relative to this; 0: never.</param>
    /// <param name="conditioning">The relative change of the exact result when every input changes in its last bit; asked only where the error is too large.</param>
    public static Comparison Compare(string pass, string name, Tensor expected, Tensor got, double tolerance, double floor, Func<double> conditioning)
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
                pass, name, relative, largest, tolerance * size / norm, true, $"the terms cancel to a rms of {norm / Math.Sqrt(expected.Count):e1}; error relative to 1e-2 rms(do): {error / size:e1}");
        }

        double condition = double.IsNaN(relative) ? 0 : conditioning();
        return relative <= 4 * condition
            ? new Comparison(pass, name, relative, largest, 4 * condition, true, $"ill-conditioned: a change of the inputs in their last bit changes the exact result by {condition:e1}; allowed is 4 times that")
            : new Comparison(pass, name, relative, largest, tolerance, false, condition > 0 ? $"a change of the inputs in their last bit explains {condition:e1}" : "");
    }

    /// <summary>||x - ref|| / ||ref||.</summary>
    public static double Relative(Tensor expected, Tensor got) => Compare("", "", expected, got, double.PositiveInfinity, 0, () => 0).Relative;

    /// <summary>The root mean square of a tensor.</summary>
    public static double RootMeanSquare(Tensor tensor)
    {
        double sum = 0;
        for (long i = 0; i < tensor.Count; i++)
        {
            sum += tensor[i] * tensor[i];
        }

        return tensor.Count == 0 ? 0 : Math.Sqrt(sum / tensor.Count);
    }
}
