using System.Runtime.ExceptionServices;

namespace AttentionDsl.Runtime;

/// <summary>
/// Runs items on the caller's thread and threads of the pool, taken one at a time. It is made once and run many times: a run allocates
/// nothing. The caller never waits for a thread that has not begun, so a busy pool costs no more than the help it does not give.
/// </summary>
internal abstract class ParallelItems
{
    private readonly int count;
    private readonly Helper[] helpers;
    private readonly object done = new();
    private int next;
    private int completed;
    private Exception? error;

    /// <param name="count">Number of items.</param>
    /// <param name="threads">Threads to use, the caller's among them.</param>
    protected ParallelItems(int count, int threads)
    {
        this.count = count;
        helpers = new Helper[Math.Max(0, Math.Min(threads, count) - 1)];
        for (int i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Helper(this);
        }

        next = count;
    }

    /// <summary>Runs all items; an error of one of them is thrown when none runs any more.</summary>
    public void Run()
    {
        if (helpers.Length == 0)
        {
            for (int i = 0; i < count; i++)
            {
                Item(i);
            }

            return;
        }

        error = null;
        completed = 0;
        Volatile.Write(ref next, -1);
        foreach (Helper helper in helpers)
        {
            helper.Call();
        }

        Take();
        WaitForAll();
        if (error is { } thrown)
        {
            ExceptionDispatchInfo.Throw(thrown);
        }
    }

    /// <summary>Computes an item.</summary>
    protected abstract void Item(int index);

    // A helper that comes late finds no item left, or helps the next run: both are right.
    private void Take()
    {
        for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
        {
            try
            {
                if (Volatile.Read(ref error) is null)
                {
                    Item(i);
                }
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref error, exception, null);
            }

            if (Interlocked.Increment(ref completed) == count)
            {
                lock (done)
                {
                    Monitor.PulseAll(done);
                }
            }
        }
    }

    // Items of a decode step last microseconds: sleep only when spinning has not been enough.
    private void WaitForAll()
    {
        var spin = new SpinWait();
        while (Volatile.Read(ref completed) < count)
        {
            if (!spin.NextSpinWillYield)
            {
                spin.SpinOnce();
                continue;
            }

            lock (done)
            {
                while (Volatile.Read(ref completed) < count)
                {
                    Monitor.Wait(done);
                }
            }
        }
    }

    private sealed class Helper(ParallelItems items) : IThreadPoolWorkItem
    {
        private int called;

        public void Call()
        {
            if (Interlocked.Exchange(ref called, 1) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }

        public void Execute()
        {
            Volatile.Write(ref called, 0);
            items.Take();
        }
    }
}
