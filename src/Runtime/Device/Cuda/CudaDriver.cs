using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>What ILGPU does not ask of the driver.</summary>
internal static partial class CudaDriver
{
    private const int MaxDynamicSharedSize = 8;

    /// <summary>Lets a kernel be launched with more than 48 KiB of shared memory.</summary>
    public static void AllowSharedMemory(CudaKernel kernel, int bytes)
    {
        using ScopedAcceleratorBinding bound = kernel.Accelerator.BindScoped();
        int error = SetAttribute(kernel.FunctionPtr, MaxDynamicSharedSize, bytes);
        if (error != 0)
        {
            throw new NotSupportedException($"The driver refuses {bytes >> 10} KiB of shared memory a group (error {error}).");
        }
    }

    [LibraryImport("cuda", EntryPoint = "cuFuncSetAttribute")]
    private static partial int SetAttribute(nint function, int attribute, int value);
}

/// <summary>Times what a stream runs, by the card's own clock.</summary>
internal static class CudaTimer
{
    /// <summary>Milliseconds from the first launch to the end of the last.</summary>
    public static double Milliseconds(AcceleratorStream stream, Action launches)
    {
        CudaAPI api = CudaAPI.CurrentAPI;
        nint queue = ((CudaStream)stream).StreamPtr;
        Check(api.CreateEvent(out nint start, 0));
        Check(api.CreateEvent(out nint end, 0));
        try
        {
            Check(api.RecordEvent(start, queue));
            launches();
            Check(api.RecordEvent(end, queue));
            Check(api.SynchronizeEvent(end));
            Check(api.ElapsedTime(out float milliseconds, start, end));
            return milliseconds;
        }
        finally
        {
            Check(api.DestroyEvent(start));
            Check(api.DestroyEvent(end));
        }
    }

    private static void Check(CudaError error) => CudaException.ThrowIfFailed(error);
}
