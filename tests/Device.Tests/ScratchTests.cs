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
    public void Chunks_of_64_tokens_fit_where_decays_are_of_heads() => Assert.All(
        new (string Name, bool Fits)[]
        {
            ("DeltaNet", Fits<DeltaNet.Kernels>(64)),
            ("Gated DeltaNet on normalised keys", Fits<GatedDeltaRule.Kernels>(64)),
            ("Comba", Fits<Comba.Kernels>(64)),
            ("Linear attention", Fits<LinearAttention.Kernels>(64)),
            ("Simple GLA", Fits<SimpleGla.Kernels>(64)),
        },
        x => Assert.True(x.Fits, $"{x.Name}: the passes of a chunk of 64 tokens take more than a multiprocessor has."));

    private static bool Fits<TKernels>(int chunk = 32)
        where TKernels : IVariantKernels =>
        new[] { KernelKind.Forward, KernelKind.Backward }.All(x => CudaBackend.Takes(x, Common with { Chunk = chunk }, TKernels.Description, TKernels.Scratch));
}
