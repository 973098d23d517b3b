namespace AttentionDsl.Variants.Tests;

/// <summary>Offsets past 2^31 elements.</summary>
public class FarTests
{
    [Theory]
    [InlineData("KimiDelta")]
    [InlineData("Mamba2")]
    [InlineData("RetNet")]
    [InlineData("Oja")]
    public void Tokens_and_states_past_2_to_the_31_elements_give_the_same_bits(string name)
    {
        IVariant variant = Every.Named(name);
        using var random = new RandomCase(variant, new() { Batch = 2, Tokens = 20, Heads = 2, K = 16, V = 16 });
        var engine = new FarEngine(variant.Description, (1L << 31) / 32 * 3, (1L << 31) / 512 * 3);
        RunOptions far = new() { Engine = engine };
        using ForwardResult a = variant.Forward(random.Inputs, random.Parameters, random.InitialState), b = variant.Forward(random.Inputs, random.Parameters, random.InitialState, far);
        Assert.InRange(engine.Largest, (1L << 31) * 3, long.MaxValue);
        Served.AssertSame("output", a.Output, b.Output);
        Served.AssertSame("final state", a.FinalState, b.FinalState);

        using BackwardResult da = Backward(new()), db = Backward(far);
        foreach ((_, string gradient, Tensor x, Tensor y) in Forms.Gradients(variant, da, db))
        {
            Served.AssertSame(gradient, x, y);
        }

        Tensor near = random.StartingState(DataType.Float32), there = random.StartingState(DataType.Float32);
        using Tensor c = variant.Decode(random.Inputs, random.Parameters, near), d = variant.Decode(random.Inputs, random.Parameters, there, far);
        Served.AssertSame("decoded output", c, d);
        Served.AssertSame("decoded state", near, there);

        BackwardResult Backward(RunOptions options) =>
            variant.Backward(random.Inputs, random.Parameters, random.OutputGradient, random.FinalStateGradient, random.InitialState, options);
    }
}
