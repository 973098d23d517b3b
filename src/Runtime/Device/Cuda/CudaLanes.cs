namespace AttentionDsl.Runtime;

/// <summary>Four neighbouring numbers of a row: what one thread of an NVIDIA device works on in an elementwise loop.</summary>
/// <param name="X">The first.</param>
/// <param name="Y">The second.</param>
/// <param name="Z">The third.</param>
/// <param name="W">The fourth.</param>
public readonly record struct CudaLanes(float X, float Y, float Z, float W) : INumber<CudaLanes>
{
    private const float Log2E = 1.442695041f;

    /// <inheritdoc/>
    public static CudaLanes operator +(CudaLanes a, CudaLanes b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    /// <inheritdoc/>
    public static CudaLanes operator -(CudaLanes a, CudaLanes b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z, a.W - b.W);

    /// <inheritdoc/>
    public static CudaLanes operator *(CudaLanes a, CudaLanes b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    /// <inheritdoc/>
    public static CudaLanes operator /(CudaLanes a, CudaLanes b) => new(a.X / b.X, a.Y / b.Y, a.Z / b.Z, a.W / b.W);

    /// <inheritdoc/>
    public static CudaLanes operator -(CudaLanes a) => new(-a.X, -a.Y, -a.Z, -a.W);

    /// <summary>The sum of the four.</summary>
    public float Sum => X + Y + (Z + W);

    /// <summary>The same number four times.</summary>
    public static CudaLanes All(float x) => new(x, x, x, x);

    /// <inheritdoc/>
    public static CudaLanes Constant(double value) => All((float)value);

    /// <inheritdoc/>
    public static CudaLanes Exp(CudaLanes x) => new(Exp(x.X), Exp(x.Y), Exp(x.Z), Exp(x.W));

    /// <inheritdoc/>
    public static CudaLanes Log(CudaLanes x) =>
        new(F32.Log(new(x.X)).Value, F32.Log(new(x.Y)).Value, F32.Log(new(x.Z)).Value, F32.Log(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaLanes Sqrt(CudaLanes x) => new(MathF.Sqrt(x.X), MathF.Sqrt(x.Y), MathF.Sqrt(x.Z), MathF.Sqrt(x.W));

    /// <inheritdoc/>
    public static CudaLanes Tanh(CudaLanes x) =>
        new(F32.Tanh(new(x.X)).Value, F32.Tanh(new(x.Y)).Value, F32.Tanh(new(x.Z)).Value, F32.Tanh(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaLanes Sin(CudaLanes x) =>
        new(F32.Sin(new(x.X)).Value, F32.Sin(new(x.Y)).Value, F32.Sin(new(x.Z)).Value, F32.Sin(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaLanes Cos(CudaLanes x) =>
        new(F32.Cos(new(x.X)).Value, F32.Cos(new(x.Y)).Value, F32.Cos(new(x.Z)).Value, F32.Cos(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaLanes Abs(CudaLanes x) => new(MathF.Abs(x.X), MathF.Abs(x.Y), MathF.Abs(x.Z), MathF.Abs(x.W));

    /// <inheritdoc/>
    public static CudaLanes Sigmoid(CudaLanes x) =>
        new(F32.Sigmoid(new(x.X)).Value, F32.Sigmoid(new(x.Y)).Value, F32.Sigmoid(new(x.Z)).Value, F32.Sigmoid(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaLanes Softplus(CudaLanes x) =>
        new(F32.Softplus(new(x.X)).Value, F32.Softplus(new(x.Y)).Value, F32.Softplus(new(x.Z)).Value, F32.Softplus(new(x.W)).Value);

    /// <inheritdoc/>
    public static CudaLanes Max(CudaLanes a, CudaLanes b) => Less(b, a, a, b);

    /// <inheritdoc/>
    public static CudaLanes Min(CudaLanes a, CudaLanes b) => Less(a, b, a, b);

    /// <inheritdoc/>
    public static CudaLanes Less(CudaLanes a, CudaLanes b, CudaLanes then, CudaLanes otherwise) => new(
        a.X < b.X ? then.X : otherwise.X,
        a.Y < b.Y ? then.Y : otherwise.Y,
        a.Z < b.Z ? then.Z : otherwise.Z,
        a.W < b.W ? then.W : otherwise.W);

    /// <summary>e to the power x, as the power of 2 that the device computes.</summary>
    public static float Exp(float x) => Ptx.Exp2(x * Log2E);
}
