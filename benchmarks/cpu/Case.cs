using AttentionDsl.Runtime;

namespace AttentionDsl.Benchmarks.Cpu;

/// <summary>The prepared calls of one variant at one size.</summary>
internal sealed class Case : IDisposable
{
    // The host's chunks (docs/performance.md).
    private const int ForwardChunk = 16;
    private const int BackwardChunk = 32;

    private readonly RandomInputs inputs;
    private readonly Tensor state;
    private readonly Tensor upstream;

    private Case(IVariant variant, CallSize size, double forwardOperations, double backwardOperations)
    {
        inputs = new RandomInputs(variant.Description, size);
        VariantShapes shapes = variant.Shapes(inputs.Inputs);
        state = inputs.State(variant.Description, shapes);
        upstream = inputs.Like(shapes.Output);
        ForwardOperations = forwardOperations * size.Batch * size.Heads;
        BackwardOperations = backwardOperations * size.Batch * size.Heads;
        Forward = variant.PrepareForward(inputs.Inputs, inputs.Parameters, state);
        Backward = variant.PrepareBackward(inputs.Inputs, inputs.Parameters, upstream, initialState: state);
    }

    /// <summary>The chunk forward, from an initial state to a final one.</summary>
    public Prepared<ForwardResult> Forward { get; }

    /// <summary>The chunk backward, all gradients.</summary>
    public Prepared<BackwardResult> Backward { get; }

    /// <summary>Floating-point operations of the forward's products and systems.</summary>
    public double ForwardOperations { get; }

    /// <summary>Floating-point operations of the backward's products and systems, those that it computes anew among them.</summary>
    public double BackwardOperations { get; }

    public static Case Of(IVariant variant, CallSize size) => new(variant, size, 0, 0);

    public static Case Of<TKernels>(IVariant variant, CallSize size)
        where TKernels : IVariantKernels =>
        new(
            variant, size, size.Tokens * variant.Description.ForwardOperations(SizesOf(size, ForwardChunk)), BackwardOf<TKernels>(size));

    public void Dispose()
    {
        Forward.Dispose();
        Backward.Dispose();
        inputs.Dispose();
        state.Dispose();
        upstream.Dispose();
    }

    /// <summary>Operations of one head's backward.</summary>
    private static double BackwardOf<TKernels>(CallSize size)
        where TKernels : IVariantKernels
    {
        var operands = new Operand<CountingTile, F32>[64];
        Array.Fill(operands, new Operand<CountingTile, F32> { Heads = 1, Width = 1 });
        var work = new Work { Heads = 1, Length = size.Tokens, Columns = size.V };
        CountingTile.Operations = 0;
        TKernels.Backward<CountingTile, F32>(operands, SizesOf(size, BackwardChunk), work, new CountingTile(1, int.MaxValue));
        return CountingTile.Operations;
    }

    private static Sizes SizesOf(CallSize size, int chunk) =>
        new() { K = size.K, V = size.V, Chunk = chunk, Updates = 1, MaxLength = size.Tokens, Scale = 1 };
}
