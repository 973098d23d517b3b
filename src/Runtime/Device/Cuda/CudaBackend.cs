using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>Kernels with the CUDA tile: scratch in shared memory, products on the tensor cores, tensors as the caller has them.</summary>
internal sealed unsafe class CudaBackend(CudaAccelerator accelerator) : IDeviceBackend
{
    // Tokens a chunk.
    private const int LongestChunk = 64;
    private const int LongChunk = 32;
    private const int ShortChunk = 16;

    // Of compute capability 9.0, less what the driver keeps for itself.
    internal const int SharedBytes = 227 << 10;

    // Shared memory of a multiprocessor, and what every group takes of it besides its own.
    private const int MultiprocessorBytes = SharedBytes + GroupBytes;
    private const int GroupBytes = 1 << 10;

    // With more, threads have too few registers for blocks of sums.
    private const int MostGroups = 3;

    // Gradients of longer chunks have strips of so many rows that the third would leave too few for those.
    private const int MostGroupsOfLong = 2;

    // What is computed before the states are known is little where pairs decay by heads, or not at all: 64 registers hold it.
    private const int MostGroupsOfFew = 4;

    /// <summary>See <see cref="SegmentRule"/>: measured for forms with an erase, 0.56 to 0.64; those without take some 0.5.</summary>
    internal const double CarryTime = 0.6;

    /// <summary>Value columns of one item of a pass over the sequence, at most: a strip for every warp of a group.</summary>
    internal const int PanelColumns = CudaGroup.Threads / 32 * CudaTile.StripColumns;

    // Where a state stands in shared memory: it then takes a fraction of that.
    private const int NarrowColumns = 64;

    // States at borders follow each other, so what a group does from one to the next must be short: a block of 16 x 16 of the product for each of its warps.
    private const int BorderColumns = 16;

    private readonly KernelCache<CudaTile, CudaLanes> kernels = new(accelerator, new CudaCompiler(accelerator).Load);
    private readonly HashSet<Kernel> enlarged = [];

    public DevicePlan[] Plan<TKernels>(DeviceQueue queue, CallPart[] parts, Sizes sizes, BetweenElements between, DeviceMemory? held, Action<string>? compiling)
        where TKernels : IVariantKernels
    {
        sizes = Sized(sizes, parts[0].Bindings, TKernels.Description);
        long bytes = 0;
        CudaTile.Between(between, part => bytes += DeviceMemory.Aligned(part));
        held?.Reserve(bytes);
        Between<CudaTile>? own = held is null ? null : CudaTile.Between(between, part => Address(held.Take<byte>(part)));
        CallPart[] cut = [.. parts.Select(x => x with { Launches = [.. x.Launches.Select(y => Cut<TKernels>(y, sizes))] })];
        var all = new Queue<DeviceKernel<CudaTile, CudaLanes>>(kernels.Get<TKernels>(cut.SelectMany(x => Wanted<TKernels>(x, sizes)), compiling));
        return [.. cut.Select(part =>
        {
            Step[] steps = [.. part.Launches.Select(x => Load<TKernels>(x, all.Dequeue(), sizes))];
            long needed = DeviceMemory.Aligned(1) + (held is null ? bytes : 0);
            return new DevicePlan(queue, TKernels.Description.Name, part.Bindings, needed, [.. steps.Select(x => x.Work)], (memory, view, items) =>
            {
                Between<CudaTile> tiles = own ?? CudaTile.Between(between, x => Address(memory.Take<byte>(x)));
                long nothing = Address(memory.Take<byte>(1));
                Operand<CudaTile, CudaLanes>[] operands = [.. part.Bindings.Select(x => Operand(x, x.Tensor is null ? nothing : Address(view(x.Tensor))))];
                return [.. steps.Zip(items, (step, work) => new DeviceStep(step.Kernel, () =>
                {
                    var config = new KernelConfig(step.Work.Length, CudaGroup.Threads, SharedMemoryConfig.RequestDynamic<byte>(step.SharedBytes));
                    step.Launch(queue.Stream, config, operands, sizes with { Groups = step.Groups }, work, default, step.SharedBytes / sizeof(float), tiles);
                }))];
            });
        })];
    }

    /// <summary>The kernels that a part of a call launches.</summary>
    private IEnumerable<(KernelKind Kernel, Type Known, KernelSpecialization Specialization)> Wanted<TKernels>(CallPart part, Sizes sizes)
        where TKernels : IVariantKernels
    {
        (CudaElement Element, int Heads)[] operands = [.. part.Bindings.Select(x => (CudaElements.Of(x.Tensor), x.Tensor is null ? 0 : x.Heads))];
        return part.Launches.Select(x => (x.Kernel, KnownSizes.Of(sizes, x.Work, operands), Specialization<TKernels>(x, sizes)));
    }

