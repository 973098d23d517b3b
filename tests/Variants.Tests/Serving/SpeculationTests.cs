namespace AttentionDsl.Variants.Tests;

/// <summary>Verifying drafts: all tokens are computed, and the state goes on from what was accepted.</summary>
public class SpeculationTests
{
    private static readonly CaseShape Shape = new() { Batch = 2, Tokens = 7, Heads = 2, K = 9, V = 40 };
    private const int Draft = 4;

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Snapshots_are_the_states_after_every_token(string name)
    {
        using var random = new RandomCase(Every.Named(name), Shape);
        using Tensor pool = PoolTests.Pool(random, 11), before = pool.Clone();
        long[] snapshots = [2, 3, 4, 5, 10, 9, 8, 7];
        using Tensor output = random.Variant.Decode(
            Served.Inputs(random, [0, 1], 0, Draft), random.Parameters, pool, new() { StateSlots = [0, 1], SnapshotSlots = snapshots });
        for (int n = 0; n < 2; n++)
        {
            using Tensor state = Served.Entry(before, n), untouched = Served.Entry(pool, n), got = Slices.Entries(output, n);
            Served.AssertSame("the entry started from", state, untouched);
            using Tensor expected = Served.Alone(random, n, 0, 0, state);
            for (int t = 0; t < Draft; t++)
            {
                using Tensor one = Served.Alone(random, n, t, t + 1, state), column = Slices.Tokens(got, t, t + 1, Draft), kept = Served.Entry(pool, (int)snapshots[(n * Draft) + t]);
                Served.AssertSame($"output of token {t}", one, column);
                Served.AssertSame($"state after token {t}", state, kept);
            }
        }

        using Tensor was = Served.Entry(before, 6), stays = Served.Entry(pool, 6);
        Served.AssertSame("an entry that nobody names", was, stays);
    }

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Decoding_goes_on_from_the_accepted_snapshot(string name)
    {
        using var random = new RandomCase(Every.Named(name), Shape);
        using Tensor pool = PoolTests.Pool(random, 10), before = pool.Clone();
        long[] snapshots = [2, 3, 4, 5, 6, 7, 8, 9];
        int[] accepted = [3, 1];
        using Tensor drafted = random.Variant.Decode(
            Served.Inputs(random, [0, 1], 0, Draft), random.Parameters, pool, new() { StateSlots = [0, 1], SnapshotSlots = snapshots });
        long[] next = [.. accepted.Select((a, n) => snapshots[(n * Draft) + a - 1])];
        using Tensor output = random.Variant.Decode(Served.Inputs(random, [0, 1], Draft, 7), random.Parameters, pool, new() { StateSlots = next });
        for (int n = 0; n < 2; n++)
        {
            using Tensor state = Served.Entry(before, n), got = Slices.Entries(output, n), after = Served.Entry(pool, (int)next[n]);
            using Tensor history = Served.Alone(random, n, 0, accepted[n], state), expected = Served.Alone(random, n, Draft, 7, state);
            Served.AssertSame("output after the accepted tokens", expected, got);
            Served.AssertSame("state after the accepted tokens", state, after);
        }
    }

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void States_advance_in_place_by_the_accepted_tokens(string name)
    {
        using var random = new RandomCase(Every.Named(name), Shape);
        foreach (int[] accepted in new int[][] { [0, 0], [0, 3], [4, 2] })
        {
            using Tensor states = random.InitialState!.Clone(), plain = random.InitialState!.Clone();
            Tensor[] inputs = Served.Inputs(random, [0, 1], 0, Draft);
            using Tensor expected = random.Variant.Decode(inputs, random.Parameters, plain);
            using Tensor output = random.Variant.Decode(inputs, random.Parameters, states, new() { AcceptedTokens = accepted });
            Served.AssertSame("output of all tokens", expected, output);
            for (int n = 0; n < 2; n++)
            {
                using Tensor state = Served.Entry(random.InitialState!, n), got = Served.Entry(states, n), history = Served.Alone(random, n, 0, accepted[n], state);
                Served.AssertSame($"state of sequence {n} after {accepted[n]} tokens", state, got);
            }
        }
    }

