namespace AttentionDsl.Runtime;

/// <summary>
/// Four neighbouring numbers of a row and of the three below it: what one thread of an NVIDIA device works on in an elementwise loop. Four
/// rows, because the reads of one hide behind those of the others, and the loop over a chunk of 128 channels is one turn.
/// </summary>
/// <param name="A">The first row's.</param>
/// <param name="B">The second row's.</param>
/// <param name="C">The third row's.</param>
/// <param name="D">The fourth row's.</param>
public readonly record struct CudaLanes(CudaQuad A, CudaQuad B, CudaQuad C, CudaQuad D) : INumber<CudaLanes>
{
    /// <inheritdoc/>
    public static CudaLanes operator +(CudaLanes x, CudaLanes y) => new(x.A + y.A, x.B + y.B, x.C + y.C, x.D + y.D);

    /// <inheritdoc/>
    public static CudaLanes operator -(CudaLanes x, CudaLanes y) => new(x.A - y.A, x.B - y.B, x.C - y.C, x.D - y.D);

    /// <inheritdoc/>
    public static CudaLanes operator *(CudaLanes x, CudaLanes y) => new(x.A * y.A, x.B * y.B, x.C * y.C, x.D * y.D);

    /// <inheritdoc/>
    public static CudaLanes operator /(CudaLanes x, CudaLanes y) => new(x.A / y.A, x.B / y.B, x.C / y.C, x.D / y.D);

    /// <inheritdoc/>
    public static CudaLanes operator -(CudaLanes x) => new(-x.A, -x.B, -x.C, -x.D);

    /// <summary>The same four numbers in every row.</summary>
    public static CudaLanes All(CudaQuad x) => new(x, x, x, x);

    /// <inheritdoc/>
    public static CudaLanes Constant(double value) => All(CudaQuad.Constant(value));

    /// <inheritdoc/>
    public static CudaLanes Exp(CudaLanes x) => new(CudaQuad.Exp(x.A), CudaQuad.Exp(x.B), CudaQuad.Exp(x.C), CudaQuad.Exp(x.D));

    /// <inheritdoc/>
    public static CudaLanes Log(CudaLanes x) => new(CudaQuad.Log(x.A), CudaQuad.Log(x.B), CudaQuad.Log(x.C), CudaQuad.Log(x.D));

    /// <inheritdoc/>
    public static CudaLanes Sqrt(CudaLanes x) => new(CudaQuad.Sqrt(x.A), CudaQuad.Sqrt(x.B), CudaQuad.Sqrt(x.C), CudaQuad.Sqrt(x.D));

    /// <inheritdoc/>
    public static CudaLanes Tanh(CudaLanes x) => new(CudaQuad.Tanh(x.A), CudaQuad.Tanh(x.B), CudaQuad.Tanh(x.C), CudaQuad.Tanh(x.D));

    /// <inheritdoc/>
    public static CudaLanes Sin(CudaLanes x) => new(CudaQuad.Sin(x.A), CudaQuad.Sin(x.B), CudaQuad.Sin(x.C), CudaQuad.Sin(x.D));

    /// <inheritdoc/>
    public static CudaLanes Cos(CudaLanes x) => new(CudaQuad.Cos(x.A), CudaQuad.Cos(x.B), CudaQuad.Cos(x.C), CudaQuad.Cos(x.D));

    /// <inheritdoc/>
    public static CudaLanes Abs(CudaLanes x) => new(CudaQuad.Abs(x.A), CudaQuad.Abs(x.B), CudaQuad.Abs(x.C), CudaQuad.Abs(x.D));

    /// <inheritdoc/>
    public static CudaLanes Sigmoid(CudaLanes x) => new(CudaQuad.Sigmoid(x.A), CudaQuad.Sigmoid(x.B), CudaQuad.Sigmoid(x.C), CudaQuad.Sigmoid(x.D));

    /// <inheritdoc/>
    public static CudaLanes Softplus(CudaLanes x) => new(CudaQuad.Softplus(x.A), CudaQuad.Softplus(x.B), CudaQuad.Softplus(x.C), CudaQuad.Softplus(x.D));

    /// <inheritdoc/>
    public static CudaLanes Max(CudaLanes x, CudaLanes y) => new(CudaQuad.Max(x.A, y.A), CudaQuad.Max(x.B, y.B), CudaQuad.Max(x.C, y.C), CudaQuad.Max(x.D, y.D));

    /// <inheritdoc/>
    public static CudaLanes Min(CudaLanes x, CudaLanes y) => new(CudaQuad.Min(x.A, y.A), CudaQuad.Min(x.B, y.B), CudaQuad.Min(x.C, y.C), CudaQuad.Min(x.D, y.D));

    /// <inheritdoc/>
    public static CudaLanes Less(CudaLanes x, CudaLanes y, CudaLanes then, CudaLanes otherwise) => new(
        CudaQuad.Less(x.A, y.A, then.A, otherwise.A),
        CudaQuad.Less(x.B, y.B, then.B, otherwise.B),
        CudaQuad.Less(x.C, y.C, then.C, otherwise.C),
        CudaQuad.Less(x.D, y.D, then.D, otherwise.D));
}
