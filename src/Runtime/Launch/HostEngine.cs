namespace AttentionDsl.Runtime;

/// <summary>The host: float32 in SIMD registers, items spread over the processors.</summary>
internal sealed unsafe class HostEngine : IEngine
{
    public static readonly HostEngine Instance = new();

    public DataType Number => DataType.Float32;

    public int Parallelism => Environment.ProcessorCount;

    // Chunk after chunk: what a chunk computes stays in the cache for what reads it.
    public bool TokenParallel => false;

    public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
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

        using ThreadScratch kept = ThreadScratch.Rent(parts.Total * sizeof(float));
        float* next = (float*)kept.Memory;
        HostTile Part(long elements)
        {
            var part = new HostTile(next, 1, Items.Clamp(elements), elements);
            next += elements;
            return part;
        }

        Between<HostTile> between = new() { Exact = Part(parts.Exact), Packed = Part(parts.Packed), States = Part(parts.States), StateGradients = Part(parts.StateGradients) };
        foreach ((KernelKind kernel, Work[] work) in launches)
        {
            long elements = TKernels.Scratch(kernel, sizes);
            Items.Run(work, sizes, at =>
            {
                using ThreadScratch scratch = ThreadScratch.Rent(elements * sizeof(float));
                Items.Invoke<TKernels, HostTile, HostLanes>(kernel, operands, sizes, at, new HostTile((float*)scratch.Memory, 1, Items.Clamp(elements), elements), between);
            });
        }

        // The operands hold addresses, which keep no tensor alive.
        GC.KeepAlive(bindings);
    }
}
