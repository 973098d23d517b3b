namespace AttentionDsl.Runtime;

/// <summary>
/// A call whose tensors are checked and bound once and that runs many times, on whatever the tensors hold then: a decode loop, or a training
/// step of fixed shapes. A run allocates nothing on the host. Not for several threads at a time.
/// </summary>
/// <remarks>
/// Where all tensors are on a CUDA card, the second run records what the call launches (a CUDA graph), and from then on a run is one launch. It returns
/// when that is queued: <see cref="Tensor.ToHost"/> of a result waits for it, and so does <see cref="ComputeDevice.Synchronize"/>. New inputs go into
/// the tensors that the call was prepared with, by <see cref="Tensor.CopyTo"/>.
/// </remarks>
/// <typeparam name="TResult">What the call returns.</typeparam>
public sealed class Prepared<TResult> : IDisposable
    where TResult : class
{
    private readonly Call call;
    private readonly IPlan kernels;
    private readonly IPlan whole;
    private readonly object[] kept;
    private readonly OneThread thread;
    private bool disposed;

    internal Prepared(Call call, TResult result, IPlan kernels, Action finish, OneThread? thread, params object[] kept)
    {
        this.call = call;
        this.thread = thread ?? new OneThread(call.Description.Name);
        this.kernels = kernels;
        this.kept = kept;
        whole = call.Engine.Record(
            () =>
            {
                call.Buffers.Refresh();
                kernels.Run();
                finish();
            },
            call.Resident);
        Result = result;
    }

    /// <summary>The results. They are written by every <see cref="Run"/>, and freed with this object.</summary>
    public TResult Result { get; }

    /// <summary>Computes the results from what the tensors hold now.</summary>
    /// <exception cref="ObjectDisposedException">This object, or one of the tensors, was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another thread runs it.</exception>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        thread.Enter();
        try
        {
            call.RequireTensors();
            whole.Run();
        }
        finally
        {
            thread.Leave();
        }

        // Kernels work on addresses: the caller may hold no other reference to its tensors.
        GC.KeepAlive(kept);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            whole.Dispose();
            kernels.Dispose();
            call.Dispose();
        }
    }

    /// <summary>Runs once and gives the results to the caller.</summary>
    internal TResult Once()
    {
        using (this)
        {
            Run();
            call.Buffers.Keep();
            return Result;
        }
    }
}

/// <summary>Lets one thread at a time run a prepared call.</summary>
/// <param name="variant">The variant, for the message.</param>
internal sealed class OneThread(string variant)
{
    private int running;

    public void Enter()
    {
        if (Interlocked.Exchange(ref running, 1) != 0)
        {
            throw new InvalidOperationException($"{variant}: a prepared call runs on one thread at a time; prepare one for each thread.");
        }
    }

    public void Leave() => Volatile.Write(ref running, 0);
}
