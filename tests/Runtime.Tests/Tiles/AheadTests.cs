using AttentionDsl.Runtime;

namespace AttentionDsl.Runtime.Tests.Tiles;

/// <summary>Which rows are asked for while others are computed with: those of the next chunk, in the direction of the walk.</summary>
public sealed unsafe class AheadTests
{
    private const int Stride = 512;
    private const int Rows = 4;
    private const int Columns = 32;
    private const long Chunk = Rows * Stride;

    [Fact]
    public void Follows_the_walk_in_both_directions()
    {
        float* tensor = (float*)0x10000;
        Drained();
        Expect(tensor);
        Assert.Equal((long)(tensor + Chunk), Drained());
        Expect(tensor + Chunk);
        Assert.Equal((long)(tensor + (2 * Chunk)), Drained());

        float* other = tensor + (100 * Chunk);
        Expect(other);
        Drained();
        Expect(other - Chunk);
        Assert.Equal((long)(other - (2 * Chunk)), Drained());
    }

    [Theory]
    [InlineData(32)]
    [InlineData(128)]
    [InlineData(144)]
    public void Asks_for_every_line_of_every_row(int columns)
    {
        float* tensor = (float*)0x40000000;
        Drained();
        Ahead.Own.Expect(tensor, Stride, Rows, columns);
        var lines = new List<long>();
        AheadRows* rows = Ahead.Own.Next();
        while (rows->Lines > 0)
        {
            Assert.Equal(rows->Step, rows->Together * Ahead.Line);
            for (int i = 0; i < rows->Together; i++)
            {
                lines.Add(rows->At + (i * Ahead.Line) - (tensor + Chunk));
            }

            rows->Ask();
        }

        IEnumerable<long> all = from row in Enumerable.Range(0, Rows) from line in Enumerable.Range(0, columns / Ahead.Line) select (row * (long)Stride) + (line * Ahead.Line);
        Assert.Equal(all, lines);
        Assert.Equal(0, Ahead.Own.Next()->Step);
    }

    private static void Expect(float* at) => Ahead.Own.Expect(at, Stride, Rows, Columns);

    /// <summary>Where the last rows that were asked for begin; nothing waits after it.</summary>
    private static long Drained()
    {
        long at = 0;
        for (AheadRows* rows = Ahead.Own.Next(); rows->Step != 0; rows = Ahead.Own.Next())
        {
            at = (long)rows->At;
            rows->Lines = 0;
        }

        return at;
    }
}
