using System.Runtime.InteropServices;

namespace AttentionDsl.Benchmarks.Cpu;

/// <summary>Copies from one array of a size to another, walking through arrays that no cache holds.</summary>
internal sealed unsafe class CopyLoop : IDisposable
{
    private readonly int threads;
    private readonly long bytes;
    private readonly long parts;
    private readonly byte* from;
    private readonly byte* to;
    private readonly Action<int> part;
    private long next;

    public CopyLoop(int threads, long bytes)
    {
        this.threads = threads;
        this.bytes = bytes;
        parts = Math.Max(2, (128L << 20) / bytes);
        from = (byte*)NativeMemory.AlignedAlloc((nuint)(parts * bytes), 64);
        to = (byte*)NativeMemory.AlignedAlloc((nuint)(parts * bytes), 64);
        NativeMemory.Fill(from, (nuint)(parts * bytes), 1);
        NativeMemory.Fill(to, (nuint)(parts * bytes), 1);
        part = Part;
    }

    /// <summary>Copies the next array.</summary>
    public void Run()
    {
        next++;
        Machine.OnThreads(threads, part);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(from);
        NativeMemory.AlignedFree(to);
    }

    private void Part(int thread)
    {
        long share = bytes / threads, at = (next % parts * bytes) + (thread * share);
        Machine.Copy((float*)(to + at), (float*)(from + at), share / sizeof(float));
    }
}
