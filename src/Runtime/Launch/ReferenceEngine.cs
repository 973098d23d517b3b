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
        using ThreadScratch kept = ThreadScratch.Rent(parts.Total * sizeof(double));
        Run<TKernels>(new(launches, bindings), sizes, Parts((double*)kept.Memory, parts));
    }

    public HeldPlans PlanParts<TKernels>(CallPart[] parts, Sizes sizes, BetweenElements between)
        where TKernels : IVariantKernels
    {
        long bytes = between.Total * sizeof(double);
        var held = ThreadScratch.Rent(bytes);
        Between<ReferenceTile> tiles = Parts((double*)held.Memory, between);
        return new([.. parts.Select(x => new Plan(() => Run<TKernels>(x, sizes, tiles)))], held, bytes);
    }

    private static void Run<TKernels>(CallPart part, Sizes sizes, Between<ReferenceTile> between)
        where TKernels : IVariantKernels
    {
        Binding[] bindings = part.Bindings;
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

        foreach ((KernelKind kernel, Work[] work) in part.Launches)
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

    private static Between<ReferenceTile> Parts(double* memory, BetweenElements parts)
    {
        ReferenceTile Part(long elements)
        {
            var part = new ReferenceTile(memory, 1, Items.Clamp(elements), elements);
            memory += elements;
            return part;
        }

        return new() { Exact = Part(parts.Exact), Packed = Part(parts.Packed), States = Part(parts.States), Projected = Part(parts.Projected), Borders = Part(parts.Borders) };
    }
}
