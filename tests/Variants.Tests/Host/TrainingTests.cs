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
        using PreparedTraining<BackwardResult> a = Prepared(first, options), b = Prepared(second, options);
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
        using PreparedTraining<BackwardResult> host = Prepared(random, Shape.Options), passes = Prepared(random, Shape.Options with { Engine = new ReferenceEngine(tokenParallel: true) });
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
        using PreparedTraining<BackwardResult> step = Prepared(random, Shape.Options with { Engine = passes ? new ReferenceEngine(tokenParallel: true) : null });
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
        using PreparedTraining<BackwardResult> whole = Prepared(random, Shape.Options), step = Prepared(random, Shape.Options);
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

    /// <summary>The members of a record are those of lists, whose tensors they name.</summary>
    [Fact]
    public void Prepared_members_of_a_record_are_the_calls_of_its_variant()
    {
        using var random = new RandomCase(GatedDeltaNet.Variant, Shape);
        Tensor[] x = [.. random.Inputs];
        var layer = new GatedDeltaNet(x[0], x[1], x[2], x[3], x[4]);
        var gates = new GatedDeltaNet.Parameters(random.Parameters[0]!, random.Parameters[1]!);
        using GatedDeltaNet.Gradients expected = layer.Backward(gates, random.OutputGradient, random.FinalStateGradient, random.InitialState);
        using ForwardResult result = layer.Forward(gates, random.InitialState);

        using Prepared<ForwardResult> forward = layer.PrepareForward(gates, random.InitialState);
        using Prepared<GatedDeltaNet.Gradients> backward = layer.PrepareBackward(gates, random.OutputGradient, random.FinalStateGradient, random.InitialState);
        using PreparedTraining<GatedDeltaNet.Gradients> step = layer.PrepareTraining(gates, random.OutputGradient, random.FinalStateGradient, random.InitialState);
        forward.Run();
        backward.Run();
        step.Forward();
        step.Backward();
        Assert.Equal(Numbers(result.Output), Numbers(forward.Result.Output));
        Assert.Equal(Numbers(result.FinalState), Numbers(step.Result.FinalState));
        foreach (GatedDeltaNet.Gradients gradients in new[] { backward.Result, step.Gradients })
        {
            Assert.Equal(Numbers(expected.Inputs.Beta), Numbers(gradients.Inputs.Beta));
            Assert.Equal(Numbers(expected.Parameters.ALog), Numbers(gradients.Parameters.ALog));
            Assert.Equal(Numbers(expected.InitialState!), Numbers(gradients.InitialState!));
        }

        using Tensor a = random.StartingState(DataType.Float32), b = random.StartingState(DataType.Float32), output = layer.Decode(gates, a);
        using Prepared<Tensor> decode = layer.PrepareDecode(gates, b);
        decode.Run();
        Assert.Equal(Numbers(output), Numbers(decode.Result));
        Assert.Equal(Numbers(a), Numbers(b));

        static double[] Numbers(Tensor x)
        {
            using Tensor y = x.ToFloat64();
            return y.AsSpan<double>().ToArray();
        }
    }

    [Fact]
    public void A_result_seen_as_something_else_is_freed_with_the_call()
    {
        using var random = new RandomCase(GatedDeltaNet.Variant, Shape);
        Prepared<ForwardResult> whole = random.Variant.PrepareForward(random.Inputs, random.Parameters);
        Prepared<Tensor> output = whole.As(x => x.Output);
        output.Run();
        whole.Dispose();
        Assert.True(output.Result.IsDisposed);
        Assert.Contains("GatedDeltaNet: this prepared call was disposed", Assert.Throws<ObjectDisposedException>(output.Run).Message, StringComparison.Ordinal);
        output.Dispose();
    }

    [Fact]
    public void Parameters_that_are_null_are_named()
    {
        using var random = new RandomCase(GatedDeltaNet.Variant, Shape);
        Tensor[] x = [.. random.Inputs];
        var layer = new GatedDeltaNet(x[0], x[1], x[2], x[3], x[4]);
        Assert.Equal("parameters", Assert.Throws<ArgumentNullException>(() => layer.Forward(null!)).ParamName);
    }

    private static PreparedTraining<BackwardResult> Prepared(RandomCase random, RunOptions options) =>
        random.Variant.PrepareTraining(random.Inputs, random.Parameters, random.OutputGradient, random.FinalStateGradient, random.InitialState, options);

    private static string Differences(RandomCase random, PreparedTraining<BackwardResult> step, RunOptions options)
    {
        using ForwardResult forward = random.Variant.Forward(random.Inputs, random.Parameters, random.InitialState, options);
        using BackwardResult backward = random.Variant.Backward(random.Inputs, random.Parameters, random.OutputGradient, random.FinalStateGradient, random.InitialState, options);
        return TrainingStep.Differences(random.Variant, step, forward, backward);
    }
}
