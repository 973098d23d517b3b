using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>The recurrent step with <see cref="CudaStepTile"/>: a warp for every range of value columns.</summary>
internal sealed unsafe class CudaStepBackend(CudaAccelerator accelerator) : IDeviceBackend
{
    // Value columns of a group, the widest first: rows of a panel are then whole lines of memory, and gates are computed for fewer panels.
    private static readonly int[] PanelColumns = [64, 32, 16, 8];

    // Groups that a multiprocessor holds at least; bounds the registers of a thread.
    private const int Groups = 16;

    // Narrower panels until every multiprocessor has so many groups.
    private const int WantedGroups = 15;

    private readonly KernelCache<CudaStepTile, CudaQuad> kernels = new(accelerator, new CudaCompiler(accelerator).Load);
    private readonly HashSet<Kernel> enlarged = [];

    /// <summary>True if the call is a recurrent step whose rows are fours of at most <see cref="CudaStepTile.MaxColumns"/> numbers, and whose value columns need not be together.</summary>
    public static bool Takes(Launch[] launches, Sizes sizes, VariantDescription description) =>
        launches.All(x => x.Kernel == KernelKind.Decode)
        && description is { ColumnsAreIndependent: true, Normalizer: false, ReadsKeys: false }
        && sizes.K % 4 == 0 && sizes.V % 16 == 0 && Math.Max(sizes.K, sizes.V) <= CudaStepTile.MaxColumns;

    public DevicePlan[] Plan<TKernels>(DeviceQueue queue, CallPart[] parts, Sizes sizes, BetweenElements between, DeviceMemory? held, Action<string>? compiling)
        where TKernels : IVariantKernels => [.. parts.Select(x => Plan<TKernels>(queue, x.Launches, x.Bindings, sizes, compiling))];

    private DevicePlan Plan<TKernels>(DeviceQueue queue, Launch[] launches, Binding[] bindings, Sizes sizes, Action<string>? compiling)
        where TKernels : IVariantKernels
    {
        int columns = Columns(launches[0].Work);
        launches = [.. launches.Select(x => x with { Work = WorkList.Panels(x.Work, columns) })];
        DeviceKernel<CudaStepTile, CudaQuad>[] all = kernels.Get<TKernels>(
            launches.Select(x => (x.Kernel, KnownStep.Of(sizes, x.Work, bindings), new KernelSpecialization(CudaStepTile.Threads, Groups))), compiling);
        foreach (Kernel kernel in all.Select(x => x.Kernel).Where(enlarged.Add))
        {
            CudaDriver.AllowSharedMemory((CudaKernel)kernel, CudaBackend.SharedBytes);
        }

        int shared = (int)CudaStepTile.Elements(TKernels.Scratch(KernelKind.Decode, sizes with { V = columns }), columns) * sizeof(float);
        return new(queue, TKernels.Description.Name, bindings, DeviceMemory.Aligned(1), [.. launches.Select(x => x.Work)], (memory, view, items) =>
        {
            long nothing = Address(memory.Take<byte>(1));
            Operand<CudaStepTile, CudaQuad>[] operands = [.. bindings.Select(x => Operand(x, x.Tensor is null ? nothing : Address(view(x.Tensor))))];
            return [.. items.Zip(all, (work, kernel) => new DeviceStep(KernelKind.Decode, () => kernel.Launch(
                queue.Stream,
                new KernelConfig((int)work.Length, CudaStepTile.Threads, SharedMemoryConfig.RequestDynamic<byte>(shared)),
                operands,
                sizes,
                work,
                default,
                0,
                default)))];
        });
    }

    /// <summary>The widest panel of which there are enough, or the narrowest; all are as wide.</summary>
    private int Columns(Work[] work) =>
        PanelColumns.First(x => x == PanelColumns[^1] || (work.All(y => y.Columns % x == 0) && work.Sum(y => y.Columns / x) >= WantedGroups * accelerator.NumMultiprocessors));

    private static Operand<CudaStepTile, CudaQuad> Operand(Binding binding, long address)
    {
        int columns = checked(binding.Heads * binding.Width);
        return new() { Data = CudaStepTile.Global(address, Items.Clamp(binding.Rows), columns, CudaElements.Of(binding.Tensor)), Heads = binding.Heads, Width = binding.Width };
    }

    private static long Address(ArrayView<byte> view) => (long)view.LoadEffectiveAddressAsPtr();
}
