namespace AttentionDsl.Variants.Tests;

/// <summary>A batch of sequences whose states live in a pool.</summary>
public class PoolTests
{
    private static readonly CaseShape Shape = new() { Batch = 4, Tokens = 3, Heads = 2, K = 9, V = 40 };

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Named_entries_advance_and_others_stay(string name)
    {
        using var random = new RandomCase(Every.Named(name), Shape);
        long[] slots = [5, -1, 0, 3];
        Tensor pool = Pool(random, 7);
        using Tensor before = pool.Clone();
        using Tensor output = random.Variant.Decode(random.Inputs, random.Parameters, pool, new() { StateSlots = slots });
        for (int n = 0; n < slots.Length; n++)
        {
            using Tensor got = Slices.Entries(output, n);
            if (slots[n] < 0)
            {
                Assert.All(got.AsSpan<float>().ToArray(), x => Assert.Equal(0, x));
                continue;
            }

            using Tensor state = Served.Entry(before, (int)slots[n]), after = Served.Entry(pool, (int)slots[n]);
            using Tensor expected = Served.Alone(random, n, 0, Shape.Tokens, state);
            Served.AssertSame($"output of sequence {n}", expected, got);
            Served.AssertSame($"state of sequence {n}", state, after);
        }

        foreach (int unused in new[] { 1, 2, 4, 6 })
        {
            using Tensor was = Served.Entry(before, unused), stays = Served.Entry(pool, unused);
            Served.AssertSame($"entry {unused}, which no sequence has", was, stays);
        }
    }

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void A_prefill_is_continued_token_by_token(string name)
    {
        using var random = new RandomCase(Every.Named(name), Shape with { Batch = 1, Tokens = 40 });
        using ForwardResult whole = random.Variant.Forward(random.Inputs, random.Parameters, random.InitialState);
        using ForwardResult prefill = random.Variant.Forward(Served.Inputs(random, [0], 0, 33), random.Parameters, random.InitialState);
        using Tensor rest = Served.Alone(random, 0, 33, 40, prefill.FinalState), expected = Slices.Tokens(whole.Output, 33, 40, 40);
        Comparison output = Comparison.Of("decode", "output", expected, rest, Tolerance.Single.Forward), state = Comparison.Of("decode", "state", whole.FinalState, prefill.FinalState, Tolerance.Single.Forward);
        Assert.True(output.Passed && state.Passed, $"{output}\n{state}");
    }

    /// <summary>For a few tokens the step's walk is faster than a chunk (docs/performance.md): a caller may take either.</summary>
    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Tokens_in_one_step_give_what_a_chunk_gives(string name)
    {
        using var random = new RandomCase(Every.Named(name), Shape with { Batch = 1, Tokens = 4 });
        using ForwardResult chunk = random.Variant.Forward(random.Inputs, random.Parameters, random.InitialState);
        using Tensor state = random.InitialState!.Clone();
        using Tensor walked = random.Variant.Decode(random.Inputs, random.Parameters, state);
        Comparison output = Comparison.Of("four tokens", "output", chunk.Output, walked, Tolerance.Single.Forward);
        Comparison after = Comparison.Of("four tokens", "state", chunk.FinalState, state, Tolerance.Single.Forward);
        Assert.True(output.Passed && after.Passed, $"{output}\n{after}");
    }

    [Fact]
    public void A_pool_may_be_stored_V_first()
    {
        using var random = new RandomCase(KimiDelta.Variant, Shape with { Options = new() { StateValueFirst = true } });
        using var plain = new RandomCase(KimiDelta.Variant, Shape);
        using Tensor transposed = plain.Keep(new Tensor(DataType.Float32, [.. random.Shapes.State])), state = plain.InitialState!.Clone();
        Transpose(state, transposed, 9, 40);
        using Tensor expected = plain.Variant.Decode(plain.Inputs, plain.Parameters, state);
        using Tensor got = plain.Variant.Decode(plain.Inputs, plain.Parameters, transposed, new() { StateValueFirst = true });
        Served.AssertSame("output", expected, got);
        using Tensor back = state.Clone();
        Transpose(transposed, back, 40, 9);
        Served.AssertSame("state", state, back);
    }

    internal static Tensor Pool(RandomCase random, int entries)
    {
        using Tensor first = random.State();
        return random.Keep(Slices.Entries(random.InitialState!, [.. Enumerable.Range(0, entries).Select(x => x % random.Shapes.Sequences)]));
    }

    private static void Transpose(Tensor from, Tensor to, int rows, int columns)
    {
        for (long i = 0; i < from.Count; i++)
        {
            long matrix = i / (rows * columns), row = i / columns % rows, column = i % columns;
            to[(matrix * rows * columns) + (column * rows) + row] = from[i];
        }
    }
}
