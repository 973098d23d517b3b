using System.Reflection;

namespace AttentionDsl.Runtime;

/// <summary>Decodes with the tile of CUDA cards on warps of this machine's threads, one item after the other.</summary>
internal sealed unsafe class WarpEngine(int panel) : IEngine
{
    public DataType Number => DataType.Float32;

    public int Parallelism => 1;

    public bool TokenParallel => false;

    // Or no call keeps its 16 bits.
    public IReadOnlyList<int> ChunkLengths(KernelKind[] kernels, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) =>
        CudaBackend.ChunkLengths(kernels, sizes, description, scratch);

    public bool KeepsSixteenBits(KernelKind kernel, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) => true;

    public IPlan Plan<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels => new Plan(() => Run<TKernels>(launches, bindings, sizes, parts));

    public IPlan Record(Action run, bool resident) => new Plan(run);

    public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels
    {
        Assert.True(CudaStepBackend.Takes(launches, sizes, TKernels.Description));
        foreach (Launch launch in launches)
        {
            Work[] items = WorkList.Panels(launch.Work, panel);
            typeof(WarpEngine).GetMethod(nameof(RunKnowing), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(typeof(TKernels), KnownStep.Of(sizes, items, bindings)).Invoke(null, [bindings, sizes, items, panel]);
        }

        GC.KeepAlive(bindings);
    }

    /// <summary>Like the generated kernel: with what it knows of sizes, items and tensors when it is compiled.</summary>
    private static void RunKnowing<TKernels, TKnown>(Binding[] bindings, Sizes sizes, Work[] items, int panel)
        where TKernels : IVariantKernels
        where TKnown : struct, IKnownSizes
    {
        Operand<CudaStepTile, CudaQuad>[] operands = [.. bindings.Select((x, i) => CudaStepTile.Known(Operand(x), TKnown.Element(i), KnownStep.IsState(x) ? 0 : x.Width))];
        for (int i = 0; i < items.Length; i++)
        {
            Grid.IdxX = i;
            Work item = TKnown.Of(items[i], i);
            long elements = CudaStepTile.Elements(TKernels.Scratch(KernelKind.Decode, sizes with { V = item.Columns }), item.Columns);
            ThreadGroup.Run(CudaStepTile.Threads, elements, watched: false, () => TKernels.Decode<CudaStepTile, CudaQuad>(operands, TKnown.Of(sizes), item, CudaStepTile.ScratchOf(default, 0, elements)));
        }
    }

    private static Operand<CudaStepTile, CudaQuad> Operand(Binding binding)
    {
        long address = binding.Tensor is null ? 0 : (long)binding.Tensor.Data;
        return new() { Data = CudaStepTile.Global(address, Items.Clamp(binding.Rows), binding.Heads * binding.Width, CudaElements.Of(binding.Tensor)), Heads = binding.Heads, Width = binding.Width };
    }
}
