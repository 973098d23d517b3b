namespace AttentionDsl.Runtime;

/// <summary>Four neighbouring numbers of a row: what one access to shared memory brings a thread.</summary>
/// <param name="X">The first.</param>
/// <param name="Y">The second.</param>
/// <param name="Z">The third.</param>
/// <param name="W">The fourth.</param>
public readonly record struct CudaQuad(float X, float Y, float Z, float W) : INumber<CudaQuad>
{
    private const float Log2E = 1.442695041f;

    /// <inheritdoc/>
    public static CudaQuad operator +(CudaQuad a, CudaQuad b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    /// <inheritdoc/>
    public static CudaQuad operator -(CudaQuad a, CudaQuad b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z, a.W - b.W);

    /// <inheritdoc/>
    public static CudaQuad operator *(CudaQuad a, CudaQuad b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    /// <inheritdoc/>
    public static CudaQuad operator /(CudaQuad a, CudaQuad b) => new(Ptx.Divide(a.X, b.X), Ptx.Divide(a.Y, b.Y), Ptx.Divide(a.Z, b.Z), Ptx.Divide(a.W, b.W));

    /// <inheritdoc/>
    public static CudaQuad operator -(CudaQuad a) => new(-a.X, -a.Y, -a.Z, -a.W);

    /// <summary>The sum of the four.</summary>
    public float Sum => X + Y + (Z + W);

    /// <summary>The same number four times.</summary>
    public static CudaQuad All(float x) => new(x, x, x, x);

    /// <inheritdoc/>
    public static CudaQuad Constant(double value) => All((float)value);

    /// <inheritdoc/>
    public static CudaQuad Exp(CudaQuad x) => new(Exp(x.X), Exp(x.Y), Exp(x.Z), Exp(x.W));

    /// <inheritdoc/>
    public static CudaQuad Log(CudaQuad x) =>
        new(F32.Log(new(x.X)).Value, F32.Log(new(x.Y)).Value, F32.Log(new(x.Z)).Value, F32.Log(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaQuad Sqrt(CudaQuad x) => new(Ptx.Root(x.X), Ptx.Root(x.Y), Ptx.Root(x.Z), Ptx.Root(x.W));

    /// <inheritdoc/>
    public static CudaQuad Tanh(CudaQuad x) => new(Tanh(x.X), Tanh(x.Y), Tanh(x.Z), Tanh(x.W));

    /// <inheritdoc/>
    public static CudaQuad Sin(CudaQuad x) =>
        new(F32.Sin(new(x.X)).Value, F32.Sin(new(x.Y)).Value, F32.Sin(new(x.Z)).Value, F32.Sin(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaQuad Cos(CudaQuad x) =>
        new(F32.Cos(new(x.X)).Value, F32.Cos(new(x.Y)).Value, F32.Cos(new(x.Z)).Value, F32.Cos(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaQuad Abs(CudaQuad x) => new(MathF.Abs(x.X), MathF.Abs(x.Y), MathF.Abs(x.Z), MathF.Abs(x.W));

    /// <inheritdoc/>
    public static CudaQuad Sigmoid(CudaQuad x) => new(Sigmoid(x.X), Sigmoid(x.Y), Sigmoid(x.Z), Sigmoid(x.W));

    /// <inheritdoc/>
    public static CudaQuad Softplus(CudaQuad x) => new(Softplus(x.X), Softplus(x.Y), Softplus(x.Z), Softplus(x.W));

    /// <inheritdoc/>
    public static CudaQuad Max(CudaQuad a, CudaQuad b) => Less(b, a, a, b);

    /// <inheritdoc/>
    public static CudaQuad Min(CudaQuad a, CudaQuad b) => Less(a, b, a, b);

    /// <inheritdoc/>
    public static CudaQuad Less(CudaQuad a, CudaQuad b, CudaQuad then, CudaQuad otherwise) => new(
        a.X < b.X ? then.X : otherwise.X,
        a.Y < b.Y ? then.Y : otherwise.Y,
        a.Z < b.Z ? then.Z : otherwise.Z,
        a.W < b.W ? then.W : otherwise.W);

    /// <summary>e to the power x, as the power of 2 that the device computes.</summary>
    public static float Exp(float x) => Ptx.Exp2(x * Log2E);

    // As F32 has it, with the device's division: without the branches of an exact one.
    private static float Tanh(float x)
    {
        float size = MathF.Abs(x), square = size * size, e = Exp(-2 * size), far = Ptx.Divide(1 - e, 1 + e);
        float near = size * (1 + (square * (-0.333333333f + (square * (0.133333333f + (square * -0.0539682540f))))));
        float tanh = size < 0.15f ? near : far;
        return x < 0 ? -tanh : tanh;
    }

    private static float Sigmoid(float x) => Ptx.Divide(1, 1 + Exp(-x));

    private static float Softplus(float x)
    {
        float e = Exp(-MathF.Abs(x)), s = Ptx.Divide(e, 2 + e), t = s * s;
        float series = 1 + (t * ((1f / 3) + (t * ((1f / 5) + (t * ((1f / 7) + (t * ((1f / 9) + (t * ((1f / 11) + (t * ((1f / 13) + (t * (1f / 15))))))))))))));
        return MathF.Max(x, 0) + (2 * s * series);
    }
}
