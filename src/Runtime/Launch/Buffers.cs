namespace AttentionDsl.Runtime;

/// <summary>The tensors of one call: working tensors go back to the pool when it ends, results are freed unless it ended well.</summary>
/// <param name="engine">The engine.</param>
/// <param name="shape">The call.</param>
internal sealed class Buffers(IEngine engine, CallShape shape) : IDisposable
{
    private readonly List<Tensor> rented = [];
    private readonly List<Tensor> results = [];
    private bool kept;

    /// <summary>The tensor as the engine reads it: itself, or a converted copy.</summary>
    public Tensor Read(Tensor tensor)
    {
        if (Accepts(tensor))
        {
            return tensor;
        }

        Tensor copy = Rent(tensor.Count, clear: false);
        tensor.CopyTo(copy);
        return copy;
    }

    /// <summary>A working tensor of zeros.</summary>
    public Tensor Zeros(long count) => Rent(count, clear: true);

    /// <summary>A tensor of zeros for the caller.</summary>
    public Tensor Result(DataType type, ReadOnlySpan<long> shape)
    {
        var tensor = new Tensor(type, shape);
        results.Add(tensor);
        return tensor;
    }

    /// <summary>The tensor to compute a result into: itself, or a working tensor that <see cref="Tensor.CopyTo"/> converts later.</summary>
    public Tensor Write(Tensor result) => Accepts(result) ? result : Zeros(result.Count);

    /// <summary>The call ended well: the results are the caller's.</summary>
    public void Keep() => kept = true;

    public void Dispose()
    {
        foreach (Tensor tensor in rented)
        {
            TensorPool.Return(tensor);
        }

        if (!kept)
        {
            foreach (Tensor tensor in results)
            {
                tensor.Dispose();
            }
        }
    }

    private bool Accepts(Tensor tensor) => engine.Accepts(tensor.Type, shape.K, shape.V);

    private Tensor Rent(long count, bool clear)
    {
        Tensor tensor = TensorPool.Rent(engine.Number, count, clear);
        rented.Add(tensor);
        return tensor;
    }
}
