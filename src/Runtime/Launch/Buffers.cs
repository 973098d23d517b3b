namespace AttentionDsl.Runtime;

/// <summary>The tensors of one call: working tensors go back to the pool when it ends, results are freed unless it ended well.</summary>
/// <param name="number">The engine's element type.</param>
/// <param name="keepsSixteenBits">True if bfloat16 and float16 tensors go to the engine as they are.</param>
internal sealed class Buffers(DataType number, bool keepsSixteenBits) : IDisposable
{
    private readonly List<Tensor> rented = [];
    private readonly List<Tensor> results = [];
    private readonly List<(Tensor From, Tensor To)> copies = [];
    private bool kept;

    /// <summary>The tensor as the engine reads it: itself, or a copy beside it that <see cref="Refresh"/> converts.</summary>
    public Tensor Read(Tensor tensor)
    {
        if (Accepts(tensor))
        {
            return tensor;
        }

        Tensor copy = Rent(tensor.Count, clear: false, tensor);
        copies.Add((tensor, copy));
        return copy;
    }

    /// <summary>Converts what the caller's tensors hold now.</summary>
    public void Refresh()
    {
        foreach ((Tensor from, Tensor to) in copies)
        {
            from.CopyTo(to);
        }
    }

    /// <summary>A working tensor of zeros beside another one.</summary>
    public Tensor Zeros(long count, Tensor beside) => Rent(count, clear: true, beside);

    /// <summary>A tensor of zeros for the caller, beside another one.</summary>
    public Tensor Result(DataType type, ReadOnlySpan<long> shape, Tensor beside)
    {
        Tensor tensor = Tensor.Like(beside, type, shape);
        results.Add(tensor);
        return tensor;
    }

    /// <summary>The tensor to compute a result into: itself, or a working tensor that <see cref="Tensor.CopyTo"/> converts later.</summary>
    public Tensor Write(Tensor result) => Accepts(result) ? result : Zeros(result.Count, result);

    /// <summary>The call ended well: the results are the caller's.</summary>
    public void Keep() => kept = true;

    public void Dispose()
    {
        foreach (Tensor tensor in rented)
        {
            if (tensor.IsOnDevice)
            {
                tensor.Dispose();
            }
            else
            {
                TensorPool.Return(tensor);
            }
        }

        rented.Clear();
        if (!kept)
        {
            results.ForEach(x => x.Dispose());
        }

        results.Clear();
    }

    private bool Accepts(Tensor tensor) => tensor.Type == number || (keepsSixteenBits && tensor.Type is (DataType.BFloat16 or DataType.Float16));

    private Tensor Rent(long count, bool clear, Tensor beside)
    {
        Tensor tensor = beside.IsOnDevice ? Tensor.Like(beside, number, count) : TensorPool.Rent(number, count, clear);
        rented.Add(tensor);
        return tensor;
    }
}
