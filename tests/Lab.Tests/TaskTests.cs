using AttentionDsl.Lab.Tasks;

namespace AttentionDsl.Lab.Tests;

/// <summary>Sequences are what the task says.</summary>
public class TaskTests
{
    [Fact]
    public void RecallAsksEveryKeyForItsLatestValue()
    {
        var task = new Recall { Pairs = 4, Writes = 12 };
        (int[] tokens, int[] targets) = task.Batch(new RandomStream(1, 0), 1, heldOut: false);
        var latest = new Dictionary<int, int>();
        for (int i = 0; i < 24; i += 2)
        {
            latest[tokens[i]] = tokens[i + 1];
        }

        Assert.Equal(4, latest.Count);
        Assert.Equal(task.Length, tokens.Length);
        Assert.All(targets[..25], x => Assert.Equal(-1, x));
        Assert.Equal(latest.OrderBy(x => x.Key), tokens[25..].Zip(targets[25..]).Select(x => KeyValuePair.Create(x.First, x.Second)).OrderBy(x => x.Key));
    }

    [Fact]
    public void AnEpisodeAssignsEveryKeyOnce()
    {
        var task = new Recall { Pairs = 3, Writes = 6, Episodes = true };
        (int[] tokens, _) = task.Batch(new RandomStream(1, 0), 1, heldOut: false);
        int[] first = [tokens[1], tokens[3], tokens[5]], second = [tokens[8], tokens[10], tokens[12]];
        Assert.Equal(tokens[0], tokens[7]);
        Assert.Equal(first.Order(), second.Order());
        Assert.Equal(3, first.Distinct().Count());
    }

    [Fact]
    public void PalindromeSaysTheFirstHalfBackwards()
    {
        (int[] tokens, int[] targets) = new Palindrome { Symbols = 5 }.Batch(new RandomStream(1, 0), 1, heldOut: false);
        Assert.Equal(tokens[..5].Reverse(), targets[5..]);
        Assert.Equal(targets[5..9], tokens[6..]);
    }

    [Fact]
    public void StacksPopWhatWasPushedLast()
    {
        const int Push = 0, Pop = 1;
        (int[] tokens, int[] targets) = new Stacks { Count = 3, Tokens = 60 }.Batch(new RandomStream(1, 0), 1, heldOut: false);
        var stacks = new Dictionary<int, Stack<int>>();
        int pops = 0;
        for (int i = 0; i < tokens.Length - 2;)
        {
            if (tokens[i] == Push)
            {
                (stacks.TryGetValue(tokens[i + 1], out Stack<int>? stack) ? stack : stacks[tokens[i + 1]] = new()).Push(tokens[i + 2]);
                i += 3;
            }
            else
            {
                Assert.Equal(Pop, tokens[i]);
                Assert.Equal(stacks[tokens[i + 1]].Pop(), targets[i + 1]);
                pops++;
                i += 2;
            }
        }

        Assert.Equal(pops, targets.Count(x => x >= 0));
        Assert.True(pops > 3);
    }

    [Fact]
    public void CountingSaysTheSumSoFar()
    {
        (int[] tokens, int[] targets) = new Counting { Modulus = 3, Tokens = 20 }.Batch(new RandomStream(1, 0), 1, heldOut: false);
        Assert.Equal(Enumerable.Range(1, 20).Select(x => tokens[..x].Sum() % 3), targets);
    }

    [Fact]
    public void TextHoldsOutItsLastTenth()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [.. Enumerable.Range(0, 1000).Select(x => (byte)(x < 900 ? 1 : 2))]);
            var task = new Text(path, 20);
            Assert.All(task.Batch(new RandomStream(1, 0), 50, heldOut: false).Tokens, x => Assert.Equal(1, x));
            Assert.All(task.Batch(new RandomStream(1, 0), 50, heldOut: true).Tokens, x => Assert.Equal(2, x));
            Assert.Contains("expected at least", Assert.Throws<ArgumentException>(() => new Text(path, 200)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void PatternsAreReadOrRefusedWithTheReason()
    {
        Assert.Equal(4, MixerPattern.Parse("3*KimiDelta + softmax:rope", Variants.All).Parts.Count);
        Assert.Equal(32, MixerPattern.Parse("window=32:partial", Variants.All).Parts[0].Window);
        foreach ((string text, string reason) in new[]
        {
            ("KimiDelt", "there is no mixer 'KimiDelt'"), ("0*softmax", "from 1 to 64"), ("softmax=3", "only a window"), ("softmax:alibi", "nope, rope or partial"), ("KimiDelta:rope", "positions are for softmax"),
        })
        {
            Assert.Contains(reason, Assert.Throws<ArgumentException>(() => MixerPattern.Parse(text, Variants.All)).Message, StringComparison.Ordinal);
        }
    }
}
