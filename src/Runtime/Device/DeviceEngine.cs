using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>An ILGPU device: one group of threads computes a work item.</summary>
internal sealed class DeviceEngine : IEngine
{
    private readonly Accelerator accelerator;
    private readonly IDeviceBackend portable;
    private readonly IDeviceBackend? tuned;
    private readonly IDeviceBackend? steps;

    public DeviceEngine(Accelerator accelerator, string name, int groupSize)
    {
        this.accelerator = accelerator;
        Name = name;
        Queue = new(accelerator, groupSize);
        portable = new PortableBackend(accelerator, groupSize);
        // Cards before compute capability 9.0 have less shared memory and not all of the instructions.
        if (accelerator is CudaAccelerator { Architecture.Major: >= 9 } cuda)
        {
            tuned = new CudaBackend(cuda);
            steps = new CudaStepBackend(cuda);
        }

        bool simulated = accelerator.AcceleratorType == AcceleratorType.CPU;
        Parallelism = simulated ? 1 : 4 * accelerator.NumMultiprocessors;
    }

    /// <summary>The device's name.</summary>
    public string Name { get; }

    /// <summary>The device's stream and memory.</summary>
    public DeviceQueue Queue { get; }

    public DataType Number => DataType.Float32;

    public int Parallelism { get; }

    // Narrower panels read what all of them need more often: with a state in registers they pay where two find a multiprocessor each.
    public int WalkParallelism(bool sixteenBits) =>
        accelerator.AcceleratorType == AcceleratorType.CPU ? 1 : sixteenBits ? accelerator.NumMultiprocessors / 2 : 3 * accelerator.NumMultiprocessors / 2;

    public SegmentRule SegmentRule(bool sixteenBits, int channels) =>
        sixteenBits ? new(CudaBackend.WalksOfMultiprocessor(channels) * accelerator.NumMultiprocessors, CudaBackend.PanelColumns, CarryTime: CudaBackend.CarryTime) : default;

    // A chunk is an item of its own: a card wants more of them than there are sequences and heads.
    public bool TokenParallel => true;

    /// <summary>Hears a line of text before a kernel is compiled.</summary>
    public Action<string>? Compiling { get; set; }

    public IReadOnlyList<int> ChunkLengths(KernelKind[] kernels, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) =>
        CudaBackend.ChunkLengths(kernels, sizes, description, scratch);

    public bool KeepsSixteenBits(KernelKind kernel, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) =>
        tuned is not null && CudaBackend.Takes(kernel, sizes, description, scratch);

    public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels
    {
        using IPlan plan = Plan<TKernels>(launches, bindings, sizes, parts);
        plan.Run();
    }

    public IPlan Plan<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels => Plans<TKernels>([new(launches, bindings)], sizes, parts, null)[0];

    public HeldPlans PlanParts<TKernels>(CallPart[] parts, Sizes sizes, BetweenElements between)
        where TKernels : IVariantKernels
    {
        var held = new DeviceMemory(Queue.Pool);
        try
        {
            return new(Plans<TKernels>(parts, sizes, between, held), held, held.Bytes);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private DevicePlan[] Plans<TKernels>(CallPart[] parts, Sizes sizes, BetweenElements between, DeviceMemory? held)
        where TKernels : IVariantKernels
    {
        // What is 16 bits wide stays so in the device's memory; single precision is kept throughout.
        bool half = parts.Any(x => x.Bindings.Any(y => y.Tensor is { Type: DataType.BFloat16 or DataType.Float16 }));
        bool step = steps is not null && parts.All(x => CudaStepBackend.Takes(x.Launches, sizes, TKernels.Description));
        using DeviceQueue.Turn turn = Queue.Take();
        try
        {
            return (step ? steps! : half ? tuned! : portable).Plan<TKernels>(Queue, parts, sizes, between, held, Compiling);
        }
        catch (Exception exception) when (Explains(exception))
        {
            throw Explained(TKernels.Description.Name, accelerator, exception);
        }
    }

    public IPlan Record(Action run, bool resident) => resident && accelerator is CudaAccelerator ? new CudaGraph(Queue, run) : new Plan(run);

    /// <summary>True if an exception is the device's or the compiler's, who name no variant.</summary>
    public static bool Explains(Exception exception) => exception is AcceleratorException or InternalCompilerException or NotSupportedException;

    /// <summary>Such an exception with the variant's name.</summary>
    public static InvalidOperationException Explained(string variant, Accelerator accelerator, Exception exception) =>
        new($"{variant} on {accelerator.Name}: {Innermost(exception).Message} Run it on the host instead.", exception);

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}

/// <summary>Makes plans of kernels with one kind of tile.</summary>
internal interface IDeviceBackend
{
    /// <summary>A plan for each part of a call. What all of them launch is compiled at once.</summary>
    /// <param name="queue">The device.</param>
    /// <param name="parts">The parts.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="between">What passes need between them.</param>
    /// <param name="held">Where that stands, if the parts have memory of their own for it; null: in the device's workspace.</param>
    /// <param name="compiling">Is told what is compiled.</param>
    DevicePlan[] Plan<TKernels>(DeviceQueue queue, CallPart[] parts, Sizes sizes, BetweenElements between, DeviceMemory? held, Action<string>? compiling)
        where TKernels : IVariantKernels;
}
