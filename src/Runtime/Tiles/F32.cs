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
    public static F32 Tanh(F32 x) => new(MathF.Tanh(x.Value));

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
        // log(1 + e) loses the digits of a small e; Kahan's correction (as in log1p) gives them back.
        float e = MathF.Exp(-MathF.Abs(x.Value)), u = 1 + e;
        float log = u == 1 ? e : MathF.Log(u) * (e / (u - 1));
        return new(MathF.Max(x.Value, 0) + log);
    }

    /// <inheritdoc/>
    public static F32 Max(F32 a, F32 b) => new(a.Value > b.Value ? a.Value : b.Value);

    /// <inheritdoc/>
    public static F32 Min(F32 a, F32 b) => new(a.Value < b.Value ? a.Value : b.Value);

    /// <inheritdoc/>
    public static F32 Less(F32 a, F32 b, F32 then, F32 otherwise) => a.Value < b.Value ? then : otherwise;
}
