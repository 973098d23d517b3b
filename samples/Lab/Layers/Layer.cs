namespace AttentionDsl.Lab.Layers;

/// <summary>
/// A layer on float32 tensors. It owns what it returns, until its next call; nobody changes a tensor that he was given.
/// </summary>
internal abstract class Layer
{
    /// <summary>What is learned, in a fixed order.</summary>
    public virtual IEnumerable<Parameter> Parameters => [];

    /// <summary>y = f(x). Keeps what <see cref="Backward"/> needs.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>dx for the last x. Adds to the gradients of the parameters.</summary>
    public abstract Tensor Backward(Tensor dy);
}

/// <summary>Numbers that are learned, and their gradient.</summary>
/// <param name="Name">A name that is unique in the model.</param>
/// <param name="Value">The numbers.</param>
/// <param name="Decays">Whether weight decay applies: to matrices, not to scales, biases and gates.</param>
internal sealed record Parameter(string Name, Tensor Value, bool Decays)
{
    /// <summary>What backward passes add to.</summary>
    public Tensor Gradient { get; } = new(DataType.Float32, Value.Shape.AsSpan());
}

/// <summary>A tensor that a layer keeps from step to step; allocated anew only if the shape changes. What stands in it is not cleared.</summary>
internal sealed class Buffer
{
    private Tensor? tensor;

    public Tensor Like(Tensor x) => Of(x.Shape.AsSpan());

    public Tensor Of(params ReadOnlySpan<long> shape)
    {
        if (tensor is null || !tensor.Shape.AsSpan().SequenceEqual(shape))
        {
            tensor?.Dispose();
            tensor = new Tensor(DataType.Float32, shape);
        }

        return tensor;
    }
}
