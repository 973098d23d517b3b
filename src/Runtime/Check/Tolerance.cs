namespace AttentionDsl.Runtime;

/// <summary>What may be asked of a precision, as relative errors ||x - ref|| / ||ref||: the one place where tests and programs get it from.</summary>
/// <param name="Number">Its element type.</param>
/// <param name="Forward">Of outputs and states.</param>
/// <param name="Gradient">Of gradients.</param>
/// <remarks>
/// A result is a sum of products along the tokens of a chunk, the channels and the chunks before. With u = 2^-24 a sum of n terms of random sign
/// has an error of about sqrt(n) u, and n reaches some 10^4 (128 tokens of 128 channels): 100 u = 6e-6, rounded up to 1e-5. A gradient passes
/// through about three such sums (a product, a solve and its transpose, the state's gradient): 3e-5.
/// Double precision has 2^-53 and the same sums: 1e-14. The files of golden vectors themselves agree with a second implementation to 1e-12 and,
/// where keys repeat, to 3e-10 in a cancelling gradient: 1e-10.
/// </remarks>
public sealed record Tolerance(DataType Number, double Forward, double Gradient)
{
    /// <summary>Float32.</summary>
    public static Tolerance Single { get; } = new(DataType.Float32, 1e-5, 3e-5);

    /// <summary>Float64.</summary>
    public static Tolerance Double { get; } = new(DataType.Float64, 1e-10, 1e-10);

    /// <summary>
    /// Of bfloat16 or float16 inputs to tensor cores, whose factors are rounded to 2^-9 between sums: what hand-written kernels of this kind reach, with
    /// room for what they round elsewhere.
    /// </summary>
    /// <param name="number">BFloat16 or Float16.</param>
    public static Tolerance SixteenBit(DataType number) => new(number, 1e-2, 2e-2);

    /// <summary>
    /// The root mean square, relative to the upstream gradient's, below which a gradient is nearly cancelled and its error counts relative to
    /// this: a gradient that small moves no parameter.
    /// </summary>
    public double Cancelled { get; init; } = 1e-2;

    /// <summary>
    /// The same where log decays add up to so much over a chunk: the decay between two tokens is the exponential of a difference of two such
    /// sums, each of which is rounded by up to 2^-24 of its size (in float32).
    /// </summary>
    /// <param name="sum">The sum of a chunk's log decays, positive.</param>
    public Tolerance WithDecays(double sum)
    {
        double rounding = sum * Math.Pow(2, Number == DataType.Float64 ? -53 : -24);
        return this with { Forward = Forward + rounding, Gradient = Gradient + rounding };
    }
}
