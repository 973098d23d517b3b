using System.Runtime.InteropServices;

namespace AttentionDsl.Runtime.Tests.Tiles;

/// <summary>Operations that may read or write rows of the caller: one head's among several give the bits that scratch gives, and touch no other head's.</summary>
public sealed unsafe class CallersRowsTests
{
    private const int Rows = 5;
    private const int Heads = 3;

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(20)]
    [InlineData(64)]
    public void Are_read_and_written_where_they_stand(int columns)
    {
        var random = new Random(columns);
        int stride = columns * Heads;
        using Memory tensor = new(Rows * stride, random), gradient = new(Rows * stride, random), x = new(Rows * 80, random), one = new(Rows * 80, random), other = new(Rows * 80, random);
        float[] before = gradient.Numbers.ToArray();
        for (int head = 0; head < Heads; head++)
        {
            HostTile rows = new(tensor.Data + (head * columns), Rows, columns, stride), copy = x.Scratch(columns), a = one.Scratch(columns), b = other.Scratch(columns);
            HostTile.Copy(copy, rows, Into.Set);
            HostTile.CumulativeSumOfGiven(a, rows);
            HostTile.CumulativeSum(b, copy);
            Equal(a, b);
            HostTile.NormalizeGiven(a, rows);
            HostTile.Normalize(b, copy);
            Equal(a, b);
            HostTile leaving = new(gradient.Data + (head * columns), Rows, columns, stride);
            HostTile.NormalizeAdjoint(b, a, copy, Into.Set);
            HostTile.NormalizeAdjoint(leaving, a, copy, Into.Set);
            Equal(leaving, b);
            for (int i = 0; i < before.Length; i++)
            {
                Assert.True(i % stride < (head + 1) * columns || gradient.Numbers[i].Equals(before[i]), "A later head's number has changed.");
            }
        }
    }

    private static void Equal(HostTile a, HostTile b)
    {
        for (int i = 0; i < Rows; i++)
        {
            Assert.True(new ReadOnlySpan<float>(a.Row(i), a.Columns).SequenceEqual(new ReadOnlySpan<float>(b.Row(i), b.Columns)));
        }
    }

    private sealed class Memory : IDisposable
    {
        private readonly int count;

        public Memory(int count, Random random)
        {
            this.count = count;
            Data = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
            for (int i = 0; i < count; i++)
            {
                Data[i] = random.NextSingle() + 0.1f;
            }
        }

        public float* Data { get; }

        public Span<float> Numbers => new(Data, count);

        public HostTile Scratch(int columns) => new(Data, Rows, columns, HostTile.Pitch(columns));

        public void Dispose() => NativeMemory.AlignedFree(Data);
    }
}
