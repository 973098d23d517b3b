using System.Runtime.InteropServices;

namespace AttentionDsl;

/// <summary>
/// Memory of the host for tensors and scratch. Rows of one head among several stand pages apart, so that a chunk of a call touches hundreds of pages for the
/// first time: large blocks ask for large pages, of which the processor finds the address at once.
/// </summary>
internal static unsafe partial class HostMemory
{
    private const nuint LargePage = 2 << 20;
    private const int AdviseLargePages = 14;

    private static bool unknown;

    /// <summary>So many bytes, 64-byte aligned at least, holding anything; <see cref="NativeMemory.AlignedFree"/> frees them.</summary>
    public static void* Allocate(nuint bytes)
    {
        if (bytes < 2 * LargePage || unknown || !OperatingSystem.IsLinux())
        {
            return NativeMemory.AlignedAlloc(bytes, 64);
        }

        void* memory = NativeMemory.AlignedAlloc(bytes, LargePage);
        try
        {
            // A system that has no large pages, or none left, says so or not: the memory is as good in small ones.
            _ = Advise(memory, bytes / LargePage * LargePage, AdviseLargePages);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            unknown = true;
        }

        return memory;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* memory, nuint bytes, int advice);
}
