using AttentionDsl.Lab.Layers;
using AttentionDsl.Lab.Tasks;

namespace AttentionDsl.Lab.Training;

/// <summary>Everything that the numbers of a run depend on.</summary>
internal sealed record RunSettings
{
    public required SequenceTask Task { get; init; }

    public required MixerPattern Mixers { get; init; }

    public required ulong Seed { get; init; }

    public required int Width { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int Steps { get; init; }

    /// <summary>Sequences a step.</summary>
    public required int Batch { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>Steps from one evaluation and checkpoint to the next.</summary>
    public int Interval { get; init; } = 100;

    /// <summary>Whether a run ends early once two evaluations in a row were at least 99.9 % right.</summary>
    public bool StopWhenSolved { get; init; } = true;

    /// <summary>How the run is called, also in file names.</summary>
    public string Name => $"{Mixers.Text} seed {Seed}";

    /// <summary>A checkpoint fits a run of the same identity only.</summary>
    public string Identity => FormattableString.Invariant(
        $"{Task.Name}: {Task.Summary}, {Task.Length} tokens; {Mixers.Text}; width {Width}, layers {Layers}, heads {Heads}; {Steps} steps of {Batch} sequences, learning rate {LearningRate}, interval {Interval}, stop {StopWhenSolved}; seed {Seed}");

    public LanguageModel Model() => new(new ModelSize(Task.Vocabulary, Width, Layers, Heads), Mixers, Seed);
}

/// <summary>An evaluation.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TrainLoss">Mean loss of the batches since the last evaluation.</param>
/// <param name="Loss">Mean loss on sequences not trained on.</param>
/// <param name="Accuracy">Share of their targets that were predicted.</param>
internal sealed record Point(int Step, double TrainLoss, double Loss, double Accuracy);

/// <summary>How the trained model does on a harder or easier version of the task.</summary>
internal sealed record SweepPoint(string Axis, int Value, double Loss, double Accuracy);

/// <summary>What a run has found.</summary>
internal sealed record RunResult
{
    public required string Mixers { get; init; }

    public required ulong Seed { get; init; }

    public required long Parameters { get; init; }

    public IReadOnlyList<Point> Points { get; init; } = [];

    public IReadOnlyList<SweepPoint> Sweep { get; init; } = [];

    /// <summary>Tokens trained on.</summary>
    public long Tokens { get; init; }

    /// <summary>Seconds of training, evaluations not counted.</summary>
    public double Seconds { get; init; }

    /// <summary>Why the run ended, if not at its last step.</summary>
    public string Note { get; init; } = "";

    /// <summary>Whether loss or gradient stopped being finite numbers. The last evaluation before stands.</summary>
    public bool Diverged { get; init; }

    public bool Finished { get; init; }

    public double TokensPerSecond => Seconds > 0 ? Tokens / Seconds : 0;

    public double Accuracy => Points.Count > 0 ? Points[^1].Accuracy : 0;

    public double Loss => Points.Count > 0 ? Points[^1].Loss : double.PositiveInfinity;

    /// <summary>Accuracy on a version of the task.</summary>
    public double At(int value) => Sweep.First(x => x.Value == value).Accuracy;

    /// <summary>Steps done.</summary>
    public int Step => Points.Count > 0 ? Points[^1].Step : 0;
}
