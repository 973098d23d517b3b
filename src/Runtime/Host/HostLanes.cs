namespace AttentionDsl.Runtime;

/// <summary>Stub, to be written.</summary>
public readonly struct HostLanes : INumber<HostLanes>
{
    /// <inheritdoc/>
    public static HostLanes operator +(HostLanes a, HostLanes b) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes operator -(HostLanes a, HostLanes b) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes operator *(HostLanes a, HostLanes b) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes operator /(HostLanes a, HostLanes b) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes operator -(HostLanes a) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Constant(double value) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Exp(HostLanes x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Log(HostLanes x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Sqrt(HostLanes x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Tanh(HostLanes x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Sin(HostLanes x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Cos(HostLanes x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Abs(HostLanes x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Sigmoid(HostLanes x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Softplus(HostLanes x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Max(HostLanes a, HostLanes b) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Min(HostLanes a, HostLanes b) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static HostLanes Less(HostLanes a, HostLanes b, HostLanes then, HostLanes otherwise) => throw new NotImplementedException();
}
