namespace AttentionDsl.Variants.Tests;

/// <summary>Numbers that are none: every call ends, and only the sequence that has them suffers.</summary>
public class NotFiniteTests
{
    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public async Task Calls_end_and_other_sequences_are_not_touched(string name)
    {
        IVariant variant = Every.Named(name);
        await Task.Run(() =>
        {
            foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                using var random = new RandomCase(variant, new() { Batch = 2, Tokens = 21 });
                using BackwardResult good = Backward(random);
                using ForwardResult fine = variant.Forward(random.Inputs, random.Parameters, random.InitialState);
                foreach (Tensor input in random.Inputs)
                {
                    input[(3 * input.Count / 2 / 21) + 1] = bad;
                }

                using ForwardResult forward = variant.Forward(random.Inputs, random.Parameters, random.InitialState);
                using BackwardResult backward = Backward(random);
                Tensor state = random.StartingState(DataType.Float32);
                using Tensor decoded = variant.Decode(random.Inputs, random.Parameters, state);
                Second("output", fine.Output, forward.Output);
                Second("final state", fine.FinalState, forward.FinalState);
                foreach ((Tensor x, Tensor y) in good.Inputs.Zip(backward.Inputs))
                {
                    Second("gradient of an input", x, y);
                }
            }

            BackwardResult Backward(RandomCase x) => variant.Backward(x.Inputs, x.Parameters, x.OutputGradient, x.FinalStateGradient, x.InitialState);
        }).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static void Second(string what, Tensor expected, Tensor got)
    {
        using Tensor x = Slices.Entries(expected, 1), y = Slices.Entries(got, 1);
        Served.AssertSame($"{what} of the sequence beside it", x, y);
    }
}
