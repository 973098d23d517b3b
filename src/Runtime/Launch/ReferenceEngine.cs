namespace AttentionDsl.Runtime;

/// <summary>The oracle: double precision, plain loops.</summary>
/// <param name="tokenParallel">True to run the chunk-parallel kernels in passes, as devices do.</param>
/// <param name="segments">How it cuts sequences into segments.</param>
internal sealed unsafe class ReferenceEngine(bool tokenParallel = false, SegmentRule segments = default) : IEngine
{
    public static readonly ReferenceEngine Instance = new();

    public bool TokenParallel => tokenParallel;

    public SegmentRule SegmentRule(bool sixteenBits, int channels) => segments;

    public DataType Number => DataType.Float64;

    public int Parallelism => tokenParallel ? 8 : 1;

    public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
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

        using ThreadScratch kept = ThreadScratch.Rent(parts.Total * sizeof(double));
        double* next = (double*)kept.Memory;
        ReferenceTile Part(long elements)
        {
            var part = new ReferenceTile(next, 1, Items.Clamp(elements), elements);
            next += elements;
            return part;
        }

        Between<ReferenceTile> between = new() { Exact = Part(parts.Exact), Packed = Part(parts.Packed), States = Part(parts.States), Projected = Part(parts.Projected), Borders = Part(parts.Borders) };
        foreach ((KernelKind kernel, Work[] work) in launches)
        {
            long elements = TKernels.Scratch(kernel, sizes);
            Items.Run(work, sizes, at =>
            {
                using ThreadScratch scratch = ThreadScratch.Rent(elements * sizeof(double));
                Items.Invoke<TKernels, ReferenceTile, F64>(kernel, operands, sizes, at, new ReferenceTile((double*)scratch.Memory, 1, Items.Clamp(elements), elements), between);
            });
        }

        // The operands hold addresses, which keep no tensor alive.
        GC.KeepAlive(bindings);
    }
}
