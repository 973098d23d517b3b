using AttentionDsl.Lab.Reports;
using AttentionDsl.Lab.Training;
using Spectre.Console;

namespace AttentionDsl.Lab.Commands;

/// <summary>Trains an experiment and reports it.</summary>
internal static class TrainCommand
{
    /// <param name="experiment">The experiment.</param>
    /// <param name="seeds">Seeds.</param>
    /// <param name="threads">Runs at a time.</param>
    /// <param name="output">The folder of --out; null: only what is shown.</param>
    /// <param name="cancellation">Ctrl+C.</param>
    public static int Run(Experiment experiment, IReadOnlyList<ulong> seeds, int threads, string? output, CancellationToken cancellation)
    {
        OutputFolder? folder = output is null ? null : new(output);
        AnsiConsole.MarkupLineInterpolated($"[bold]{experiment.Name}[/]: {experiment.Claim}");
        AnsiConsole.MarkupLineInterpolated($"{experiment.Task.Summary}; {experiment.Task.Length} tokens; {experiment.Layers} layers of width {experiment.Width}, {experiment.Heads} heads; {experiment.Steps} steps of {experiment.Batch} sequences");
        IReadOnlyList<RunResult> results = Session.Run(experiment, seeds, threads, folder, cancellation);
        Summary.Print(experiment, results);
        if (folder is not null)
        {
            Files.Write(folder, experiment, results);
            Plots.Write(folder, experiment, results);
            string sweep = experiment.Task.Sweep.Any() ? ", sweep.csv, sweep.png" : "";
            AnsiConsole.MarkupLineInterpolated($"written to {output}: curves.csv, results.json, steps.png{sweep}, checkpoints");
        }

        return 0;
    }
}
