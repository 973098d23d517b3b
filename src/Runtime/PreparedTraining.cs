namespace AttentionDsl.Runtime;

/// <summary>
/// A training step whose tensors are checked and bound once: <see cref="Forward"/> computes output and final state, <see cref="Backward"/> the gradients, both
/// on whatever the tensors hold then. On a device the forward leaves what the backward would otherwise compute again: what does not depend on the
/// state, and the state before every chunk. The backward uses it up: each needs a forward of its own. Other calls may run in between, those of other training steps
/// too. A run allocates nothing on the host. Not for several threads at a time.
/// </summary>
/// <remarks>
/// Between the two, the gradients of output and final state are written into the tensors that the step was prepared with; inputs, parameters and initial state must hold at
/// <see cref="Backward"/> what they held at <see cref="Forward"/>. See <see cref="Prepared{TResult}"/> for CUDA cards: each of the two is one launch there.
/// </remarks>
public sealed class PreparedTraining : IDisposable
{
    private readonly string variant;
    private readonly Prepared<ForwardResult> forward;
    private readonly Prepared<BackwardResult> backward;
    private readonly HeldPlans? held;
    private bool computed;
    private bool disposed;

    internal PreparedTraining(string variant, Prepared<ForwardResult> forward, Prepared<BackwardResult> backward, HeldPlans? held)
    {
        this.variant = variant;
        this.forward = forward;
        this.backward = backward;
        this.held = held;
    }

    /// <summary>Output [B, T, heads, V] and final state [N, heads, K, V]. They are written by every <see cref="Forward"/>, and freed with this object.</summary>
    public ForwardResult Result => forward.Result;

    /// <summary>The gradients, each of the shape of what it is the gradient of. They are written by every <see cref="Backward"/>, and freed with this object.</summary>
    public BackwardResult Gradients => backward.Result;

    /// <summary>
    /// Bytes of the device's memory in which a forward leaves what the backward reads, from preparation until this object is disposed; 0 on the host, which
    /// computes it again while it is in a cache.
    /// </summary>
    public long KeptBytes => held?.Bytes ?? 0;

    /// <summary>Computes output and final state.</summary>
    /// <exception cref="ObjectDisposedException">This object, or one of the tensors, was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another thread runs it.</exception>
    public void Forward()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        computed = false;
        forward.Run();
        computed = true;
    }

    /// <summary>Computes the gradients of sum(output * outputGradient) + sum(finalState * finalStateGradient), from what the last <see cref="Forward"/> left.</summary>
    /// <exception cref="ObjectDisposedException">This object, or one of the tensors, was disposed.</exception>
    /// <exception cref="InvalidOperationException">There was no <see cref="Forward"/> since the last backward, or another thread runs it.</exception>
    public void Backward()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!computed)
        {
            throw new InvalidOperationException($"{variant}: Backward uses up what Forward leaves; call Forward before each Backward.");
        }

        computed = false;
        backward.Run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            forward.Dispose();
            backward.Dispose();
            held?.Between.Dispose();
        }
    }
}
