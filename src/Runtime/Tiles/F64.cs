namespace AttentionDsl.Runtime;

/// <summary>Double precision: the oracle's number.</summary>
/// <param name="Value">The value.</param>
public readonly record struct F64(double Value) : INumber<F64>
{
    /// <inheritdoc/>
    public static F64 operator +(F64 a, F64 b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    public static F64 operator -(F64 a, F64 b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    public static F64 operator *(F64 a, F64 b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    public static F64 operator /(F64 a, F64 b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    public static F64 operator -(F64 a) => new(-a.Value);

    /// <inheritdoc/>
    public static F64 Constant(double value) => new(value);

    /// <inheritdoc/>
    public static F64 Exp(F64 x) => new(Math.Exp(x.Value));

    /// <inheritdoc/>
    public static F64 Log(F64 x) => new(Math.Log(x.Value));

    /// <inheritdoc/>
    public static F64 Sqrt(F64 x) => new(Math.Sqrt(x.Value));

    /// <inheritdoc/>
    public static F64 Tanh(F64 x) => new(Math.Tanh(x.Value));

    /// <inheritdoc/>
    public static F64 Sin(F64 x) => new(Math.Sin(x.Value));

    /// <inheritdoc/>
    public static F64 Cos(F64 x) => new(Math.Cos(x.Value));

    /// <inheritdoc/>
    public static F64 Abs(F64 x) => new(Math.Abs(x.Value));

    /// <inheritdoc/>
    public static F64 Sigmoid(F64 x)
    {
        double e = Math.Exp(-Math.Abs(x.Value));
        return new((x.Value >= 0 ? 1 : e) / (1 + e));
    }

    /// <inheritdoc/>
    public static F64 Softplus(F64 x)
    {
        // log(1 + e) loses the digits of a small e; Kahan's correction (as in log1p) gives them back.
        double e = Math.Exp(-Math.Abs(x.Value)), u = 1 + e;
        double log = u == 1 ? e : Math.Log(u) * (e / (u - 1));
        return new(Math.Max(x.Value, 0) + log);
    }

    /// <inheritdoc/>
    public static F64 Max(F64 a, F64 b) => new(a.Value > b.Value ? a.Value : b.Value);

    /// <inheritdoc/>
    public static F64 Min(F64 a, F64 b) => new(a.Value < b.Value ? a.Value : b.Value);

    /// <inheritdoc/>
    public static F64 Less(F64 a, F64 b, F64 then, F64 otherwise) => a.Value < b.Value ? then : otherwise;
}
