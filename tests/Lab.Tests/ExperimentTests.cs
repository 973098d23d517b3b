using AttentionDsl.Lab.Reports;
using AttentionDsl.Lab.Tasks;
using AttentionDsl.Lab.Training;

namespace AttentionDsl.Lab.Tests;

/// <summary>Experiments are checked before they run, and do not depend on how many threads run them.</summary>
public class ExperimentTests
{
    private static readonly Experiment Small = new()
    {
        Name = "small",
        Claim = "",
        Task = new Recall { Pairs = 2, Writes = 2 },
        Mixers = ["GatedDeltaNet", "softmax:rope"],
        Width = 16,
        Steps = 6,
        Batch = 4,
        Interval = 3,
    };

    public static TheoryData<string> Names => [.. Presets.All.Select(x => x.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void APresetExpectsOnlyWhatItMeasures(string name)
    {
        Experiment preset = Presets.All.Single(x => x.Name == name);
        RunResult[] results = [.. preset.Runs([1, 2]).Select(x => new RunResult
        {
            Mixers = x.Mixers.Text,
            Seed = x.Seed,
            Parameters = 1,
            Sweep = [.. x.Task.Sweep.Select(y => new SweepPoint(y.Axis, y.Value, 0, 0.5))],
        })];
        Assert.NotEmpty(preset.Expected);
        Assert.All(Summary.Verdicts(preset, results), x => Assert.Equal(2, x.Seeds.Length));
    }

    [Fact]
    public void OneThreadOrTwoGiveTheSameBits()
    {
        IReadOnlyList<RunResult> one = Session.Run(Small, [1, 2], 1, null, CancellationToken.None);
        IReadOnlyList<RunResult> two = Session.Run(Small, [1, 2], 2, null, CancellationToken.None);
        Assert.Equal(one.Select(x => (x.Mixers, x.Seed)), two.Select(x => (x.Mixers, x.Seed)));
        Assert.Equal(one.SelectMany(x => x.Points), two.SelectMany(x => x.Points));
        Assert.NotEqual(one[0].Points, one[2].Points);
    }

    [Fact]
    public void SizesThatDoNotFitAreRefusedWithOnesThatDo()
    {
        Assert.Contains("such as 64", Refused(Small with { Width = 40, Heads = 2 }), StringComparison.Ordinal);
        Assert.Contains("pattern of 4 layers", Refused(Small with { Mixers = ["3*KimiDelta+softmax"], Layers = 2 }), StringComparison.Ordinal);
        Assert.Contains("above 0", Refused(Small with { LearningRate = double.NaN }), StringComparison.Ordinal);
    }

    private static string Refused(Experiment experiment) => Assert.Throws<ArgumentException>(() => experiment.Runs([1])).Message;
}
