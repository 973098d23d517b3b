namespace AttentionDsl.Variants.Tests;

/// <summary>Narrow inputs and outputs: computed in float32, rounded where they enter and leave, and nowhere else.</summary>
public class TypeTests
{
    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void BFloat16_results_are_those_of_the_rounded_inputs_rounded(string name) => Check(name, DataType.BFloat16);

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Float16_results_are_those_of_the_rounded_inputs_rounded(string name) => Check(name, DataType.Float16);

    private static void Check(string name, DataType type)
    {
        IVariant variant = Every.Named(name);
        using var random = new RandomCase(variant, new() { Tokens = 35, Type = type });
        Tensor[] wide = [.. random.Inputs.Select(x => random.Keep(x.ToFloat32()))];
        Tensor upstream = random.Keep(random.OutputGradient.Cast(type)), wideUpstream = random.Keep(upstream.ToFloat32());

        using ForwardResult a = variant.Forward(random.Inputs, random.Parameters, random.InitialState), b = variant.Forward(wide, random.Parameters, random.InitialState);
        Same("output", b.Output, a.Output);
        Served.AssertSame("final state", b.FinalState, a.FinalState);

        Tensor state = random.StartingState(DataType.Float32), wideState = random.StartingState(DataType.Float32);
        using Tensor c = variant.Decode(random.Inputs, random.Parameters, state), d = variant.Decode(wide, random.Parameters, wideState);
        Same("decoded output", d, c);
        Served.AssertSame("decoded state", wideState, state);

        using BackwardResult da = variant.Backward(random.Inputs, random.Parameters, upstream, random.FinalStateGradient, random.InitialState);
        using BackwardResult db = variant.Backward(wide, random.Parameters, wideUpstream, random.FinalStateGradient, random.InitialState);
        foreach ((int i, string gradient, Tensor expected, Tensor got) in Forms.Gradients(variant, db, da))
        {
            if (i < wide.Length)
            {
                Same(gradient, expected, got);
            }
            else
            {
                Served.AssertSame(gradient, expected, got);
            }
        }

        void Same(string what, Tensor expected, Tensor got)
        {
            using Tensor rounded = expected.Cast(type);
            Served.AssertSame(what, rounded, got);
        }
    }
}
