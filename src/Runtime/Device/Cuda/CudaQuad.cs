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
    public static CudaQuad operator /(CudaQuad a, CudaQuad b) => new(a.X / b.X, a.Y / b.Y, a.Z / b.Z, a.W / b.W);

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
    public static CudaQuad Sqrt(CudaQuad x) => new(MathF.Sqrt(x.X), MathF.Sqrt(x.Y), MathF.Sqrt(x.Z), MathF.Sqrt(x.W));

    /// <inheritdoc/>
    public static CudaQuad Tanh(CudaQuad x) =>
        new(F32.Tanh(new(x.X)).Value, F32.Tanh(new(x.Y)).Value, F32.Tanh(new(x.Z)).Value, F32.Tanh(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaQuad Sin(CudaQuad x) =>
        new(F32.Sin(new(x.X)).Value, F32.Sin(new(x.Y)).Value, F32.Sin(new(x.Z)).Value, F32.Sin(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaQuad Cos(CudaQuad x) =>
        new(F32.Cos(new(x.X)).Value, F32.Cos(new(x.Y)).Value, F32.Cos(new(x.Z)).Value, F32.Cos(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaQuad Abs(CudaQuad x) => new(MathF.Abs(x.X), MathF.Abs(x.Y), MathF.Abs(x.Z), MathF.Abs(x.W));

    /// <inheritdoc/>
    public static CudaQuad Sigmoid(CudaQuad x) =>
        new(F32.Sigmoid(new(x.X)).Value, F32.Sigmoid(new(x.Y)).Value, F32.Sigmoid(new(x.Z)).Value, F32.Sigmoid(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaQuad Softplus(CudaQuad x) =>
        new(F32.Softplus(new(x.X)).Value, F32.Softplus(new(x.Y)).Value, F32.Softplus(new(x.Z)).Value, F32.Softplus(new(x.W)).Value);

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
}
