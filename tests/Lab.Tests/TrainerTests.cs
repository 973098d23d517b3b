using AttentionDsl.Lab.Layers;
using AttentionDsl.Lab.Reports;
using AttentionDsl.Lab.Tasks;
using AttentionDsl.Lab.Training;

namespace AttentionDsl.Lab.Tests;

/// <summary>Runs learn, repeat bit by bit, and go on where they were stopped.</summary>
public sealed class TrainerTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lab");

    private static RunSettings Settings => new()
    {
        Task = new Counting { Modulus = 2, Tokens = 16 },
        Mixers = MixerPattern.Parse("NegativeEigenvalueDeltaNet", Variants.All),
        Seed = 1,
        Width = 16,
        Layers = 1,
        Heads = 1,
        Steps = 40,
        Batch = 8,
        LearningRate = 0.01,
        Interval = 10,
    };

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void TrainingLowersTheLoss()
    {
        RunResult result = new Trainer(Settings with { Steps = 120 }).Run();
        Assert.True(result.Loss < 0.6 * result.Points[0].TrainLoss, $"the loss went from {result.Points[0].TrainLoss} to {result.Loss}");
        Assert.Equal([16, 32, 64, 128], result.Sweep.Select(x => x.Value));
    }

    [Fact]
    public void AStoppedRunGoesOnBitByBit()
    {
        var whole = new Trainer(Settings);
        RunResult expected = whole.Run();

        // Stopped at step 25: the steps after the last checkpoint, of step 20, are done again.
        using var stop = new CancellationTokenSource();
        new Trainer(Settings, Stored()).Run((step, _) => stop.CancelAfterStep(step, 25), stop.Token);
        var resumed = new Trainer(Settings, Stored());
        int first = 0;
        RunResult result = resumed.Run((step, _) => first = first == 0 ? step : first);

        Assert.Equal(21, first);
        Assert.Equal(expected.Points, result.Points);
        Assert.Equal(expected.Sweep, result.Sweep);
        Assert.All(whole.Parameters.Zip(resumed.Parameters), x => Assert.True(Floats(x.First).SequenceEqual(Floats(x.Second)), x.First.Name));
    }

    [Fact]
    public void AFinishedRunIsNotTrainedAgain()
    {
        new Trainer(Settings, Stored()).Run();
        RunResult result = new Trainer(Settings, Stored()).Run((_, _) => Assert.Fail("a step was done"));
        Assert.True(result.Finished);
    }

    [Fact]
    public void ACheckpointOfAnotherRunIsRefused()
    {
        new Trainer(Settings, Stored()).Run();
        var other = new Trainer(Settings with { LearningRate = 0.02 }, Stored());
        Assert.Contains("belongs to another run", Assert.Throws<InvalidDataException>(() => other.Run()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsReportedBeforeTraining()
    {
        string file = Path.Combine(folder.FullName, "file");
        File.WriteAllText(file, "");
        Assert.Contains("Nothing was trained", Assert.Throws<IOException>(() => new OutputFolder(file).Prepare(1, 1000)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFullDiskIsReportedBeforeTraining() =>
        Assert.Contains("MiB free", Assert.Throws<IOException>(() => new OutputFolder(folder.FullName).Prepare(int.MaxValue, 1 << 24)).Message, StringComparison.Ordinal);

    private static ReadOnlySpan<float> Floats(Parameter parameter) => parameter.Value.AsSpan<float>();

    private Checkpoint Stored() => new OutputFolder(folder.FullName).Prepared().Checkpoint("run");
}

internal static class TrainerTestExtensions
{
    public static void CancelAfterStep(this CancellationTokenSource source, int step, int last)
    {
        if (step == last)
        {
            source.Cancel();
        }
    }

    public static OutputFolder Prepared(this OutputFolder folder)
    {
        folder.Prepare(1, 1000);
        return folder;
    }
}
