namespace AttentionDsl.Runtime;

/// <summary>Runs chunks with the tile of CUDA cards on groups of this machine's threads, one item after the other.</summary>
/// <param name="panel">Value columns of an item of a walk over the sequence.</param>
/// <param name="watched">See <see cref="RaceWatch"/>: for sizes that fill every block, since what stands beyond a tile may be anything.</param>
/// <param name="rule">How it cuts sequences into segments.</param>
/// <param name="multiplies">True if warps multiply in groups of four.</param>
/// <param name="knows">True if tensors are what kernels know of them when they are compiled, false if what a launch says.</param>
internal sealed unsafe class GroupEngine(int panel, bool watched, SegmentRule rule = default, bool multiplies = true, bool knows = true) : IEngine
{
    public DataType Number => DataType.Float32;

    public int Parallelism => 1;

    public bool TokenParallel => true;

    public SegmentRule SegmentRule(bool sixteenBits, int channels) => rule;

    public IReadOnlyList<int> ChunkLengths(KernelKind[] kernels, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) =>
        CudaBackend.ChunkLengths(kernels, sizes, description, scratch);

    public bool KeepsSixteenBits(KernelKind kernel, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) => true;

    public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels
    {
        using ThreadScratch kept = ThreadScratch.Rent(parts.Total * sizeof(float));
        Run<TKernels>(new(launches, bindings), sizes, Tiles(kept, parts));
    }

    public HeldPlans PlanParts<TKernels>(CallPart[] parts, Sizes sizes, BetweenElements between)
        where TKernels : IVariantKernels
    {
        var held = ThreadScratch.Rent(between.Total * sizeof(float));
        Between<CudaTile> tiles = Tiles(held, between);
        return new([.. parts.Select(x => new Plan(() => Run<TKernels>(x, sizes, tiles)))], held, between.Total * sizeof(float));
    }

    private static Between<CudaTile> Tiles(ThreadScratch memory, BetweenElements parts)
    {
        byte* next = (byte*)memory.Memory;
        return CudaTile.Between(parts, bytes =>
        {
            long part = (long)next;
            next += bytes;
            return part;
        });
    }

    private void Run<TKernels>(CallPart part, Sizes sizes, Between<CudaTile> between)
        where TKernels : IVariantKernels
    {
        Binding[] bindings = part.Bindings;
        sizes = CudaTile.Sized(CudaBackend.Sized(sizes, bindings, TKernels.Description));
        Operand<CudaTile, CudaLanes>[] operands = [.. bindings.Select(Operand)];
        foreach (Launch launch in part.Launches)
        {
            bool panels = TKernels.Description.ColumnsAreIndependent && launch.Kernel is not (KernelKind.Prepare or KernelKind.Project or KernelKind.Gradients);
            int width = panels ? Math.Min(panel, sizes.V) : int.MaxValue;
            long elements = TKernels.Scratch(launch.Kernel, panels ? sizes with { V = width } : sizes) + (CudaBackend.WorkspaceBytes(launch.Kernel, sizes, TKernels.Description) / sizeof(float));
            foreach (Work work in launch.Work)
            {
                for (int done = 0; done < work.Columns; done += width)
                {
                    Work item = work with { Column = work.Column + done, Columns = Math.Min(width, work.Columns - done) };
                    ThreadGroup.Run(CudaGroup.Threads, elements, watched, () => TKernels.Pass<CudaTile, CudaLanes>(launch.Kernel, operands, sizes, item, CudaTile.ScratchOf(default, 0, elements), between), multiplies);
                    if (width == int.MaxValue)
                    {
                        break;
                    }
                }
            }
        }

        GC.KeepAlive(bindings);
    }

    private Operand<CudaTile, CudaLanes> Operand(Binding binding)
    {
        long address = binding.Tensor is null ? 0 : (long)binding.Tensor.Data;
        int columns = binding.Heads * binding.Width;
        CudaElement element = CudaElements.Of(binding.Tensor);
        var operand = new Operand<CudaTile, CudaLanes> { Data = CudaTile.Global(address, Items.Clamp(binding.Rows), columns, columns, element), Heads = binding.Heads, Width = binding.Width };
        return knows && binding.Tensor is not null ? CudaTile.Known(operand, CudaTile.Described((int)element, KnownHeads.Any, 0), binding.Width) : operand;
    }
}
