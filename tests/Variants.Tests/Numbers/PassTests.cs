namespace AttentionDsl.Variants.Tests;

/// <summary>The passes of token-parallel devices, in double precision, against the oracle: every variant.</summary>
public class PassTests
{
    // Sums of some hundred terms in double precision.
    private static readonly Tolerance Tight = Tolerance.Double with { Forward = 2e-12, Gradient = 2e-12 };

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Several_chunks_and_a_part_of_one(string name) => Check(name,
    [
        new() { Tokens = 70, Options = new() { ChunkLength = 16 } },
        new() { Tokens = 33, K = 33, V = 17, Options = new() { ChunkLength = 32 } },
        new() { Tokens = 5, K = 20, V = 40, Options = new() { ChunkLength = 8 } },
    ]);

    [Theory]
    [MemberData(nameof(Every.Variant), MemberType = typeof(Every))]
    public void Batches_shared_heads_and_no_state(string name) => Check(name,
    [
        new() { Batch = 2, Heads = 4, QueryHeads = 2, Tokens = 21, Options = new() { ChunkLength = 8 } },
        new() { Tokens = 37, InitialState = false, Options = new() { ChunkLength = 16 } },
    ]);

    public static TheoryData<string> Carrying => [.. Catalog.All.Where(x => x.Description.CarriesOverSegments).Select(x => x.Description.Name)];

    private static readonly SegmentRule Short = new(64, 16, FewestChunks: 2, FewestSegments: 2);

    private static readonly CaseShape[] Cut =
    [
        new() { Tokens = 70, Options = new() { ChunkLength = 8 } },
        new() { Heads = 4, QueryHeads = 2, Tokens = 61, K = 20, V = 40, InitialState = false, Options = new() { ChunkLength = 4, SequenceOffsets = [0, 13, 13, 61], StateValueFirst = true } },
    ];

    [Theory]
    [MemberData(nameof(Carrying))]
    public void Segments(string name) => Check(name, Cut, Short);

    /// <summary>A training step has other segments then: its digits are not those of the calls.</summary>
    [Theory]
    [MemberData(nameof(Carrying))]
    public void First_segments_advance_while_others_are_carried(string name) => Check(name, Cut, Short with { CarryTime = 0.6 }, steps: false);

    /// <summary>Whose write reads nothing of the state, and whose values decay by no channel of their own.</summary>
    [Fact]
    public void Segments_of_variants_without_an_erase_only_decay() => Assert.Equal(
        Catalog.All.Select(x => x.Description).Where(x => x.CarriesOverSegments && x.Axes.Contains("Hebbian write", StringComparison.Ordinal)).Select(x => x.Name),
        Catalog.All.Select(x => x.Description).Where(x => x.TransitionIsDiagonal).Select(x => x.Name));

    private static void Check(string name, IEnumerable<CaseShape> shapes, SegmentRule segments = default, bool steps = true)
    {
        foreach (CaseShape shape in shapes)
        {
            using var random = new RandomCase(Every.Named(name), shape);
            var engine = new ReferenceEngine(tokenParallel: true, segments);
            string disagreements = Forms.Disagreements(random, engine, Tight)
                + (steps ? TrainingStep.Differences(random.Variant, random.Call, random.Options with { Engine = engine }) : "");
            Assert.True(disagreements.Length == 0, $"{shape}\n{disagreements}");
        }
    }
}