    /// <summary>The sizes of a call with what its tiles take.</summary>
    /// <param name="sizes">The sizes.</param>
    /// <param name="bindings">The tensors: first the inputs.</param>
    /// <param name="description">The variant.</param>
    internal static Sizes Sized(Sizes sizes, IEnumerable<Binding> bindings, VariantDescription description) => CudaTile.Sized(sizes) with
    {
        NarrowInputs = bindings.Take(description.Inputs.Length).Select((x, i) => CudaElements.Of(x.Tensor) == CudaElement.BFloat16 ? 1 << i : 0).Sum(),
    };

    /// <summary>A compiled kernel, its items, the shared memory of a group, and how many of them the device runs at a time.</summary>
    private readonly record struct Step(KernelKind Kernel, DeviceLaunch<CudaTile, CudaLanes> Launch, Work[] Work, int SharedBytes, int Groups);

    /// <summary>A walk over the sequence works on panels of value columns.</summary>
    private static Launch Cut<TKernels>(Launch launch, Sizes sizes)
        where TKernels : IVariantKernels
    {
        if (!InPanels(launch.Kernel, TKernels.Description))
        {
            return launch;
        }

        if (launch.Kernel is KernelKind.Compose or KernelKind.ComposeBack)
        {
            return launch with { Work = WorkList.Panels(launch.Work, BorderColumns) };
        }

        bool wide = HoldsStrips(launch.Kernel, sizes) && Fits(launch.Kernel, sizes with { V = Math.Min(sizes.V, PanelColumns) }, TKernels.Description, TKernels.Scratch);
        return launch with { Work = WorkList.Panels(launch.Work, wide ? PanelColumns : NarrowColumns) };
    }

    /// <summary>Groups that walk over sequences on a multiprocessor at a time, at most: registers hold two states of 64 channels, with what else a walk needs, or one of more.</summary>
    /// <param name="channels">Key channels.</param>
    public static int WalksOfMultiprocessor(int channels) => channels <= 64 ? 2 : 1;

    /// <summary>True for the kernels that take a state, or its gradient, from chunk to chunk in registers.</summary>
    private static bool HoldsStrips(KernelKind kernel, Sizes sizes) =>
        kernel is KernelKind.Carry or KernelKind.CarryAndAdvance or KernelKind.Advance or KernelKind.Trail or KernelKind.CarryBack or KernelKind.Retreat && Padded.HoldsStrips(sizes);

    private static bool Fits(KernelKind kernel, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) =>
        scratch(kernel, sizes) * sizeof(float) <= SharedBytes - WorkspaceBytes(kernel, sizes, description);

    private Step Load<TKernels>(Launch launch, DeviceKernel<CudaTile, CudaLanes> kernel, Sizes sizes)
        where TKernels : IVariantKernels
    {
        if (enlarged.Add(kernel.Kernel))
        {
            CudaDriver.AllowSharedMemory((CudaKernel)kernel.Kernel, SharedBytes);
        }

        return new(launch.Kernel, kernel.Launch, launch.Work, SharedBytesOf<TKernels>(launch, sizes), accelerator.NumMultiprocessors * Specialization<TKernels>(launch, sizes).MinNumGroupsPerMultiprocessor!.Value);
    }

    /// <summary>The shared memory of a group: scratch and workspace.</summary>
    private static int SharedBytesOf<TKernels>(Launch launch, Sizes sizes)
        where TKernels : IVariantKernels
    {
        Sizes own = InPanels(launch.Kernel, TKernels.Description) ? sizes with { V = launch.Work.Max(x => x.Columns) } : sizes;
        return WorkspaceBytes(launch.Kernel, sizes, TKernels.Description) + ((int)TKernels.Scratch(launch.Kernel, own) * sizeof(float));
    }

    /// <summary>
    /// Tokens a chunk, the best first: short chunks where two groups that prepare long ones do not share a multiprocessor, but two that prepare short ones do, and two that compute their gradients. The longest
    /// where nothing is prepared: walks take half as many steps, and what gradients read of states is halved. With few channels that is little, and a step's pairs are more: measured, they pay from 128 channels on
    /// forward, and from 64 on where gradients are computed, of which two groups share a multiprocessor even so.
    /// </summary>
    /// <param name="kernels">What is called.</param>
    /// <param name="sizes">The sizes, of any chunk.</param>
    /// <param name="description">The variant.</param>
    /// <param name="scratch">Scratch elements of its kernels.</param>
    public static IReadOnlyList<int> ChunkLengths(KernelKind[] kernels, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch)
    {
        bool isShort = description.PreparesChunks && !Shares(KernelKind.Prepare, LongChunk) && Shares(KernelKind.Prepare, ShortChunk)
            && (!kernels.Contains(KernelKind.Backward) || Shares(KernelKind.Gradients, ShortChunk));
        bool isLongest = !description.PreparesChunks && sizes.MaxLength > LongChunk
            && (kernels.Contains(KernelKind.Backward) ? IsLarge(LongChunk) && Shares(KernelKind.Gradients, LongestChunk) : IsLarge(LongestChunk));
        return isShort ? [ShortChunk, LongChunk] : isLongest ? [LongestChunk, LongChunk, ShortChunk] : [LongChunk, ShortChunk];

        // A state has more numbers than the keys and values of so many tokens.
        bool IsLarge(int tokens) => sizes.K * sizes.V >= tokens * (sizes.K + sizes.V);

        bool Shares(KernelKind kernel, int chunk) => TwoShare(kernel, sizes with { Chunk = chunk }, description, scratch);
    }

