namespace AttentionDsl.Variants.Tests;

/// <summary>A prepared call allocates nothing once it is warm: a decode loop gives the collector nothing to do.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests
{
    private const int WarmUp = 60;
    private const int Measured = 40;

    [Theory]
    [InlineData("KimiDelta", DataType.Float32)]
    [InlineData("KimiDelta", DataType.BFloat16)]
    [InlineData("GatedDeltaNet", DataType.Float32)]
    [InlineData("GatedDeltaProduct", DataType.Float16)]
    [InlineData("Mamba2", DataType.Float32)]
    [InlineData("Gla", DataType.Float32)]
    [InlineData("Oja", DataType.Float32)]
    public void One_thread(string name, DataType type) => AllocatesNothing(name, type, new CallSize(1, 5, 2, 16, 16));

    [Theory]
    [InlineData("KimiDelta")]
    [InlineData("Mamba2")]
    public void Several_threads(string name) => AllocatesNothing(name, DataType.Float32, new CallSize(2, 40, 8, 64, 64));

    private static void AllocatesNothing(string name, DataType type, CallSize size)
    {
        IVariant variant = Every.Named(name);
        using var given = new RandomInputs(variant.Description, size);
        Tensor[] inputs = [.. given.Inputs.Select(x => x.Cast(type))];
        VariantShapes shapes = variant.Shapes(inputs);
        using Tensor state = given.State(variant.Description, shapes);
        using Tensor upstream = given.Like(shapes.Output);
        using Prepared<Tensor> decode = variant.PrepareDecode(inputs, given.Parameters, state);
        using Prepared<ForwardResult> forward = variant.PrepareForward(inputs, given.Parameters, state);
        using Prepared<BackwardResult> backward = variant.PrepareBackward(inputs, given.Parameters, upstream, initialState: state);
        Assert.Equal(0, Allocated(decode.Run));
        Assert.Equal(0, Allocated(forward.Run));
        Assert.Equal(0, Allocated(backward.Run));
        using PreparedTraining<BackwardResult> step = variant.PrepareTraining(inputs, given.Parameters, upstream, initialState: state);
        Assert.Equal(0, Allocated(() =>
        {
            step.Forward();
            step.Backward();
        }));
        Array.ForEach(inputs, x => x.Dispose());
    }

    private static long Allocated(Action run)
    {
        for (int i = 0; i < WarmUp; i++)
        {
            run();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Measured; i++)
        {
            run();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
