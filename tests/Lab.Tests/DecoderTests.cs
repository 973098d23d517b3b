using AttentionDsl.Lab.Decoding;
using AttentionDsl.Lab.Layers;
using AttentionDsl.Variants;

namespace AttentionDsl.Lab.Tests;

/// <summary>What the decode measurement times is the work that it says.</summary>
public class DecoderTests
{
    private static readonly MixerSize Size = new(32, 2, 16, 16);

    [Theory]
    [InlineData(9, int.MaxValue, 9)]
    [InlineData(9, 4, 4)]
    public void SoftmaxReadsWhatItKeeps(int context, int window, int kept)
    {
        using var decoder = new SoftmaxDecoder(Size, context, window);
        Assert.Equal(2L * 2 * kept * 16 * sizeof(float), decoder.Bytes);
        decoder.Step();
        for (int head = 0; head < 2; head++)
        {
            // The new token took the first place.
            Assert.Equal(decoder.Token[((4 + head) * 16) + 3], decoder.Values[(head * kept * 16) + 3]);
            double[] weights = [.. Enumerable.Range(0, kept).Select(i => Math.Exp(
                Enumerable.Range(0, 16).Sum(d => decoder.Token[(head * 16) + d] * decoder.Keys[(((head * kept) + i) * 16) + d]) / 4))];
            for (int d = 0; d < 16; d++)
            {
                double expected = Enumerable.Range(0, kept).Sum(i => weights[i] * decoder.Values[(((head * kept) + i) * 16) + d]) / weights.Sum();
                Assert.Equal(expected, decoder.Output[(head * 16) + d], 1e-5);
            }
        }
    }

    [Fact]
    public void ARecurrentLayerKeepsItsState()
    {
        using var decoder = new RecurrentDecoder(KimiDelta.Variant, Size);
        decoder.Step();
        Assert.Equal(2L * 16 * 16 * sizeof(float), decoder.Bytes);
    }
}
