namespace AttentionDsl.Lab;

/// <summary>Reproducible random numbers (SplitMix64): the same seed and stream give the same numbers on every machine.</summary>
internal struct RandomStream
{
    private ulong state;

    /// <summary>A stream of its own for every pair of numbers.</summary>
    public RandomStream(ulong seed, ulong stream)
    {
        state = seed;
        state = Next() ^ (stream * 0xD1342543DE82EF95);
        Next();
    }

    /// <summary>A stream named by a text.</summary>
    public RandomStream(ulong seed, string stream)
        : this(seed, Hash(stream))
    {
    }

    public ulong Next()
    {
        ulong x = state += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>A whole number from 0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count) => (int)(((Next() >> 32) * (ulong)count) >> 32);

    /// <summary>A number in (0, 1).</summary>
    public double Uniform() => ((Next() >> 11) + 0.5) / (1UL << 53);

    /// <summary>A number of the standard normal distribution (Box and Muller).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>Puts the numbers into a random order (Fisher and Yates).</summary>
    public void Shuffle(Span<int> numbers)
    {
        for (int i = numbers.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (numbers[i], numbers[j]) = (numbers[j], numbers[i]);
        }
    }

    private static ulong Hash(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return hash;
    }
}