    /// <summary>True if two groups that run a kernel share a multiprocessor where all inputs are in 16 bits.</summary>
    internal static bool TwoShare(KernelKind kernel, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch)
    {
        Sizes own = CudaTile.Sized(sizes) with { NarrowInputs = -1 };
        return 2 * ((scratch(kernel, own) * sizeof(float)) + WorkspaceBytes(kernel, own, description) + GroupBytes) <= MultiprocessorBytes;
    }

    /// <summary>True if shared memory holds the scratch of everything that a call runs, and the tiles are no larger than operations work on.</summary>
    public static bool Takes(KernelKind kernel, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch)
    {
        KernelKind[] prepare = description.PreparesChunks ? [KernelKind.Prepare] : [];
        KernelKind[] kernels = kernel switch
        {
            KernelKind.Forward => [.. prepare, KernelKind.Advance],
            KernelKind.Backward => [.. prepare, KernelKind.Trail, KernelKind.Retreat, .. description.ProjectsStates ? [KernelKind.Project] : Array.Empty<KernelKind>(), KernelKind.Gradients],
            _ => [kernel],
        };
        sizes = CudaTile.Sized(sizes);

        // Decayed Grams of more than 32 rows would be taken number by number.
        int mostRows = description.PairsDecayByChannel && sizes.Chunk > ShortChunk ? CudaTile.ShortRows / 2 : CudaTile.ShortRows;
        return sizes.Chunk * sizes.Updates <= mostRows && Math.Max(sizes.K, sizes.V) <= CudaTile.MaxColumns && kernels.All(x =>
            Fits(x, sizes with { V = InPanels(x, description) ? Math.Min(sizes.V, NarrowColumns) : sizes.V }, description, scratch));
    }

    /// <summary>
    /// Decayed Grams, which need the whole of it, are taken chunk by chunk; so are systems, of which the longest need more than half. Where nothing is computed before the walks there is neither, and
    /// long chunks, whose Grams are not taken in halves, get by on a fourth.
    /// </summary>
    internal static int WorkspaceBytes(KernelKind kernel, Sizes sizes, VariantDescription description) =>
        kernel is not (KernelKind.Prepare or KernelKind.Gradients) ? CudaTile.WorkspaceBytes / 2
        : description.PairsDecayByChannel ? CudaTile.WorkspaceBytes
        : sizes.Chunk * sizes.Updates <= CudaTile.ShortRows / 2 ? CudaTile.WorkspaceBytes / 2
        : description.PreparesChunks ? CudaTile.InverseBytes
        : CudaTile.WorkspaceBytes / 4;

    private static bool InPanels(KernelKind kernel, VariantDescription description) =>
        description.ColumnsAreIndependent && kernel is not (KernelKind.Prepare or KernelKind.Project or KernelKind.Gradients);

    /// <summary>
    /// Threads of a group, and the groups that a multiprocessor must be able to hold, which bounds the registers of a thread: as many as its shared memory
    /// holds, since several of them hide each other's latency. A walk that has a multiprocessor to itself has all registers.
    /// </summary>
    private KernelSpecialization Specialization<TKernels>(Launch launch, Sizes sizes)
        where TKernels : IVariantKernels
    {
        int most = launch.Kernel switch
        {
            KernelKind.Gradients when sizes.Chunk > LongChunk => MostGroupsOfLong,
            KernelKind.Prepare when !TKernels.Description.PairsDecayByChannel => MostGroupsOfFew,
            _ => MostGroups,
        };
        if (HoldsStrips(launch.Kernel, sizes))
        {
            int each = (launch.Work.Length + accelerator.NumMultiprocessors - 1) / accelerator.NumMultiprocessors;
            most = Math.Min(each, WalksOfMultiprocessor(sizes.K));
        }

        return new(CudaGroup.Threads, Math.Clamp(MultiprocessorBytes / (SharedBytesOf<TKernels>(launch, sizes) + GroupBytes), 1, most));
    }

    private static Operand<CudaTile, CudaLanes> Operand(Binding binding, long address)
    {
        int columns = checked(binding.Heads * binding.Width);

        // What kernels know of rows (CudaTile.Known) is for tensors that have a piece of memory each.
        Debug.Assert((address & 15) == 0, "A tensor begins at a multiple of 16 bytes.");
        return new() { Data = CudaTile.Global(address, Items.Clamp(binding.Rows), columns, columns, CudaElements.Of(binding.Tensor)), Heads = binding.Heads, Width = binding.Width };
    }

    private static long Address(ArrayView<byte> view) => (long)view.LoadEffectiveAddressAsPtr();
}
