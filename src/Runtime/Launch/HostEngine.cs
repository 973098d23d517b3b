namespace AttentionDsl.Runtime;

/// <summary>The host: float32 in SIMD registers, items spread over the processors.</summary>
internal sealed unsafe class HostEngine : IEngine
{
    public static readonly HostEngine Instance = new();

    public DataType Number => DataType.Float32;

    public int Parallelism => Environment.ProcessorCount;

    public void Run<TKernels>(KernelKind kernel, Binding[] bindings, Sizes sizes, Work[] work)
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

        long elements = TKernels.Scratch(kernel, sizes);
        Items.Run(work, sizes, at =>
        {
            using ThreadScratch scratch = ThreadScratch.Rent(elements * sizeof(float));
            Items.Invoke<TKernels, HostTile, HostLanes>(kernel, operands, sizes, at, new HostTile((float*)scratch.Memory, 1, Items.Clamp(elements), elements));
        });

        // The operands hold addresses, which keep no tensor alive.
        GC.KeepAlive(bindings);
    }
}
