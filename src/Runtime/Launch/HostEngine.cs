namespace AttentionDsl.Runtime;

/// <summary>The host: float32 in SIMD registers, items spread over the processors.</summary>
internal sealed unsafe class HostEngine : IEngine
{
    public static readonly HostEngine Instance = new();

    public DataType Number => DataType.Float32;

    public int Parallelism => Environment.ProcessorCount;

    // The backward pass keeps a state a chunk and walks over it several times: twice the tokens are half of that, and cost less than
    // they save (docs/performance.md). The forward pass is fastest with the least triangular work.
    public int? BackwardChunkLength => 32;

    // Chunk after chunk: what a chunk computes stays in the cache for what reads it.
    public bool TokenParallel => false;

    public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels => Plan<TKernels>(launches, bindings, sizes, parts).Run();

    public IPlan Plan<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels
    {
        var operands = new Operand<HostTile, HostLanes>[bindings.Length];
        for (int i = 0; i < bindings.Length; i++)
        {
            Binding binding = bindings[i];
            if (binding.Tensor is { } tensor)
            {
                int columns = checked(binding.Heads * binding.Width);
                operands[i] = new()
                {
                    Data = new HostTile((float*)tensor.Data, Items.Clamp(binding.Rows), columns, columns),
                    Heads = binding.Heads,
                    Width = binding.Width,
                };
            }
        }

        var runs = new HostLaunch<TKernels>[launches.Length];
        for (int i = 0; i < launches.Length; i++)
        {
            runs[i] = new HostLaunch<TKernels>(launches[i], operands, sizes);
        }

        return new Plan(() =>
        {
            // A thread keeps one piece of scratch, and its items want it: none is rented where nothing stands between launches.
            using ThreadScratch? kept = parts.Total == 0 ? null : ThreadScratch.Rent(parts.Total * sizeof(float));
            Between<HostTile> between = kept is null ? default : Parts((float*)kept.Memory, parts);
            foreach (HostLaunch<TKernels> run in runs)
            {
                run.Between = between;
                run.Run();
            }

            // The operands hold addresses, which keep no tensor alive.
            GC.KeepAlive(bindings);
        });
    }

    private static Between<HostTile> Parts(float* memory, BetweenElements parts)
    {
        HostTile exact = new(memory, 1, Items.Clamp(parts.Exact), parts.Exact);
        HostTile packed = new(memory += parts.Exact, 1, Items.Clamp(parts.Packed), parts.Packed);
        HostTile states = new(memory += parts.Packed, 1, Items.Clamp(parts.States), parts.States);
        HostTile projected = new(memory += parts.States, 1, Items.Clamp(parts.Projected), parts.Projected);
        HostTile borders = new(memory + parts.Projected, 1, Items.Clamp(parts.Borders), parts.Borders);
        return new() { Exact = exact, Packed = packed, States = states, Projected = projected, Borders = borders };
    }

    /// <summary>One kernel over its items.</summary>
    private sealed class HostLaunch<TKernels>(Launch launch, Operand<HostTile, HostLanes>[] operands, Sizes sizes)
        : ParallelItems(launch.Work.Length, Items.Threads(launch.Work, sizes))
        where TKernels : IVariantKernels
    {
        private readonly Work[] work = Items.LongestFirst(launch.Work);
        private readonly long elements = HostTile.Room(TKernels.Scratch(launch.Kernel, sizes));

        public Between<HostTile> Between { get; set; }

        protected override void Item(int index)
        {
            using ThreadScratch scratch = ThreadScratch.Rent(elements * sizeof(float));
            var tile = new HostTile((float*)scratch.Memory, 1, Items.Clamp(elements), elements);
            Items.Invoke<TKernels, HostTile, HostLanes>(launch.Kernel, operands, sizes, work[index], tile, Between);

            // Stores past the caches are in no order with others: nobody sees this item done before its results.
            Thread.MemoryBarrier();
        }
    }
}
