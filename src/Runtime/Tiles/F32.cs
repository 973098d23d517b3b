namespace AttentionDsl.Runtime;

/// <summary>Single precision, one number: the number of device threads and of scalar code.</summary>
/// <param name="Value">The value.</param>
public readonly record struct F32(float Value) : INumber<F32>
{
    /// <inheritdoc/>
    public static F32 operator +(F32 a, F32 b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    public static F32 operator -(F32 a, F32 b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    public static F32 operator *(F32 a, F32 b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    public static F32 operator /(F32 a, F32 b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    public static F32 operator -(F32 a) => new(-a.Value);

    /// <inheritdoc/>
    public static F32 Constant(double value) => new((float)value);

    /// <inheritdoc/>
    public static F32 Exp(F32 x) => new(MathF.Exp(x.Value));

    /// <inheritdoc/>
    public static F32 Log(F32 x) => new(MathF.Log(x.Value));

    /// <inheritdoc/>
    public static F32 Sqrt(F32 x) => new(MathF.Sqrt(x.Value));

    /// <inheritdoc/>
    public static F32 Tanh(F32 x)
    {
        // From the exponential, which every device has; near zero, where that loses digits, from the series.
        float size = MathF.Abs(x.Value), square = size * size;
        float e = MathF.Exp(-2 * size), far = (1 - e) / (1 + e);
        float near = size * (1 + (square * (-0.333333333f + (square * (0.133333333f + (square * -0.0539682540f))))));
        float tanh = size < 0.15f ? near : far;
        return new(x.Value < 0 ? -tanh : tanh);
    }

    /// <inheritdoc/>
    public static F32 Sin(F32 x) => new(MathF.Sin(x.Value));

    /// <inheritdoc/>
    public static F32 Cos(F32 x) => new(MathF.Cos(x.Value));

    /// <inheritdoc/>
    public static F32 Abs(F32 x) => new(MathF.Abs(x.Value));

    /// <inheritdoc/>
    public static F32 Sigmoid(F32 x)
    {
        float e = MathF.Exp(-MathF.Abs(x.Value));
        return new((x.Value >= 0 ? 1 : e) / (1 + e));
    }

    /// <inheritdoc/>
    public static F32 Softplus(F32 x)
    {
        // log(1 + e) loses the digits of a small e, and a device's logarithm those of any near 1:
        // log(1 + e) = 2 artanh(s) with s = e / (2 + e) <= 1/3 by its series.
        float e = MathF.Exp(-MathF.Abs(x.Value)), s = e / (2 + e), t = s * s;
        float series = 1 + (t * ((1f / 3) + (t * ((1f / 5) + (t * ((1f / 7) + (t * ((1f / 9) + (t * ((1f / 11) + (t * ((1f / 13) + (t * (1f / 15))))))))))))));
        return new(MathF.Max(x.Value, 0) + (2 * s * series));
    }

    /// <inheritdoc/>
    public static F32 Max(F32 a, F32 b) => new(a.Value > b.Value ? a.Value : b.Value);

    /// <inheritdoc/>
    public static F32 Min(F32 a, F32 b) => new(a.Value < b.Value ? a.Value : b.Value);

    /// <inheritdoc/>
    public static F32 Less(F32 a, F32 b, F32 then, F32 otherwise) => a.Value < b.Value ? then : otherwise;
}
