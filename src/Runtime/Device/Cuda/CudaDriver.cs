using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>What ILGPU does not ask of the driver.</summary>
internal static partial class CudaDriver
{
    private const int MaxDynamicSharedSize = 8;
    private const int CaptureModeRelaxed = 2;

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

    /// <summary>Records what is launched on a stream, without running it.</summary>
    public static CudaGraphHandle Record(CudaStream stream, Action launches)
    {
        Check(BeginCapture(stream.StreamPtr, CaptureModeRelaxed));
        nint graph;
        int ended;
        try
        {
            launches();
        }
        finally
        {
            // Also after an exception, or the stream would record for ever.
            ended = EndCapture(stream.StreamPtr, out graph);
        }

        Check(ended);
        try
        {
            Check(Instantiate(out nint executable, graph, 0));
            return new CudaGraphHandle(executable);
        }
        finally
        {
            _ = DestroyGraph(graph);
        }
    }

    /// <summary>Launches what was recorded.</summary>
    public static void Launch(CudaGraphHandle graph, CudaStream stream) => Check(LaunchGraph(graph.DangerousGetHandle(), stream.StreamPtr));

    private static void Check(int error) => CudaException.ThrowIfFailed((CudaError)error);

    [LibraryImport("cuda", EntryPoint = "cuFuncSetAttribute")]
    private static partial int SetAttribute(nint function, int attribute, int value);

    [LibraryImport("cuda", EntryPoint = "cuStreamBeginCapture_v2")]
    private static partial int BeginCapture(nint stream, int mode);

    [LibraryImport("cuda", EntryPoint = "cuStreamEndCapture")]
    private static partial int EndCapture(nint stream, out nint graph);

    [LibraryImport("cuda", EntryPoint = "cuGraphInstantiateWithFlags")]
    private static partial int Instantiate(out nint executable, nint graph, ulong flags);

    [LibraryImport("cuda", EntryPoint = "cuGraphDestroy")]
    private static partial int DestroyGraph(nint graph);

    [LibraryImport("cuda", EntryPoint = "cuGraphLaunch")]
    private static partial int LaunchGraph(nint executable, nint stream);

    [LibraryImport("cuda", EntryPoint = "cuGraphExecDestroy")]
    internal static partial int DestroyExecutable(nint executable);
}

/// <summary>A recorded graph, ready to be launched.</summary>
internal sealed class CudaGraphHandle : SafeHandle
{
    public CudaGraphHandle(nint executable)
        : base(0, ownsHandle: true) => SetHandle(executable);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => CudaDriver.DestroyExecutable(handle) == 0;
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
