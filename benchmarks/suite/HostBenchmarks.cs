using AttentionDsl.Runtime;
using AttentionDsl.Variants;
using BenchmarkDotNet.Attributes;

namespace AttentionDsl.Benchmarks.Suite;

/// <summary>Decode, forward and backward on the host, prepared: what a decode loop or a training step calls.</summary>
[MemoryDiagnoser]
public class HostBenchmarks
{
    private static readonly CallSize Sequence = new(1, 2048, 4, 128, 128);
    private static readonly CallSize Token = new(1, 1, 16, 128, 128);

    private readonly List<IDisposable> made = [];
    private Prepared<Tensor> decode = null!;
    private Prepared<ForwardResult> forward = null!;
    private Prepared<BackwardResult> backward = null!;

    /// <summary>The variant.</summary>
    [Params("GatedDeltaNet", "KimiDelta", "Gla", "Mamba2")]
    public string Variant { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        IVariant variant = Catalog.All.Single(x => x.Description.Name == Variant);
        RandomInputs sequence = Made(new RandomInputs(variant.Description, Sequence)), token = Made(new RandomInputs(variant.Description, Token));
        VariantShapes shapes = variant.Shapes(sequence.Inputs);
        decode = Made(variant.PrepareDecode(token.Inputs, token.Parameters, Made(token.State(variant.Description, variant.Shapes(token.Inputs)))));
        forward = Made(variant.PrepareForward(sequence.Inputs, sequence.Parameters));
        backward = Made(variant.PrepareBackward(sequence.Inputs, sequence.Parameters, Made(sequence.Like(shapes.Output))));
    }

    [GlobalCleanup]
    public void Free() => made.ForEach(x => x.Dispose());

    /// <summary>One token of 16 heads, K = V = 128, one state.</summary>
    [Benchmark]
    public void Decode() => decode.Run();

    /// <summary>2048 tokens of 4 heads, K = V = 128.</summary>
    [Benchmark]
    public void Forward() => forward.Run();

    /// <summary>The gradients of the same.</summary>
    [Benchmark]
    public void Backward() => backward.Run();

    private T Made<T>(T disposable)
        where T : IDisposable
    {
        made.Add(disposable);
        return disposable;
    }
}
