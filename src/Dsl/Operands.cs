namespace AttentionDsl;

/// <summary>One number a head and token: a tensor [B, T, heads].</summary>
/// <param name="Tensor">The numbers.</param>
public readonly record struct Scalar(Tensor Tensor)
{
    /// <summary>Sees a tensor as this operand.</summary>
    public static implicit operator Scalar(Tensor tensor) => new(tensor);

    /// <summary>The numbers.</summary>
    public static implicit operator Tensor(Scalar operand) => operand.Tensor;
}

/// <summary>One number a key channel, head and token: a tensor [B, T, heads, K].</summary>
/// <param name="Tensor">The numbers.</param>
public readonly record struct KeyVector(Tensor Tensor)
{
    /// <summary>Sees a tensor as this operand.</summary>
    public static implicit operator KeyVector(Tensor tensor) => new(tensor);

    /// <summary>The numbers.</summary>
    public static implicit operator Tensor(KeyVector operand) => operand.Tensor;
}

/// <summary>One number a value channel, head and token: a tensor [B, T, heads, V].</summary>
/// <param name="Tensor">The numbers.</param>
public readonly record struct ValueVector(Tensor Tensor)
{
    /// <summary>Sees a tensor as this operand.</summary>
    public static implicit operator ValueVector(Tensor tensor) => new(tensor);

    /// <summary>The numbers.</summary>
    public static implicit operator Tensor(ValueVector operand) => operand.Tensor;
}
