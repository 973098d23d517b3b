using AttentionDsl.Runtime;

namespace AttentionDsl.Tests;

/// <summary>The sizes of a random case.</summary>
internal sealed record CaseShape
{
    public int Batch { get; init; } = 1;

    public int Tokens { get; init; } = 20;

    /// <summary>Heads of values, decays and strengths.</summary>
    public int Heads { get; init; } = 2;

    /// <summary>Heads of queries and keys; null: as many.</summary>
    public int? QueryHeads { get; init; }

    public int K { get; init; } = 12;

    public int V { get; init; } = 20;

    public int Updates { get; init; } = 2;

    /// <summary>Element type of the inputs.</summary>
    public DataType Type { get; init; } = DataType.Float32;

    public RunOptions Options { get; init; } = new();

    /// <summary>False: the recurrence begins at zero.</summary>
    public bool InitialState { get; init; } = true;

    public int Seed { get; init; } = 1;

    public CaseNumbers Numbers { get; init; } = new();
}

/// <summary>What the numbers of a random case are like.</summary>
internal sealed record CaseNumbers
{
    /// <summary>Log decays lie between 0 and this; magnitudes are uniform.</summary>
    public double Decay { get; init; } = -0.5;

    /// <summary>Where set, the magnitudes of log decays are spread evenly over the powers of ten from here to <see cref="Decay"/>.</summary>
    public double? WeakestDecay { get; init; }

    /// <summary>The mean of what <see cref="Decay"/> and <see cref="WeakestDecay"/> say, as a positive number.</summary>
    public double MeanDecay => WeakestDecay is double weakest ? (weakest - Decay) / Math.Log(Decay / weakest) : -Decay / 2;

    public (double Low, double High) Strength { get; init; } = (0.1, 0.9);

    /// <summary>True: one key a head, over and over, with the last bits changed.</summary>
    public bool RepeatKeys { get; init; }
}
