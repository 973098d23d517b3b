using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>An ILGPU device: tensors go there, one group of threads computes a work item, and the results come back.</summary>
internal sealed unsafe class DeviceEngine(Accelerator accelerator, int groupSize) : IEngine
{
    // What the items of one launch may take of the device's memory for scratch; more items run in several launches.
    private const long ScratchAtMost = 1L << 30;

    private readonly Lock gate = new();
    private readonly AcceleratorStream stream = accelerator.CreateStream();
    private readonly DeviceMemory memory = new(accelerator);
    private readonly Dictionary<(Type, KernelKind), DeviceLaunch> kernels = [];

    public DataType Number => DataType.Float32;

    public int Parallelism { get; } = accelerator.AcceleratorType == AcceleratorType.CPU ? 1 : 4 * accelerator.NumMultiprocessors;

    /// <summary>Hears a line of text before a kernel is compiled.</summary>
    public Action<string>? Compiling { get; set; }

    // A chunk is an item of its own: a card wants more of them than there are sequences and heads.
    public bool TokenParallel => true;

    public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels
    {
        lock (gate)
        {
            try
            {
                Call<TKernels>(launches, bindings, sizes, parts);
            }
            catch (Exception exception) when (exception is AcceleratorException or InternalCompilerException or NotSupportedException)
            {
                throw new InvalidOperationException($"{TKernels.Description.Name} on {accelerator.Name}: {Innermost(exception).Message} Run it on the host instead.", exception);
            }
        }

        // The bindings' addresses keep no tensor alive.
        GC.KeepAlive(bindings);
    }

    private DeviceLaunch Kernel<TKernels>(KernelKind kernel)
        where TKernels : IVariantKernels
    {
        if (!kernels.TryGetValue((typeof(TKernels), kernel), out DeviceLaunch? launch))
        {
            Compiling?.Invoke($"compiling {TKernels.Description.Name}, {kernel.ToString().ToLowerInvariant()}, for {accelerator.Name}");
            launch = TKernels.Load(kernel, accelerator);
            kernels.Add((typeof(TKernels), kernel), launch);
        }

        return launch;
    }

    private void Call<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels
    {
        Step[] steps = [.. launches.Select(x => Plan<TKernels>(x, sizes))];
        long scratchElements = steps.Max(x => x.ScratchPerItem * x.Wave);

        // A tensor bound twice is one piece of memory: a state in place.
        var tensors = new Dictionary<Tensor, Access>(ReferenceEqualityComparer.Instance);
        foreach (Binding binding in bindings)
        {
            if (binding.Tensor is { } tensor)
            {
                tensors[tensor] = tensors.GetValueOrDefault(tensor) | binding.Access;
            }
        }

        Reserve(tensors.Keys, steps, scratchElements, parts);
        var views = new Dictionary<Tensor, ArrayView<float>>(ReferenceEqualityComparer.Instance);
        foreach ((Tensor tensor, Access access) in tensors)
        {
            ArrayView<float> view = memory.Take<float>(tensor.Count);
            views.Add(tensor, view);
            if (tensor.Count == 0)
            {
                continue;
            }

            if (access.HasFlag(Access.Read))
            {
                view.CopyFromCPU(stream, ref Unsafe.AsRef<float>(tensor.Data), tensor.Count);
            }
            else
            {
                view.MemSetToZero(stream);
            }
        }

        DeviceTile Part(long elements) => Line(memory.Take<float>(elements));
        var between = new Between<DeviceTile> { Exact = Part(parts.Exact), Packed = Part(parts.Packed), States = Part(parts.States), StateGradients = Part(parts.StateGradients) };
        ArrayView<float> scratch = memory.Take<float>(scratchElements);
        Operand<DeviceTile, F32>[] operands = [.. bindings.Select(x => Operand(x, x.Tensor is null ? scratch : views[x.Tensor]))];
        foreach (Step step in steps)
        {
            ArrayView<Work> items = memory.Take<Work>(step.Work.Length);
            items.CopyFromCPU(stream, ref step.Work[0], step.Work.Length);
            for (int first = 0; first < step.Work.Length; first += step.Wave)
            {
                int count = Math.Min(step.Wave, step.Work.Length - first);
                step.Launch(stream, new KernelConfig(count, groupSize), operands, sizes, items.SubView(first, count), Line(scratch), step.ScratchPerItem, between);
            }
        }

        foreach ((Tensor tensor, Access access) in tensors)
        {
            if (access.HasFlag(Access.Write) && tensor.Count > 0)
            {
                views[tensor].CopyToCPU(stream, ref Unsafe.AsRef<float>(tensor.Data), tensor.Count);
            }
        }

        stream.Synchronize();
    }

    /// <summary>A compiled kernel, its items, and how many of them run in one launch.</summary>
    private readonly record struct Step(DeviceLaunch Launch, Work[] Work, long ScratchPerItem, int Wave);

    private Step Plan<TKernels>(Launch launch, Sizes sizes)
        where TKernels : IVariantKernels
    {
        long scratch = DeviceMemory.Aligned(TKernels.Scratch(launch.Kernel, sizes) * sizeof(float)) / sizeof(float);
        int wave = (int)Math.Clamp(ScratchAtMost / (scratch * sizeof(float)), 1, launch.Work.Length);
        return new(Kernel<TKernels>(launch.Kernel), launch.Work, scratch, wave);
    }

    private void Reserve(IEnumerable<Tensor> tensors, Step[] steps, long scratch, BetweenElements parts)
    {
        long[] stretches = [scratch, parts.Exact, parts.Packed, parts.States, parts.StateGradients, .. tensors.Select(x => x.Count)];
        long bytes = stretches.Sum(x => DeviceMemory.Aligned(x * sizeof(float))) + steps.Sum(x => DeviceMemory.Aligned((long)x.Work.Length * sizeof(Work)));
        if (accelerator.AcceleratorType != AcceleratorType.CPU && bytes > accelerator.MemorySize)
        {
            throw new NotSupportedException($"The call needs {bytes >> 20} MiB, and the device has {accelerator.MemorySize >> 20} MiB.");
        }

        memory.Reserve(bytes);
    }

    // An absent operand (no heads) still needs a view that is one.
    private static Operand<DeviceTile, F32> Operand(Binding binding, ArrayView<float> view)
    {
        int columns = checked(binding.Heads * binding.Width);
        return new() { Data = new DeviceTile(view, 0, Items.Clamp(binding.Rows), columns, columns), Heads = binding.Heads, Width = binding.Width };
    }

    private static DeviceTile Line(ArrayView<float> view) => new(view, 0, 1, Items.Clamp(view.Length), view.Length);

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
