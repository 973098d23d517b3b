using AttentionDsl.Runtime;

namespace AttentionDsl.Device.Tests;

/// <summary>A device's memory in pieces: how long they are, and which are used again.</summary>
public class DevicePoolTests
{
    private const long MiB = 1 << 20;

    private readonly DevicePool pool = new(((DeviceEngine)ComputeDevice.Find("simulator").Engine).Queue.Accelerator);

    [Theory]
    [InlineData(100, 256)]
    [InlineData(300, 512)]
    [InlineData((5 * MiB) + 1, 5.5 * MiB)]
    [InlineData((48 * MiB) + 1, 50 * MiB)]
    [InlineData(50 * MiB, 50 * MiB)]
    public void Large_pieces_are_hardly_longer_than_asked_for(long asked, double expected)
    {
        using DeviceBlock block = pool.Take(asked);
        Assert.Equal(expected, block.View.Length);
        Assert.Equal(expected, pool.Used);
    }

    [Fact]
    public void What_was_given_back_is_taken_again_if_it_is_at_most_an_eighth_longer()
    {
        GiveBack(40 * MiB, 60 * MiB, 46 * MiB);
        Assert.Equal(0, pool.Used);
        using DeviceBlock closest = pool.Take(38 * MiB), next = pool.Take(42 * MiB), none = pool.Take(44 * MiB);
        Assert.Equal([40 * MiB, 46 * MiB, 44 * MiB], new[] { closest, next, none }.Select(x => x.View.Length));
        Assert.Equal(130 * MiB, pool.Used);
        Assert.Equal(146 * MiB, pool.Peak);
    }

    /// <summary>Sequences that become longer from call to call would otherwise fill the device with what each left behind.</summary>
    [Fact]
    public void A_piece_that_is_too_short_gives_way_to_a_longer_one()
    {
        GiveBack(40 * MiB);
        GiveBack(44 * MiB);
        using DeviceBlock again = pool.Take(40 * MiB);
        Assert.Equal(44 * MiB, again.View.Length);
    }

    /// <summary>Takes all of them, then gives them back.</summary>
    private void GiveBack(params long[] bytes) => Array.ForEach([.. bytes.Select(pool.Take)], x => x.Dispose());
}
