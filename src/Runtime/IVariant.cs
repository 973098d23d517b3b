namespace AttentionDsl.Runtime;

/// <summary>
/// A variant of recurrent attention, run on tensors. Inputs and parameters come as lists in the order of
/// <see cref="VariantDescription.Inputs"/> and <see cref="VariantDescription.Parameters"/>.
/// </summary>
/// <remarks>
/// Inputs are Float32, BFloat16 or Float16 [B, T, heads, channels] (no last axis for scalars); each may have its own number of
/// heads h, which divides the largest, and serves head i of the output with its head i * h / heads. Inputs with several rows a
/// token have T * R rows. Everything is checked before anything is allocated or run: a mismatch is one <see cref="ArgumentException"/>
/// that names the variant, the tensor, what was expected and what came. Tensors must not be changed or freed by others during a call.
/// </remarks>
public interface IVariant
{
    /// <summary>The declaration, as data.</summary>
    VariantDescription Description { get; }

    /// <summary>The sizes of a call with these inputs and options, and the shapes its other tensors must have.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="options">How the variant would be run.</param>
    /// <exception cref="ArgumentException">A tensor or option does not fit.</exception>
    VariantShapes Shapes(IReadOnlyList<Tensor> inputs, RunOptions? options = null);

    /// <summary>The chunk-parallel form over whole sequences.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="parameters">The parameters of the gates; all must be given.</param>
    /// <param name="initialState">Float32 [N, heads, K, V]; null: zero.</param>
    /// <param name="options">How to run.</param>
    /// <exception cref="ArgumentException">A tensor or option does not fit.</exception>
    ForwardResult Forward(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor? initialState = null, RunOptions? options = null);

    /// <summary>The gradients of sum(output * outputGradient) + sum(finalState * finalStateGradient), in the chunk-parallel form.</summary>
    /// <param name="inputs">The inputs of the forward pass.</param>
    /// <param name="parameters">The parameters of the gates; all must be given.</param>
    /// <param name="outputGradient">Of the output's shape; any floating type.</param>
    /// <param name="finalStateGradient">Float32 [N, heads, K, V]; null: zero.</param>
    /// <param name="initialState">The initial state of the forward pass; null: zero, and no gradient for it.</param>
    /// <param name="options">How to run.</param>
    /// <exception cref="ArgumentException">A tensor or option does not fit.</exception>
    BackwardResult Backward(
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient = null,
        Tensor? initialState = null,
        RunOptions? options = null);

    /// <summary>The recurrent form: one or more tokens, state updated in place. Returns the output.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="parameters">The parameters of the gates; all must be given.</param>
    /// <param name="state">Float32 [N, heads, K, V], or a pool of any number of entries with <see cref="RunOptions.StateSlots"/> (and <see cref="RunOptions.SnapshotSlots"/>); entries not named there stay as they are.</param>
    /// <param name="options">How to run.</param>
    /// <exception cref="ArgumentException">A tensor or option does not fit.</exception>
    Tensor Decode(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor state, RunOptions? options = null);

    /// <summary><see cref="Forward"/>, checked and bound once, to run many times.</summary>
    /// <inheritdoc cref="Forward"/>
    Prepared<ForwardResult> PrepareForward(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor? initialState = null, RunOptions? options = null);

    /// <summary><see cref="Backward"/>, checked and bound once, to run many times.</summary>
    /// <inheritdoc cref="Backward"/>
    Prepared<BackwardResult> PrepareBackward(
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient = null,
        Tensor? initialState = null,
        RunOptions? options = null);

    /// <summary>
    /// <see cref="Forward"/> and <see cref="Backward"/> of a training step, checked and bound once, to run many times. On a device the backward reads what the forward
    /// left (<see cref="PreparedTraining{TGradients}.KeptBytes"/>) in place of computing it again. The gradients of output and final state are read by the backward alone.
    /// </summary>
    /// <inheritdoc cref="Backward"/>
    PreparedTraining<BackwardResult> PrepareTraining(
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient = null,
        Tensor? initialState = null,
        RunOptions? options = null);

    /// <summary><see cref="Decode"/>, checked and bound once, to run many times: a decode loop writes the next token's inputs into the same tensors.</summary>
    /// <inheritdoc cref="Decode"/>
    Prepared<Tensor> PrepareDecode(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor state, RunOptions? options = null);

    /// <summary>The oracle: the plain recurrence in double precision on the host. Takes Float64 tensors too; results are Float64.</summary>
    /// <inheritdoc cref="Forward"/>
    ForwardResult ReferenceForward(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor? initialState = null, RunOptions? options = null);

    /// <summary>The oracle's gradients: the adjoint of the plain recurrence in double precision on the host. Takes Float64 tensors too; results are Float64.</summary>
    /// <inheritdoc cref="Backward"/>
    BackwardResult ReferenceBackward(
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient = null,
        Tensor? initialState = null,
        RunOptions? options = null);
}
