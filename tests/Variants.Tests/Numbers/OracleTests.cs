namespace AttentionDsl.Variants.Tests;

/// <summary>Every form of every variant against the double-precision oracle.</summary>
public class OracleTests
{
    private static readonly int[] Lengths = [1, 2, 15, 16, 17, 63, 64, 65, 130];
    private static readonly (int K, int V)[] Widths = [(2, 1), (5, 3), (7, 100), (33, 17), (64, 48), (130, 65), (256, 256)];
    private static readonly int[] Chunks = [1, 5, 16, 33, 64];

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Lengths_around_chunks(string name) => Check(name, Lengths.Select(x => new CaseShape { Tokens = x }));

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Widths_from_1_to_256(string name) =>
        Check(name, Widths.Select(x => new CaseShape { Tokens = 19, Heads = 1, K = x.K, V = x.V }));

    // A single channel of length 1 is 1 or -1: what a normalisation passes on to it cancels to zero, and only roundings are left.
    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void A_single_channel(string name) =>
        Check(name, [new() { Tokens = 19, K = 1, V = 1 }, new() { Tokens = 19, K = 1, V = 7 }], Tolerance.Single with { Cancelled = 1 });

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Chunks_of_any_length(string name) => Check(name, Chunks.Select(x => new CaseShape { Tokens = 70, Options = new() { ChunkLength = x } }));

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Without_an_initial_state(string name) => Check(name, [new() { Tokens = 37, InitialState = false }]);

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Batches_heads_and_shared_heads(string name) => Check(name,
    [
        new() { Batch = 3, Heads = 3, Tokens = 21 },
        new() { Batch = 2, Heads = 4, QueryHeads = 2, Tokens = 21 },
        new() { Heads = 6, QueryHeads = 1, Tokens = 21, K = 20, V = 9 },
    ]);

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Strong_decays(string name) => Check(name,
    [
        new() { Tokens = 70, Numbers = new() { WeakestDecay = -1, Decay = -1000 } },
        new() { Tokens = 70, Numbers = new() { WeakestDecay = -1e-3, Decay = -1000 } },
        new() { Tokens = 40, Numbers = new() { WeakestDecay = -999, Decay = -1000 } },
    ]);

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Repeated_keys_written_with_full_strength(string name) => Check(name,
    [
        new() { Tokens = 70, Numbers = new() { RepeatKeys = true, Strength = (0.99, 1), Decay = -0.01 } },
        new() { Tokens = 70, Numbers = new() { RepeatKeys = true, Strength = (1, 1), Decay = -1e-4 } },
    ]);

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Several_updates(string name)
    {
        if (Every.Named(name).Description.SeveralUpdates)
        {
            Check(name, new[] { 1, 2, 3, 5 }.Select(x => new CaseShape { Tokens = 35, Updates = x }));
        }
    }

    private static void Check(string name, IEnumerable<CaseShape> shapes, Tolerance? tolerance = null)
    {
        List<string> wrong = [];
        foreach (CaseShape shape in shapes)
        {
            using var random = new RandomCase(Every.Named(name), shape);
            string disagreements = Forms.Disagreements(random, tolerance: tolerance);
            if (disagreements.Length > 0)
            {
                wrong.Add($"{shape}\n{disagreements}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }
}
