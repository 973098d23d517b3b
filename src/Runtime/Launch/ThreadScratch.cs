using System.Runtime.InteropServices;

namespace AttentionDsl.Runtime;

/// <summary>Native memory that a thread keeps from one work item to the next, 64-byte aligned and not cleared.</summary>
internal sealed unsafe class ThreadScratch : IDisposable
{
    // A thread pool lives as long as the process: what only a rare huge item needs goes back at once.
    private const long KeepAtMost = 64 << 20;

    [ThreadStatic]
    private static ThreadScratch? kept;

    private readonly long bytes;

    private ThreadScratch(long bytes)
    {
        this.bytes = bytes;
        Memory = HostMemory.Allocate(checked((nuint)Math.Max(64, bytes)));
    }

    ~ThreadScratch() => NativeMemory.AlignedFree(Memory);

    public void* Memory { get; private set; }

    /// <summary>Memory of at least so many bytes; dispose it after the item.</summary>
    public static ThreadScratch Rent(long bytes)
    {
        ThreadScratch? scratch = kept;
        kept = null;
        if (scratch != null && scratch.bytes >= bytes)
        {
            return scratch;
        }

        scratch?.Free();
        return new ThreadScratch(bytes);
    }

    public void Dispose()
    {
        if (kept == null && bytes <= KeepAtMost)
        {
            kept = this;
        }
        else
        {
            Free();
        }
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Memory);
        Memory = null;
        GC.SuppressFinalize(this);
    }
}
