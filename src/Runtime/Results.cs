namespace AttentionDsl.Runtime;

/// <summary>What a forward pass returns. The caller owns both tensors.</summary>
/// <param name="Output">[B, T, heads, V] (or K channels, where <see cref="VariantDescription.ReadsKeys"/>).</param>
/// <param name="FinalState">Float32 [N, heads, K, V] (Float64 from the oracle).</param>
public sealed record ForwardResult(Tensor Output, Tensor FinalState) : IDisposable
{
    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Output.Dispose();
        FinalState.Dispose();
    }
}

/// <summary>Gradients. The caller owns all tensors.</summary>
/// <param name="Inputs">One gradient an input, of its shape and type (Float64 from the oracle).</param>
/// <param name="Parameters">One Float32 gradient a parameter, of its shape (Float64 from the oracle); null for a setting.</param>
/// <param name="InitialState">Float32, of the initial state's shape (Float64 from the oracle); null if no initial state was given.</param>
public sealed record BackwardResult(IReadOnlyList<Tensor> Inputs, IReadOnlyList<Tensor?> Parameters, Tensor? InitialState) : IDisposable
{
    /// <summary>All gradients in the order inputs, parameters, initial state.</summary>
    public IEnumerable<Tensor?> All() => Inputs.Concat(Parameters).Append(InitialState);

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor? tensor in All())
        {
            tensor?.Dispose();
        }
    }
}
