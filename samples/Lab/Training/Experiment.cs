using AttentionDsl.Lab.Tasks;

namespace AttentionDsl.Lab.Training;

/// <summary>A task, the models to train on it, and a budget.</summary>
internal sealed record Experiment
{
    /// <summary>The name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What it is meant to show.</summary>
    public required string Claim { get; init; }

    public required SequenceTask Task { get; init; }

    /// <summary>The models: patterns of mixers.</summary>
    public required IReadOnlyList<string> Mixers { get; init; }

    /// <summary>What must hold for each seed: a text, and a test on the accuracy of a model.</summary>
    public IReadOnlyList<(string Text, Func<Func<string, double>, bool> Holds)> Expected { get; init; } = [];

    public int Width { get; init; } = 32;

    public int Layers { get; init; } = 2;

    public int Heads { get; init; } = 1;

    public int Steps { get; init; } = 1000;

    public int Batch { get; init; } = 32;

    public double LearningRate { get; init; } = 0.01;

    public int Interval { get; init; } = 100;

    public bool StopWhenSolved { get; init; } = true;

    /// <summary>Minutes that three seeds take at most on two cores.</summary>
    public int Minutes { get; init; }

    /// <summary>The runs, seed by seed.</summary>
    public IReadOnlyList<RunSettings> Runs(IReadOnlyList<ulong> seeds) =>
    [
        .. from seed in seeds
           from mixers in Mixers
           select new RunSettings
           {
               Task = Task,
               Mixers = MixerPattern.Parse(mixers, Variants.All),
               Seed = seed,
               Width = Width,
               Layers = Layers,
               Heads = Heads,
               Steps = Steps,
               Batch = Batch,
               LearningRate = LearningRate,
               Interval = Interval,
               StopWhenSolved = StopWhenSolved,
           },
    ];
}
