namespace AttentionDsl.Runtime;

/// <summary>The oracle: double precision, plain loops.</summary>
internal sealed unsafe class ReferenceEngine : IEngine
{
    public static readonly ReferenceEngine Instance = new();

    public DataType Number => DataType.Float64;

    public int Parallelism => 1;

    public void Run<TKernels>(KernelKind kernel, Binding[] bindings, Sizes sizes, Work[] work)
        where TKernels : IVariantKernels
    {
        var operands = new Operand<ReferenceTile, F64>[bindings.Length];
        for (int i = 0; i < bindings.Length; i++)
        {
            Binding binding = bindings[i];
            if (binding.Tensor is { } tensor)
            {
                int columns = checked(binding.Heads * binding.Width);
                operands[i] = new()
                {
                    Data = new ReferenceTile((double*)tensor.Data, Items.Clamp(binding.Rows), columns, columns),
                    Heads = binding.Heads,
                    Width = binding.Width,
                };
            }
        }

        long elements = TKernels.Scratch(kernel, sizes);
        Items.Run(work, sizes, at =>
        {
            using ThreadScratch scratch = ThreadScratch.Rent(elements * sizeof(double));
            Items.Invoke<TKernels, ReferenceTile, F64>(kernel, operands, sizes, at, new ReferenceTile((double*)scratch.Memory, 1, Items.Clamp(elements), elements));
        });

        // The operands hold addresses, which keep no tensor alive.
        GC.KeepAlive(bindings);
    }
}
