namespace AttentionDsl.Runtime.Tests;

/// <summary>Which sequences are cut, and into how many segments.</summary>
public class SegmentRuleTests
{
    // A card with 132 multiprocessors.
    private static readonly SegmentRule Rule = new(264, 64);

    [Theory]
    [InlineData(16, 128, 8)]
    [InlineData(8, 128, 16)]
    [InlineData(4, 64, 32)]
    [InlineData(32, 128, 4)]
    [InlineData(48, 128, 1)]
    [InlineData(256, 128, 1)]
    public void A_long_sequence_fills_the_card(int heads, int columns, int segments) => Assert.Equal([segments], Rule.Segments([1024], heads, columns));

    [Fact]
    public void A_segment_has_sixteen_chunks() => Assert.Equal([4, 1], [Rule.Segments([64], 2, 128)[0], Rule.Segments([63], 2, 128)[0]]);

    [Fact]
    public void No_segment_is_empty() => Assert.Equal([5], new SegmentRule(6, 64, FewestChunks: 1).Segments([10], 1, 64));

    [Fact]
    public void Short_sequences_stay_whole() => Assert.Equal([7, 1, 1, 1], Rule.Segments([1024, 40, 0, 60], 16, 128));

    [Theory]
    [InlineData(64, 2)]
    [InlineData(128, 1)]
    public void A_card_holds_more_walks_of_narrow_states(int channels, int walks) => Assert.Equal(walks, CudaBackend.WalksOfMultiprocessor(channels));

    [Fact]
    public void Without_walks_none_is_cut() => Assert.Equal([1, 1], default(SegmentRule).Segments([1024, 1024], 1, 64));
}
