using System.Diagnostics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>A device's stream and memory, and the way of a call through them: tensors in, launches, tensors out.</summary>
internal sealed unsafe class DeviceQueue(Accelerator accelerator)
{
    private readonly DeviceMemory memory = new(accelerator);
    private readonly List<double> milliseconds = [];

    public AcceleratorStream Stream { get; } = accelerator.CreateStream();

    /// <summary>How often the launches of a call run again, to be timed.</summary>
    public int Rounds { get; set; }

    /// <summary>Milliseconds of all kernels in each of the last call's <see cref="Rounds"/>.</summary>
    public IReadOnlyList<double> Times => milliseconds;

    /// <summary>Milliseconds of each kernel of the last call, where <see cref="Rounds"/> was set.</summary>
    public IReadOnlyList<(KernelKind Kernel, double Milliseconds)> KernelTimes { get; private set; } = [];

    /// <summary>Runs a call.</summary>
    /// <param name="bindings">The tensors.</param>
    /// <param name="bytes">What the call needs of the device's memory besides them, in stretches of <see cref="DeviceMemory.Aligned"/> bytes.</param>
    /// <param name="launch">Launches the kernels: gets the memory, from which it takes what it asked for, and where each tensor is.</param>
    public void Run(Binding[] bindings, long bytes, Func<DeviceMemory, IReadOnlyDictionary<Tensor, ArrayView<byte>>, IReadOnlyList<(KernelKind Kernel, Action Launch)>> launch)
    {
        // A tensor bound twice is one piece of memory: a state in place.
        var tensors = new Dictionary<Tensor, Access>(ReferenceEqualityComparer.Instance);
        foreach (Binding binding in bindings)
        {
            if (binding.Tensor is { } tensor)
            {
                tensors[tensor] = tensors.GetValueOrDefault(tensor) | binding.Access;
            }
        }

        bytes += tensors.Keys.Sum(x => DeviceMemory.Aligned(Bytes(x)));
        if (accelerator.AcceleratorType != AcceleratorType.CPU && bytes > accelerator.MemorySize)
        {
            throw new NotSupportedException($"The call needs {bytes >> 20} MiB, and the device has {accelerator.MemorySize >> 20} MiB.");
        }

        memory.Reserve(bytes);
        var views = new Dictionary<Tensor, ArrayView<byte>>(ReferenceEqualityComparer.Instance);
        foreach ((Tensor tensor, Access access) in tensors)
        {
            ArrayView<byte> view = memory.Take<byte>(Bytes(tensor));
            views.Add(tensor, view);
            if (tensor.Count == 0)
            {
                continue;
            }

            if (access.HasFlag(Access.Read))
            {
                view.CopyFromCPU(Stream, ref Unsafe.AsRef<byte>(tensor.Data), view.Length);
            }
            else
            {
                view.MemSetToZero(Stream);
            }
        }

        IReadOnlyList<(KernelKind Kernel, Action Launch)> kernels = launch(memory, views);
        foreach ((KernelKind _, Action run) in kernels)
        {
            run();
        }

        foreach ((Tensor tensor, Access access) in tensors)
        {
            if (access.HasFlag(Access.Write) && tensor.Count > 0)
            {
                views[tensor].CopyToCPU(Stream, ref Unsafe.AsRef<byte>(tensor.Data), views[tensor].Length);
            }
        }

        Stream.Synchronize();
        Measure(kernels);
    }

    /// <summary>Runs the launches again, the results already being safe, and takes the time.</summary>
    private void Measure(IReadOnlyList<(KernelKind Kernel, Action Launch)> kernels)
    {
        milliseconds.Clear();
        for (int i = 0; i < Rounds; i++)
        {
            milliseconds.Add(Milliseconds(() =>
            {
                foreach ((KernelKind _, Action run) in kernels)
                {
                    run();
                }
            }));
        }

        KernelTimes = Rounds > 0 ? [.. kernels.Select(x => (x.Kernel, Milliseconds(x.Launch)))] : [];
    }

    private double Milliseconds(Action kernels)
    {
        if (accelerator is ILGPU.Runtime.Cuda.CudaAccelerator)
        {
            return CudaTimer.Milliseconds(Stream, kernels);
        }

        long start = Stopwatch.GetTimestamp();
        kernels();
        Stream.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static long Bytes(Tensor tensor) => tensor.Count * Tensor.SizeOf(tensor.Type);
}
