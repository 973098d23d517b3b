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
/// <typeparam name="TGradients">What the gradients are seen as: <see cref="BackwardResult"/>, or the type that the generator wrote for the declaration.</typeparam>
public sealed class PreparedTraining<TGradients> : IDisposable
    where TGradients : class
{
    private readonly TrainingCalls calls;

    internal PreparedTraining(TrainingCalls calls, ForwardResult result, TGradients gradients)
    {
        this.calls = calls;
        Result = result;
        Gradients = gradients;
    }

    /// <summary>Output [B, T, heads, V] and final state [N, heads, K, V]. They are written by every <see cref="Forward"/>, and freed with this object.</summary>
    public ForwardResult Result { get; }

    /// <summary>The gradients, each of the shape of what it is the gradient of. They are written by every <see cref="Backward"/>, and freed with this object.</summary>
    public TGradients Gradients { get; }

    /// <summary>
    /// Bytes of the device's memory in which a forward leaves what the backward reads, from preparation until this object is disposed; 0 on the host, which
    /// computes it again while it is in a cache.
    /// </summary>
    public long KeptBytes => calls.KeptBytes;

    /// <summary>Computes output and final state.</summary>
    /// <exception cref="ObjectDisposedException">This object, or one of the tensors, was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another thread runs it.</exception>
    public void Forward() => calls.Forward();

    /// <summary>Computes the gradients of sum(output * outputGradient) + sum(finalState * finalStateGradient), from what the last <see cref="Forward"/> left.</summary>
    /// <exception cref="ObjectDisposedException">This object, or one of the tensors, was disposed.</exception>
    /// <exception cref="InvalidOperationException">There was no <see cref="Forward"/> since the last backward, or another thread runs it.</exception>
    public void Backward() => calls.Backward();

    /// <summary>The same step, whose gradients are seen as something else: how generated members give the tensors of a list their names. To dispose either is to dispose both.</summary>
    /// <param name="view">Sees the gradients' tensors as something else.</param>
    /// <typeparam name="TOther">What they are seen as.</typeparam>
    public PreparedTraining<TOther> As<TOther>(Func<TGradients, TOther> view)
        where TOther : class => new(calls, Result, view(Gradients));

    /// <inheritdoc/>
    public void Dispose() => calls.Dispose();
}

/// <summary>The two calls of a training step, whatever its gradients are seen as.</summary>
/// <param name="forward">Output and final state.</param>
/// <param name="backward">The gradients.</param>
/// <param name="held">What stands between the two; null: nothing.</param>
internal sealed class TrainingCalls(PreparedCall forward, PreparedCall backward, HeldPlans? held) : IDisposable
{
    private bool computed;
    private bool disposed;

    public long KeptBytes => held?.Bytes ?? 0;

    public void Forward()
    {
        computed = false;
        forward.Run();
        computed = true;
    }

    public void Backward()
    {
        if (!computed && !disposed)
        {
            throw new InvalidOperationException($"{backward.Variant}: Backward uses up what Forward leaves; call Forward before each Backward.");
        }

        computed = false;
        backward.Run();
    }

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
