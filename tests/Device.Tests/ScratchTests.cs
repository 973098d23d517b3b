using AttentionDsl.Runtime;
using AttentionDsl.Variants;

namespace AttentionDsl.Device.Tests;

/// <summary>What passes ask of shared memory, at the sizes people train with.</summary>
public class ScratchTests
{
    private static readonly Sizes Common = new() { K = 128, V = 128, Chunk = 32, Updates = 1, MaxLength = 2048, Scale = 1 };

    [Fact]
    public void Chunks_of_32_tokens_fit() => Assert.All(
        new (string Name, bool Fits)[]
        {
            ("Gated DeltaNet", Fits<GatedDeltaNet.Kernels>()),
            ("KDA", Fits<KimiDelta.Kernels>()),
            ("Mamba-2", Fits<Mamba2.Kernels>()),
            ("GLA", Fits<Gla.Kernels>()),
        },
        x => Assert.True(x.Fits, $"{x.Name}: the passes of a chunk of 32 tokens take more than a multiprocessor has."));

    [Fact]
    public void Two_groups_share_a_multiprocessor_where_chunks_of_64_tokens_have_no_system() => Assert.All(
        new (string Name, bool Share)[]
        {
            ("linear attention", TwoShare<LinearAttention.Kernels>()),
            ("RetNet", TwoShare<RetNet.Kernels>()),
            ("Lightning Attention", TwoShare<LightningAttention.Kernels>()),
        },
        x => Assert.True(x.Share, $"{x.Name}: the gradients of a chunk of 64 tokens take more than half of a multiprocessor."));

    /// <summary>The longest chunks are for sequences that are long enough, where states are large and nothing is prepared.</summary>
    [Fact]
    public void Chunks_of_64_tokens_are_chosen_where_they_pay()
    {
        Assert.Equal(64, Chunk<RetNet.Kernels>(Common, KernelKind.Forward, KernelKind.Backward));
        Assert.Equal(64, Chunk<RetNet.Kernels>(Common, KernelKind.Backward));
        Assert.Equal(64, Chunk<RetNet.Kernels>(Common, KernelKind.Forward));
        Assert.Equal(64, Chunk<SimpleGla.Kernels>(Common, KernelKind.Forward, KernelKind.Backward));
        Assert.Equal(32, Chunk<RetNet.Kernels>(Common with { MaxLength = 32 }, KernelKind.Backward));
        Assert.Equal(64, Chunk<RetNet.Kernels>(Common with { K = 64, V = 64 }, KernelKind.Backward));
        Assert.Equal(32, Chunk<RetNet.Kernels>(Common with { K = 64, V = 64 }, KernelKind.Forward));
        Assert.Equal(32, Chunk<RetNet.Kernels>(Common with { K = 32, V = 32 }, KernelKind.Backward));
        Assert.Equal(32, Chunk<GatedDeltaNet.Kernels>(Common, KernelKind.Backward));
    }

    private static int Chunk<TKernels>(Sizes sizes, params KernelKind[] kernels)
        where TKernels : IVariantKernels => CudaBackend.ChunkLengths(kernels, sizes, TKernels.Description, TKernels.Scratch)[0];

    private static bool TwoShare<TKernels>()
        where TKernels : IVariantKernels => CudaBackend.TwoShare(KernelKind.Gradients, Common with { Chunk = 64 }, TKernels.Description, TKernels.Scratch);

    private static bool Fits<TKernels>()
        where TKernels : IVariantKernels =>
        CudaBackend.Takes(KernelKind.Forward, Common, TKernels.Description, TKernels.Scratch) && CudaBackend.Takes(KernelKind.Backward, Common, TKernels.Description, TKernels.Scratch);
}
