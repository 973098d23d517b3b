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
    internal Prepared(PreparedCall call, TResult result)
    {
        Call = call;
        Result = result;
    }

    /// <summary>The results. They are written by every <see cref="Run"/>, and freed with this object.</summary>
    public TResult Result { get; }

    internal PreparedCall Call { get; }

    /// <summary>Computes the results from what the tensors hold now.</summary>
    /// <exception cref="ObjectDisposedException">This object, or one of the tensors, was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another thread runs it.</exception>
    public void Run() => Call.Run();

    /// <summary>The same call, whose result is seen as something else: how generated members give the tensors of a list their names. To dispose either is to dispose both.</summary>
    /// <param name="view">Sees the result's tensors as something else.</param>
    /// <typeparam name="TOther">What they are seen as.</typeparam>
    public Prepared<TOther> As<TOther>(Func<TResult, TOther> view)
        where TOther : class => new(Call, view(Result));

    /// <inheritdoc/>
    public void Dispose() => Call.Dispose();

    /// <summary>Runs once and gives the results to the caller.</summary>
    internal TResult Once()
    {
        using (this)
        {
            Run();
            Call.KeepResults();
            return Result;
        }
    }
}

/// <summary>A call that is checked, bound and planned, whatever its results are seen as.</summary>
internal sealed class PreparedCall : IDisposable
{
    private readonly Call call;
    private readonly IPlan kernels;
    private readonly IPlan whole;
    private readonly object[] kept;
    private readonly OneThread thread;
    private bool disposed;

    /// <param name="call">The call, with its tensors.</param>
    /// <param name="kernels">Its kernels.</param>
    /// <param name="finish">What follows them.</param>
    /// <param name="thread">The thread of what it is part of; null: one of its own.</param>
    /// <param name="kept">What must not be collected before.</param>
    public PreparedCall(Call call, IPlan kernels, Action finish, OneThread? thread, params object[] kept)
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
    }

    public string Variant => call.Description.Name;

    public void Run()
    {
        if (disposed)
        {
            throw new ObjectDisposedException(null, $"{Variant}: this prepared call was disposed; keep it until its last run.");
        }

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

    /// <summary>The results are the caller's: they outlive the call.</summary>
    public void KeepResults() => call.Buffers.Keep();

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
