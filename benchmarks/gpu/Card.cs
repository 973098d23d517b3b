using AttentionDsl.Runtime;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Gpu;

/// <summary>The card: times what it does, and knows how fast it copies.</summary>
internal sealed class Card : IDisposable
{
    // More than any card's L2 cache holds.
    private const long FlushBytes = 256L << 20;
    private const long CopyBytes = 1L << 30;

    private readonly DeviceQueue queue;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense>? flush;
    private readonly MemoryBuffer1D<long, Stride1D.Dense> differences;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<ushort>, ArrayView<ushort>, ArrayView<long>> compare;

    public Card(ComputeDevice device)
    {
        Device = device;
        queue = ((DeviceEngine)device.Engine).Queue;
        flush = device.Kind == DeviceKind.Cuda ? queue.Accelerator.Allocate1D<byte>(FlushBytes) : null;
        differences = queue.Accelerator.Allocate1D<long>(1);
        compare = queue.Accelerator.LoadKernel<ArrayView<ushort>, ArrayView<ushort>, ArrayView<long>>(Compare);
    }

    public ComputeDevice Device { get; }

    /// <summary>The newest CUDA version that the driver knows.</summary>
    public string Driver => queue.Accelerator is CudaAccelerator cuda ? $"{cuda.DriverVersion}" : "-";

    public DevicePool Pool => queue.Pool;

    public DeviceMemory Workspace => queue.Workspace;

    /// <summary>Bytes that a device-to-device copy reads and writes in a millisecond.</summary>
    public double CopyRate()
    {
        if (flush is null)
        {
            return double.PositiveInfinity;
        }

        using MemoryBuffer1D<byte, Stride1D.Dense> from = queue.Accelerator.Allocate1D<byte>(CopyBytes), to = queue.Accelerator.Allocate1D<byte>(CopyBytes);
        return 2 * CopyBytes / Median(10, () => from.View.CopyTo(queue.Stream, to.View), cold: false);
    }

    /// <summary>Median milliseconds of several runs, each with a cold cache.</summary>
    public double Median(int rounds, Action run, bool cold = true)
    {
        double[] times = new double[rounds];
        run();
        run();
        for (int i = 0; i < rounds; i++)
        {
            if (cold)
            {
                flush?.MemSetToZero(queue.Stream);
            }

            times[i] = queue.Milliseconds(run);
        }

        Array.Sort(times);
        return times[rounds / 2];
    }

    /// <summary>Several runs as one graph.</summary>
    public IPlan Record(Action runs) => ((DeviceEngine)Device.Engine).Record(runs, resident: true);

    /// <summary>What each kernel of a run takes, in words.</summary>
    public string Kernels(Action run)
    {
        var times = new List<string>();
        queue.Profile = (kernel, milliseconds) => times.Add($"{kernel} {milliseconds:0.000}");
        try
        {
            run();
        }
        finally
        {
            queue.Profile = null;
        }

        return string.Join(", ", times);
    }

    /// <summary>True if two tensors hold the same bits.</summary>
    public bool Same(Tensor a, Tensor b)
    {
        differences.MemSetToZero(queue.Stream);
        compare(queue.Stream, new KernelConfig(queue.Accelerator.AcceleratorType == AcceleratorType.CPU ? 1 : 1024, queue.Accelerator.AcceleratorType == AcceleratorType.CPU ? 2 : 256), Bits(a), Bits(b), differences.View);
        long[] count = new long[1];
        differences.View.CopyToCPU(queue.Stream, count);
        queue.Stream.Synchronize();
        return count[0] == 0;
    }

    public void Dispose()
    {
        flush?.Dispose();
        differences.Dispose();
    }

    private static ArrayView<ushort> Bits(Tensor tensor) => ((DeviceBytes)tensor.Device!).View.Cast<ushort>();

    private static void Compare(ArrayView<ushort> a, ArrayView<ushort> b, ArrayView<long> differences)
    {
        long different = 0;
        for (long i = ((long)Grid.IdxX * Group.DimX) + Group.IdxX; i < a.Length; i += (long)Grid.DimX * Group.DimX)
        {
            if (a[i] != b[i])
            {
                different++;
            }
        }

        Atomic.Add(ref differences[0], different);
    }
}
