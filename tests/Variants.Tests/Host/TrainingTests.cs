namespace AttentionDsl.Variants.Tests;

/// <summary>Training steps: forward and backward of one preparation.</summary>
public class TrainingTests
{
    private static readonly CaseShape Shape = new() { Tokens = 21, Options = new() { ChunkLength = 8 } };

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Is_the_forward_and_the_backward_of_the_host(string name)
    {
        foreach (CaseShape shape in new CaseShape[] { new() { Batch = 2, Tokens = 50, QueryHeads = 1, Type = DataType.BFloat16 }, Shape with { InitialState = false } })
        {
            using var random = new RandomCase(Every.Named(name), shape);
            Assert.Equal("", TrainingStep.Differences(random.Variant, random.Call, shape.Options));
        }
    }

    /// <summary>What one of them keeps, the other does not touch; and a step reads what its tensors hold when it runs.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Steps_run_between_each_other(bool passes)
    {
        RunOptions options = Shape.Options with { Engine = passes ? new ReferenceEngine(tokenParallel: true) : null };
        using RandomCase first = new(GatedDeltaNet.Variant, Shape), second = new(GatedDeltaNet.Variant, Shape with { Seed = 2 }), third = new(GatedDeltaNet.Variant, Shape with { Seed = 3 });
        using PreparedTraining a = Prepared(first, options), b = Prepared(second, options);
        for (int turn = 0; turn < 2; turn++)
        {
            a.Forward();
            b.Forward();
            a.Backward();
            b.Backward();
            Assert.Equal("", Differences(first, a, options) + Differences(second, b, options));

            foreach ((Tensor to, Tensor from) in first.Inputs.Append(first.OutputGradient).Zip(third.Inputs.Append(third.OutputGradient)))
            {
                from.CopyTo(to);
            }
        }
    }

    [Fact]
    public void Keeps_memory_where_it_runs_in_passes()
    {
        using var random = new RandomCase(GatedDeltaNet.Variant, Shape);
        using PreparedTraining host = Prepared(random, Shape.Options), passes = Prepared(random, Shape.Options with { Engine = new ReferenceEngine(tokenParallel: true) });
        Assert.Equal(0, host.KeptBytes);

        // A state and its gradient for each of three chunks, two heads; what else is left depends on the variant.
        Assert.InRange(passes.KeptBytes, 3 * 2 * 2 * Shape.K * Shape.V * sizeof(double), long.MaxValue);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_backward_needs_a_forward(bool passes)
    {
        using var random = new RandomCase(GatedDeltaNet.Variant, Shape);
        using PreparedTraining step = Prepared(random, Shape.Options with { Engine = passes ? new ReferenceEngine(tokenParallel: true) : null });
        Refused();
        step.Forward();
        step.Forward();
        step.Backward();
        Refused();

        void Refused() => Assert.Equal("GatedDeltaNet: Backward uses up what Forward leaves; call Forward before each Backward.", Assert.Throws<InvalidOperationException>(step.Backward).Message);
    }

    [Fact]
    public void Does_not_run_once_it_or_a_tensor_is_disposed()
    {
        using var random = new RandomCase(GatedDeltaNet.Variant, Shape);
        using PreparedTraining whole = Prepared(random, Shape.Options), step = Prepared(random, Shape.Options);
        step.Forward();
        step.Dispose();
        step.Dispose();
        Assert.Throws<ObjectDisposedException>(step.Forward);
        Assert.Throws<ObjectDisposedException>(step.Backward);
        random.OutputGradient.Dispose();
        Assert.Throws<ObjectDisposedException>(() =>
        {
            whole.Forward();
            whole.Backward();
        });
    }

    [Fact]
    public void Refuses_what_a_backward_refuses()
    {
        using RandomCase random = new(GatedDeltaNet.Variant, Shape), other = new(GatedDeltaNet.Variant, Shape with { Tokens = 20 });
        string message = Assert.Throws<ArgumentException>(() => GatedDeltaNet.Variant.PrepareTraining(random.Inputs, random.Parameters, other.OutputGradient)).Message;
        Assert.Contains("output", message, StringComparison.Ordinal);
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => GatedDeltaNet.Variant.PrepareBackward(random.Inputs, random.Parameters, other.OutputGradient)).Message);
    }

    private static PreparedTraining Prepared(RandomCase random, RunOptions options) =>
        random.Variant.PrepareTraining(random.Inputs, random.Parameters, random.OutputGradient, random.FinalStateGradient, random.InitialState, options);

    private static string Differences(RandomCase random, PreparedTraining step, RunOptions options)
    {
        using ForwardResult forward = random.Variant.Forward(random.Inputs, random.Parameters, random.InitialState, options);
        using BackwardResult backward = random.Variant.Backward(random.Inputs, random.Parameters, random.OutputGradient, random.FinalStateGradient, random.InitialState, options);
        return TrainingStep.Differences(random.Variant, step, forward, backward);
    }
}
