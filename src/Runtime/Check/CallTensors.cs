namespace AttentionDsl.Runtime;

/// <summary>The tensors of one forward and backward call.</summary>
/// <param name="Inputs">The inputs, in the order of the declaration.</param>
/// <param name="Parameters">The parameters of the gates, in the order of the declaration.</param>
/// <param name="InitialState">Null: zero.</param>
/// <param name="OutputGradient">Null: no backward pass.</param>
/// <param name="FinalStateGradient">Null: zero.</param>
public sealed record CallTensors(
    IReadOnlyList<Tensor> Inputs,
    IReadOnlyList<Tensor?> Parameters,
    Tensor? InitialState = null,
    Tensor? OutputGradient = null,
    Tensor? FinalStateGradient = null);
