namespace AttentionDsl.Runtime;

/// <summary>
/// The number a gate computes with. One generated text serves every backend: <see cref="F32"/> on devices and in
/// scalar code, <see cref="F64"/> in the oracle, <see cref="HostLanes"/> (a SIMD register of float32) on the host.
/// </summary>
/// <typeparam name="TSelf">The implementing number.</typeparam>
public interface INumber<TSelf>
    where TSelf : struct, INumber<TSelf>
{
    /// <summary>The sum of two numbers.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>The difference of two numbers.</summary>
    static abstract TSelf operator -(TSelf a, TSelf b);

    /// <summary>The product of two numbers.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);

    /// <summary>The quotient of two numbers.</summary>
    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>The number with its sign changed.</summary>
    static abstract TSelf operator -(TSelf a);

    /// <summary>A constant of the declaration.</summary>
    static abstract TSelf Constant(double value);

    /// <summary>e to the power x.</summary>
    static abstract TSelf Exp(TSelf x);

    /// <summary>The natural logarithm.</summary>
    static abstract TSelf Log(TSelf x);

    /// <summary>The square root.</summary>
    static abstract TSelf Sqrt(TSelf x);

    /// <summary>The hyperbolic tangent.</summary>
    static abstract TSelf Tanh(TSelf x);

    /// <summary>The sine.</summary>
    static abstract TSelf Sin(TSelf x);

    /// <summary>The cosine.</summary>
    static abstract TSelf Cos(TSelf x);

    /// <summary>The absolute value.</summary>
    static abstract TSelf Abs(TSelf x);

    /// <summary>1 / (1 + exp(-x)), without overflow.</summary>
    static abstract TSelf Sigmoid(TSelf x);

    /// <summary>log(1 + exp(x)), without overflow.</summary>
    static abstract TSelf Softplus(TSelf x);

    /// <summary>The larger of two numbers.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller of two numbers.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary><paramref name="then"/> where a &lt; b, else <paramref name="otherwise"/>.</summary>
    static abstract TSelf Less(TSelf a, TSelf b, TSelf then, TSelf otherwise);
}
