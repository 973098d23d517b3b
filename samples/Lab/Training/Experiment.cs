using AttentionDsl.Lab.Layers;
using AttentionDsl.Lab.Tasks;
using AttentionDsl.Runtime;

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

    /// <summary>The declared variants that the patterns may name.</summary>
    public IReadOnlyList<IVariant> Known { get; init; } = Variants.All;

    /// <summary>What must hold for each seed: a text, and a test on the results, by their mixers.</summary>
    public IReadOnlyList<(string Text, Func<Func<string, RunResult>, bool> Holds)> Expected { get; init; } = [];

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
    /// <exception cref="ArgumentException">A size or a pattern of mixers does not fit; the message says what would.</exception>
    public IReadOnlyList<RunSettings> Runs(IReadOnlyList<ulong> seeds)
    {
        if (Width % (Heads * Tiles.Step) != 0)
        {
            throw new ArgumentException($"--width {Width} --heads {Heads}: expected a width that is a multiple of {Tiles.Step} for every head, such as {Heads * Math.Max(Tiles.Step, Tiles.Rounded(Width / Heads))}.");
        }

        if (!(LearningRate > 0))
        {
            throw new ArgumentException($"--lr {LearningRate}: expected a number above 0.");
        }

        MixerPattern[] patterns = [.. Mixers.Distinct().Select(x => MixerPattern.Parse(x, Known))];
        if (patterns.FirstOrDefault(x => x.Parts.Count > Layers) is { } deep)
        {
            throw new ArgumentException($"--layers {Layers}: '{deep.Text}' is a pattern of {deep.Parts.Count} layers; expected at least as many.");
        }

        return
        [
            .. from seed in seeds.Distinct()
               from mixers in patterns
               select new RunSettings
               {
                   Task = Task,
                   Mixers = mixers,
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
}