    [Fact]
    public void Drafts_of_different_lengths_are_packed()
    {
        using var random = new RandomCase(GatedDeltaNet.Variant, Shape);
        Tensor[] inputs = [.. random.Inputs.Select(x => random.Keep(Served.Packed(x)))];
        Tensor[] some = [.. inputs.Select(x => random.Keep(Slices.Tokens(x, 0, 10, 14)))];
        using Tensor pool = PoolTests.Pool(random, 6), before = pool.Clone();
        long[] snapshots = [-1, -1, -1, -1, -1, -1, 2, 3, -1, 0];
        using Tensor output = random.Variant.Decode(some, random.Parameters, pool, new() { SequenceOffsets = [0, 7, 10], StateSlots = [1, 0], SnapshotSlots = snapshots });

        using Tensor first = Served.Entry(before, 1), second = Served.Entry(before, 0), after = Served.Entry(pool, 2), middle = Served.Entry(pool, 3), last = Served.Entry(pool, 0);
        using Tensor a = Served.Alone(random, 0, 0, 7, first), b = Served.Alone(random, 1, 0, 1, second);
        Served.AssertSame("state after the first sequence", first, after);
        Served.AssertSame("state after the first token of the second", second, middle);
        using Tensor c = Served.Alone(random, 1, 1, 3, second);
        Served.AssertSame("state after the second, in the entry it started from", second, last);
        using Tensor ab = Slices.Concatenate(a, b), expected = Slices.Concatenate(ab, c);
        Served.AssertSame("output", expected, output);
    }

    [Theory]
    [InlineData(new long[] { 2, 3, 4 }, null, "SnapshotSlots", "8 entries", "3")]
    [InlineData(new long[] { 2, 3, 4, 5, 6, 7, 8, 10 }, null, "SnapshotSlots[7]", "0 to 9", "10")]
    [InlineData(new long[] { 2, 3, 4, 5, 6, 7, 2, 8 }, null, "SnapshotSlots[6]", "2 is named twice")]
    [InlineData(new long[] { 2, 3, 4, 1, 6, 7, 5, 8 }, null, "SnapshotSlots[3]", "1 is named twice")]
    [InlineData(new long[] { 0, 3, 0, 5, 6, 7, 4, 8 }, null, "SnapshotSlots[2]", "0 is named twice")]
    [InlineData(null, new[] { 1 }, "AcceptedTokens", "2 numbers", "1")]
    [InlineData(null, new[] { 1, 5 }, "AcceptedTokens[1]", "0 to 4", "5")]
    [InlineData(null, new[] { -1, 0 }, "AcceptedTokens[0]", "-1")]
    [InlineData(new long[] { 2, 3, 4, 5, 6, 7, 8, 9 }, new[] { 1, 1 }, "AcceptedTokens", "both are given")]
    public void Slots_and_numbers_are_checked_before_anything_runs(long[]? snapshots, int[]? accepted, params string[] says)
    {
        using var random = new RandomCase(GatedDeltaNet.Variant, Shape);
        using Tensor pool = PoolTests.Pool(random, 10), before = pool.Clone();
        RunOptions options = new() { StateSlots = [0, 1], SnapshotSlots = snapshots, AcceptedTokens = accepted };
        string message = Assert.Throws<ArgumentException>(() => random.Variant.Decode(Served.Inputs(random, [0, 1], 0, Draft), random.Parameters, pool, options)).Message;
        Assert.All(says, x => Assert.Contains(x, message, StringComparison.Ordinal));
        Served.AssertSame("the pool", before, pool);
        message = Assert.Throws<ArgumentException>(() => random.Variant.Forward(random.Inputs, random.Parameters, null, options with { StateSlots = null })).Message;
        Assert.Contains("only Decode", message, StringComparison.Ordinal);
    }
}
