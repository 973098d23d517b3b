using AttentionDsl.Runtime;
using AttentionDsl.Tests;
using AttentionDsl.Variants;

namespace AttentionDsl.Device.Tests;

/// <summary>Training steps on the simulator, with tensors of the host and with its own.</summary>
[Collection(nameof(TrainingTests))]
[CollectionDefinition(nameof(TrainingTests), DisableParallelization = true)]
public class TrainingTests
{
    private static readonly CaseShape Shape = new() { Tokens = 5, K = 5, V = 3, Options = new() { ChunkLength = 3 } };

    public static TheoryData<string> Some => SimulatedVariantTests.Some;

    [Theory]
    [MemberData(nameof(Some))]
    public void Gives_the_bits_of_a_forward_and_a_backward(string name)
    {
        ComputeDevice device = ComputeDevice.Find("simulator");
        using var random = new RandomCase(Catalog.All.Single(x => x.Description.Name == name), Shape);
        Assert.Equal("", TrainingStep.Differences(random.Variant, random.Call, random.Options with { Device = device }));

        CallTensors there = There(random, device);
        Assert.Equal("", TrainingStep.Differences(random.Variant, there, random.Options));
    }

    /// <summary>Threads wait for each other where they must: nothing hangs on who comes first.</summary>
    [Fact]
    public void Gives_the_same_bits_from_run_to_run()
    {
        ComputeDevice device = ComputeDevice.Find("simulator");
        using var random = new RandomCase(GatedDeltaRule.Variant, new CaseShape { Batch = 2, Tokens = 20, Heads = 1, K = 16, V = 16 });
        CallTensors there = There(random, device);
        for (int turn = 0; turn < 5; turn++)
        {
            Assert.Equal("", TrainingStep.Differences(random.Variant, there, random.Options));
        }
    }

    /// <summary>Each has memory of its own for what its forward leaves, which goes back when it is disposed.</summary>
    [Fact]
    public void Steps_run_between_each_other_and_give_their_memory_back()
    {
        ComputeDevice device = ComputeDevice.Find("simulator");
        DevicePool pool = ((DeviceEngine)device.Engine).Queue.Pool;
        using RandomCase first = new(GatedDeltaNet.Variant, Shape), second = new(GatedDeltaNet.Variant, Shape with { Seed = 2 });
        CallTensors[] tensors = [There(first, device), There(second, device)];
        Expected[] expected = [.. tensors.Select(x => new Expected(x))];
        long before = pool.Used;
        PreparedTraining<BackwardResult>[] steps = [.. tensors.Select(x => GatedDeltaNet.Variant.PrepareTraining(x.Inputs, x.Parameters, x.OutputGradient!, x.FinalStateGradient, x.InitialState, Shape.Options))];
        Assert.All(steps, x => Assert.InRange(x.KeptBytes, 1, pool.Used));
        for (int turn = 0; turn < 3; turn++)
        {
            Array.ForEach(steps, x => x.Forward());
            Array.ForEach(steps, x => x.Backward());
            Assert.All(steps.Zip(expected), x => Assert.Equal("", TrainingStep.Differences(GatedDeltaNet.Variant, x.First, x.Second.Forward, x.Second.Backward)));
        }

        Array.ForEach(steps, x => x.Dispose());

        // What earlier tests forgot may have gone back as well.
        Assert.InRange(pool.Used, 0, before);
        Array.ForEach(expected, x => x.Dispose());
    }

    /// <summary>What forward and backward launch is compiled when the step is prepared.</summary>
    [Fact]
    public void Kernels_are_compiled_before_the_first_run()
    {
        ComputeDevice device = ComputeDevice.Find("simulator");
        var heard = new List<string>();
        device.Compiling += heard.Add;
        try
        {
            using var random = new RandomCase(Hgrn.Variant, Shape);
            using PreparedTraining<BackwardResult> step = random.Variant.PrepareTraining(random.Inputs, random.Parameters, random.OutputGradient, options: random.Options with { Device = device });
            Assert.Contains(heard, x => x.Contains("advance", StringComparison.Ordinal));
            Assert.Contains(heard, x => x.Contains("gradients", StringComparison.Ordinal));
            heard.Clear();
            step.Forward();
            step.Backward();
            Assert.Empty(heard);
        }
        finally
        {
            device.Compiling -= heard.Add;
        }
    }

    private static CallTensors There(RandomCase random, ComputeDevice device)
    {
        Tensor To(Tensor x) => random.Keep(x.ToDevice(device));
        return new([.. random.Inputs.Select(To)], [.. random.Parameters.Select(To)], To(random.InitialState!), To(random.OutputGradient), To(random.FinalStateGradient));
    }

    private sealed class Expected(CallTensors tensors) : IDisposable
    {
        public ForwardResult Forward { get; } = GatedDeltaNet.Variant.Forward(tensors.Inputs, tensors.Parameters, tensors.InitialState, Shape.Options);

        public BackwardResult Backward { get; } =
            GatedDeltaNet.Variant.Backward(tensors.Inputs, tensors.Parameters, tensors.OutputGradient!, tensors.FinalStateGradient, tensors.InitialState, Shape.Options);

        public void Dispose()
        {
            Forward.Dispose();
            Backward.Dispose();
        }
    }
}
