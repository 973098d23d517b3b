using System.Globalization;
using System.Text;
using System.Text.Json;
using AttentionDsl.Lab.Training;

namespace AttentionDsl.Lab.Reports;

/// <summary>The numbers as CSV and JSON.</summary>
internal static class Files
{
    public static void Write(OutputFolder folder, Experiment experiment, IReadOnlyList<RunResult> results)
    {
        Csv(folder.Report("curves.csv"), "mixers,seed,step,train_loss,loss,accuracy", results.SelectMany(x => x.Points.Select(y =>
            (FormattableString)$"{x.Mixers},{x.Seed},{y.Step},{y.TrainLoss:g6},{y.Loss:g6},{y.Accuracy:g6}")));
        if (experiment.Task.Sweep.Any())
        {
            Csv(folder.Report("sweep.csv"), "mixers,seed,axis,value,loss,accuracy", results.SelectMany(x => x.Sweep.Select(y =>
                (FormattableString)$"{x.Mixers},{x.Seed},{y.Axis},{y.Value},{y.Loss:g6},{y.Accuracy:g6}")));
        }

        File.WriteAllText(folder.Report("results.json"), JsonSerializer.Serialize(
            new
            {
                experiment.Name,
                experiment.Claim,
                Task = experiment.Task.Summary,
                experiment.Task.Length,
                experiment.Width,
                experiment.Layers,
                experiment.Heads,
                experiment.Steps,
                experiment.Batch,
                experiment.LearningRate,
                Expected = Summary.Verdicts(experiment, results).Select(x => new { x.Text, x.Seeds }),
                Runs = results,
            },
            Json.Indented) + "\n");
    }

    /// <summary>Writes a header and lines.</summary>
    public static void Csv(string path, string header, IEnumerable<FormattableString> lines)
    {
        var text = new StringBuilder(header).Append('\n');
        foreach (FormattableString line in lines)
        {
            text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }

        File.WriteAllText(path, text.ToString());
    }
}
