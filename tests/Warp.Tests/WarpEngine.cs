namespace AttentionDsl.Runtime;

/// <summary>Decodes with the tile of CUDA cards on warps of this machine's threads, one item after the other.</summary>
internal sealed unsafe class WarpEngine(int panel) : IEngine
{
    public DataType Number => DataType.Float32;

    public int Parallelism => 1;

    public bool TokenParallel => false;

    public bool KeepsSixteenBits(KernelKind kernel, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) => true;

    public IPlan Plan<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels => new Plan(() => Run<TKernels>(launches, bindings, sizes, parts));

    public IPlan Record(Action run, bool resident) => new Plan(run);

    public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels
    {
        Assert.True(CudaStepBackend.Takes(launches, sizes, TKernels.Description));
        Operand<CudaStepTile, CudaQuad>[] operands = [.. bindings.Select(Operand)];
        long elements = TKernels.Scratch(KernelKind.Decode, sizes with { V = panel });
        foreach (Work work in launches.SelectMany(x => x.Work))
        {
            for (int done = 0; done < work.Columns; done += panel)
            {
                Work item = work with { Column = work.Column + done, Columns = Math.Min(panel, work.Columns - done) };
                ThreadGroup.Run(CudaStepTile.Threads, elements, watched: false, () => TKernels.Decode<CudaStepTile, CudaQuad>(operands, sizes, item, CudaStepTile.ScratchOf(default, 0, elements)));
            }
        }

        GC.KeepAlive(bindings);
    }

    private static Operand<CudaStepTile, CudaQuad> Operand(Binding binding)
    {
        long address = binding.Tensor is null ? 0 : (long)binding.Tensor.Data;
        return new() { Data = CudaStepTile.Global(address, Items.Clamp(binding.Rows), binding.Heads * binding.Width, CudaElements.Of(binding.Tensor)), Heads = binding.Heads, Width = binding.Width };
    }
}
