namespace AttentionDsl.Variants.Tests;

/// <summary>Decoding the plain way: one sequence, one token, a state of its own. What a server does in one call must equal this bit for bit.</summary>
internal static class Served
{
    /// <summary>Decodes tokens [from, to) of one sequence of a batch, one at a time, on an entry of its own that changes; the outputs follow one another.</summary>
    public static Tensor Alone(RandomCase random, int sequence, int from, int to, Tensor state)
    {
        Tensor output = new(DataType.Float32, 1, 0, random.Shapes.Heads, random.Shapes.Output[3]);
        for (int t = from; t < to; t++)
        {
            using Tensor one = random.Variant.Decode(Inputs(random, [sequence], t, t + 1), random.Parameters, state, new() { OutputType = DataType.Float32 });
            using Tensor before = output;
            output = Slices.Concatenate(before, one);
        }

        return output;
    }

    /// <summary>Inputs of some sequences, tokens [from, to).</summary>
    public static Tensor[] Inputs(RandomCase random, int[] sequences, int from, int to) =>
    [
        .. random.Inputs.Select(x =>
        {
            using Tensor chosen = Slices.Entries(x, sequences);
            return random.Keep(Slices.Tokens(chosen, from, to, random.Shape.Tokens));
        }),
    ];

    /// <summary>The same tensors as one batch entry: the sequences one after the other along T.</summary>
    public static Tensor Packed(Tensor x) => x.Reshape([1, x.Shape[0] * x.Shape[1], .. x.Shape.AsSpan()[2..]]);

    /// <summary>An entry of a state.</summary>
    public static Tensor Entry(Tensor states, int entry) => Slices.Entries(states, entry);

    public static void AssertSame(string what, Tensor expected, Tensor got) => Assert.True(Slices.SameBits(expected, got), $"{what}: {expected} and {got} do not have the same bits");
}
