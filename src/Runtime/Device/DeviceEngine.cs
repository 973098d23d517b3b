using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>An ILGPU device: tensors go there, one group of threads computes a work item, and the results come back.</summary>
internal sealed class DeviceEngine : IEngine
{
    private readonly Lock gate = new();
    private readonly Accelerator accelerator;
    private readonly DeviceQueue queue;
    private readonly IDeviceBackend portable;
    private readonly IDeviceBackend? tuned;

    public DeviceEngine(Accelerator accelerator, int groupSize)
    {
        this.accelerator = accelerator;
        queue = new(accelerator);
        portable = new PortableBackend(accelerator, groupSize);
        tuned = accelerator is ILGPU.Runtime.Cuda.CudaAccelerator cuda ? new CudaBackend(cuda) : null;
        Parallelism = accelerator.AcceleratorType == AcceleratorType.CPU ? 1 : 4 * accelerator.NumMultiprocessors;
    }

    public DataType Number => DataType.Float32;

    public int Parallelism { get; }

    // A chunk is an item of its own: a card wants more of them than there are sequences and heads.
    public bool TokenParallel => true;

    /// <summary>Hears a line of text before a kernel is compiled.</summary>
    public Action<string>? Compiling { get; set; }

    /// <summary>Runs every launch so many times more, and keeps how long each round took.</summary>
    public int Rounds { get => queue.Rounds; set => queue.Rounds = value; }

    /// <summary>Milliseconds of the kernels in each of the last call's <see cref="Rounds"/>.</summary>
    public IReadOnlyList<double> Milliseconds => queue.Times;

    /// <summary>Milliseconds of each kernel of the last call, where <see cref="Rounds"/> was set.</summary>
    public IReadOnlyList<(KernelKind Kernel, double Milliseconds)> KernelTimes => queue.KernelTimes;

    public IReadOnlyList<int> ChunkLengths => CudaBackend.ChunkLengths;

    public bool KeepsSixteenBits(KernelKind kernel, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) =>
        tuned is not null && CudaBackend.Takes(kernel, sizes, description, scratch);

    public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels
    {
        // What is 16 bits wide stays so in the device's memory; single precision is kept throughout.
        bool half = bindings.Any(x => x.Tensor is { Type: DataType.BFloat16 or DataType.Float16 });
        lock (gate)
        {
            try
            {
                (half ? tuned! : portable).Run<TKernels>(queue, launches, bindings, sizes, parts, Compiling);
            }
            catch (Exception exception) when (exception is AcceleratorException or InternalCompilerException or NotSupportedException)
            {
                throw new InvalidOperationException($"{TKernels.Description.Name} on {accelerator.Name}: {Innermost(exception).Message} Run it on the host instead.", exception);
            }
        }

        // The bindings' addresses keep no tensor alive.
        GC.KeepAlive(bindings);
    }

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}

/// <summary>Runs kernels with one kind of tile.</summary>
internal interface IDeviceBackend
{
    /// <summary>See <see cref="IEngine.Run"/>.</summary>
    void Run<TKernels>(DeviceQueue queue, Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts, Action<string>? compiling)
        where TKernels : IVariantKernels;
}
