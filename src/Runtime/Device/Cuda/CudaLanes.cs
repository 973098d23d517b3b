namespace AttentionDsl.Runtime;

/// <summary>
/// Four neighbouring numbers of a row and the four below them: what one thread of an NVIDIA device works on in an elementwise loop. Two
/// rows, because the reads of one hide behind those of the other.
/// </summary>
/// <param name="Upper">The upper four.</param>
/// <param name="Lower">The lower four.</param>
public readonly record struct CudaLanes(CudaQuad Upper, CudaQuad Lower) : INumber<CudaLanes>
{
    /// <inheritdoc/>
    public static CudaLanes operator +(CudaLanes a, CudaLanes b) => new(a.Upper + b.Upper, a.Lower + b.Lower);

    /// <inheritdoc/>
    public static CudaLanes operator -(CudaLanes a, CudaLanes b) => new(a.Upper - b.Upper, a.Lower - b.Lower);

    /// <inheritdoc/>
    public static CudaLanes operator *(CudaLanes a, CudaLanes b) => new(a.Upper * b.Upper, a.Lower * b.Lower);

    /// <inheritdoc/>
    public static CudaLanes operator /(CudaLanes a, CudaLanes b) => new(a.Upper / b.Upper, a.Lower / b.Lower);

    /// <inheritdoc/>
    public static CudaLanes operator -(CudaLanes a) => new(-a.Upper, -a.Lower);

    /// <inheritdoc/>
    public static CudaLanes Constant(double value) => new(CudaQuad.Constant(value), CudaQuad.Constant(value));

    /// <inheritdoc/>
    public static CudaLanes Exp(CudaLanes x) => new(CudaQuad.Exp(x.Upper), CudaQuad.Exp(x.Lower));

    /// <inheritdoc/>
    public static CudaLanes Log(CudaLanes x) => new(CudaQuad.Log(x.Upper), CudaQuad.Log(x.Lower));

    /// <inheritdoc/>
    public static CudaLanes Sqrt(CudaLanes x) => new(CudaQuad.Sqrt(x.Upper), CudaQuad.Sqrt(x.Lower));

    /// <inheritdoc/>
    public static CudaLanes Tanh(CudaLanes x) => new(CudaQuad.Tanh(x.Upper), CudaQuad.Tanh(x.Lower));

    /// <inheritdoc/>
    public static CudaLanes Sin(CudaLanes x) => new(CudaQuad.Sin(x.Upper), CudaQuad.Sin(x.Lower));

    /// <inheritdoc/>
    public static CudaLanes Cos(CudaLanes x) => new(CudaQuad.Cos(x.Upper), CudaQuad.Cos(x.Lower));

    /// <inheritdoc/>
    public static CudaLanes Abs(CudaLanes x) => new(CudaQuad.Abs(x.Upper), CudaQuad.Abs(x.Lower));

    /// <inheritdoc/>
    public static CudaLanes Sigmoid(CudaLanes x) => new(CudaQuad.Sigmoid(x.Upper), CudaQuad.Sigmoid(x.Lower));

    /// <inheritdoc/>
    public static CudaLanes Softplus(CudaLanes x) => new(CudaQuad.Softplus(x.Upper), CudaQuad.Softplus(x.Lower));

    /// <inheritdoc/>
    public static CudaLanes Max(CudaLanes a, CudaLanes b) => new(CudaQuad.Max(a.Upper, b.Upper), CudaQuad.Max(a.Lower, b.Lower));

    /// <inheritdoc/>
    public static CudaLanes Min(CudaLanes a, CudaLanes b) => new(CudaQuad.Min(a.Upper, b.Upper), CudaQuad.Min(a.Lower, b.Lower));

    /// <inheritdoc/>
    public static CudaLanes Less(CudaLanes a, CudaLanes b, CudaLanes then, CudaLanes otherwise) => new(
        CudaQuad.Less(a.Upper, b.Upper, then.Upper, otherwise.Upper), CudaQuad.Less(a.Lower, b.Lower, then.Lower, otherwise.Lower));
}
