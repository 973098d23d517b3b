namespace AttentionDsl.Runtime;

/// <summary>
/// A call whose tensors are checked and bound once and that runs many times, on whatever the tensors hold then: a decode loop, or a training
/// step of fixed shapes. On the host a run allocates nothing. Not for several threads at a time.
/// </summary>
/// <typeparam name="TResult">What the call returns.</typeparam>
public sealed class Prepared<TResult> : IDisposable
    where TResult : class
{
    private readonly Call call;
    private readonly Action run;
    private readonly Action finish;
    private readonly object[] kept;
    private int running;
    private bool disposed;

    internal Prepared(Call call, TResult result, Action run, Action finish, params object[] kept)
    {
        this.call = call;
        this.run = run;
        this.finish = finish;
        this.kept = kept;
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
        if (Interlocked.Exchange(ref running, 1) != 0)
        {
            throw new InvalidOperationException($"{call.Description.Name}: a prepared call runs on one thread at a time; prepare one for each thread.");
        }

        try
        {
            call.RequireTensors();
            call.Buffers.Refresh();
            run();
            finish();
        }
        finally
        {
            Volatile.Write(ref running, 0);
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
