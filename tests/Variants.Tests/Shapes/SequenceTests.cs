namespace AttentionDsl.Variants.Tests;

/// <summary>Sequences packed along T, in pieces, and with padding.</summary>
public class SequenceTests
{
    // Shorter than a chunk, empty, of one token, of a chunk, longer.
    private static readonly long[] Offsets = [0, 5, 5, 6, 22, 62, 62];

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Packed_sequences_agree_with_the_oracle(string name)
    {
        using var random = new RandomCase(Every.Named(name), new() { Tokens = 62, Options = new() { SequenceOffsets = Offsets } });
        string wrong = Forms.Disagreements(random);
        Assert.True(wrong.Length == 0, wrong);
    }

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Packed_sequences_are_the_sequences_alone(string name)
    {
        IVariant variant = Every.Named(name);
        using var random = new RandomCase(variant, new() { Tokens = 62, Options = new() { SequenceOffsets = Offsets } });
        using ForwardResult all = variant.Forward(random.Inputs, random.Parameters, random.InitialState, random.Options);
        using BackwardResult gradients = variant.Backward(random.Inputs, random.Parameters, random.OutputGradient, random.FinalStateGradient, random.InitialState, random.Options);
        for (int n = 0; n + 1 < Offsets.Length; n++)
        {
            Tensor Part(Tensor x) => random.Keep(Slices.Tokens(x, Offsets[n], Offsets[n + 1], 62));
            Tensor Entry(Tensor x) => random.Keep(Slices.Entries(x, n));
            Tensor[] inputs = [.. random.Inputs.Select(Part)];
            Tensor initial = Entry(random.InitialState!);
            using ForwardResult alone = variant.Forward(inputs, random.Parameters, initial);
            using BackwardResult own = variant.Backward(inputs, random.Parameters, Part(random.OutputGradient), Entry(random.FinalStateGradient), initial);
            Served.AssertSame("output", alone.Output, Part(all.Output));
            Served.AssertSame("final state", alone.FinalState, Entry(all.FinalState));
            Served.AssertSame("gradient of the initial state", own.InitialState!, Entry(gradients.InitialState!));
            foreach ((Tensor expected, Tensor got) in own.Inputs.Zip(gradients.Inputs))
            {
                Served.AssertSame("gradient of an input", expected, Part(got));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Pieces_and_their_gradients_are_the_whole(string name)
    {
        IVariant variant = Every.Named(name);
        using var random = new RandomCase(variant, new() { Batch = 2, Tokens = 50 });
        foreach (int split in new[] { 1, 16, 33, 49 })
        {
            Tensor[] first = [.. random.Inputs.Select(x => random.Keep(Slices.Tokens(x, 0, split, 50)))], second = [.. random.Inputs.Select(x => random.Keep(Slices.Tokens(x, split, 50, 50)))];
            Tensor before = random.Keep(Slices.Tokens(random.OutputGradient, 0, split, 50)), after = random.Keep(Slices.Tokens(random.OutputGradient, split, 50, 50));

            // The gradient of the second piece's initial state is that of the first piece's final state.
            using ForwardResult a = variant.Forward(first, random.Parameters, random.InitialState), b = variant.Forward(second, random.Parameters, a.FinalState);
            using BackwardResult db = variant.Backward(second, random.Parameters, after, random.FinalStateGradient, a.FinalState);
            using BackwardResult da = variant.Backward(first, random.Parameters, before, db.InitialState, random.InitialState);

            using ForwardResult whole = variant.ReferenceForward(random.Inputs, random.Parameters, random.InitialState);
            using BackwardResult gradients = variant.ReferenceBackward(random.Inputs, random.Parameters, random.OutputGradient, random.FinalStateGradient, random.InitialState);
            using Tensor output = Slices.Concatenate(a.Output, b.Output);
            List<Comparison> comparisons =
            [
                Comparison.Of("pieces", "output", whole.Output, output, Tolerance.Single.Forward),
                Comparison.Of("pieces", "final state", whole.FinalState, b.FinalState, Tolerance.Single.Forward),
                Comparison.Of("pieces", "gradient of the initial state", gradients.InitialState!, da.InitialState!, Tolerance.Single.Gradient),
            ];
            foreach ((Tensor expected, (Tensor x, Tensor y)) in gradients.Inputs.Zip(da.Inputs.Zip(db.Inputs)))
            {
                comparisons.Add(Comparison.Of("pieces", "gradient of an input", expected, random.Keep(Slices.Concatenate(x, y)), Tolerance.Single.Gradient));
            }

            Assert.True(comparisons.TrueForAll(x => x.Passed), string.Join('\n', comparisons.Where(x => !x.Passed)));
        }
    }

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void States_may_be_stored_V_first(string name)
    {
        using var random = new RandomCase(Every.Named(name), new() { Batch = 2, Tokens = 35, Options = new() { StateValueFirst = true } });
        string wrong = Forms.Disagreements(random);
        Assert.True(wrong.Length == 0, wrong);
    }

    /// <summary>
    /// What a token must be to leave the state as it is: no decay (log decay 0), nothing written (value 0, strength 0), nothing erased. A padded batch is
    /// then the batch without padding, however long its sequences are.
    /// </summary>
    [Theory]
    [InlineData("SimpleGla")]
    [InlineData("Gla")]
    [InlineData("DeltaNet")]
    [InlineData("GatedDeltaRule")]
    [InlineData("KimiDeltaRule")]
    [InlineData("Comba")]
    [InlineData("GatedDeltaProduct")]
    [InlineData("Dplr")]
    [InlineData("Rwkv6")]
    [InlineData("Oja")]
    public void Tokens_of_zeros_leave_the_state_as_it_is(string name)
    {
        IVariant variant = Every.Named(name);
        using var random = new RandomCase(variant, new() { Tokens = 21 });
        Tensor[] padded = [.. random.Inputs.Select((x, i) =>
        {
            using var zeros = new Tensor(x.Type, [1, 12L * x.Shape[1] / 21, .. x.Shape.AsSpan()[2..]]);
            return random.Keep(Slices.Concatenate(x, zeros));
        })];
        using ForwardResult alone = variant.Forward(random.Inputs, random.Parameters, random.InitialState), forward = variant.Forward(padded, random.Parameters, random.InitialState);
        using Tensor decoded = random.InitialState!.Clone(), plain = random.InitialState!.Clone();
        using Tensor x = variant.Decode(random.Inputs, random.Parameters, plain), y = variant.Decode(padded, random.Parameters, decoded);
        Served.AssertSame("state after decoding padding", plain, decoded);
        Comparison state = Comparison.Of("forward", "state", alone.FinalState, forward.FinalState, Tolerance.Single.Forward);
        Assert.True(state.Passed, state.ToString());
        using Tensor prefix = Slices.Tokens(forward.Output, 0, 21, 33);
        Served.AssertSame("output before the padding", alone.Output, prefix);
    }
}
