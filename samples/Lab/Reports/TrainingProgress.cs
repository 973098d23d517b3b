using System.Diagnostics;
using System.Globalization;
using AttentionDsl.Lab.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AttentionDsl.Lab.Reports;

/// <summary>What is seen while models train: a bar for each, or lines where there is no terminal.</summary>
internal sealed class TrainingProgress
{
    private readonly IReadOnlyList<RunSettings> runs;
    private readonly ProgressTask[]? tasks;
    private readonly Clock[] clocks;

    private TrainingProgress(IReadOnlyList<RunSettings> runs, ProgressTask[]? tasks)
    {
        (this.runs, this.tasks) = (runs, tasks);
        clocks = [.. runs.Select(_ => new Clock())];
    }

    /// <summary>Shows progress while the work is done.</summary>
    public static void Show(IReadOnlyList<RunSettings> runs, Action<TrainingProgress> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            work(new TrainingProgress(runs, null));
            return;
        }

        AnsiConsole.Progress().AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new FiguresColumn(), new RemainingTimeColumn())
            .Start(context => work(new TrainingProgress(runs, [.. runs.Select(x => context.AddTask(Markup.Escape(x.Name), autoStart: false, maxValue: x.Steps))])));
    }

    /// <summary>A run has done a step.</summary>
    public void Step(int run, int step, double loss, RunResult result)
    {
        Clock clock = clocks[run];
        clock.Steps++;
        if (tasks is not null)
        {
            ProgressTask task = tasks[run];
            if (!task.IsStarted)
            {
                task.StartTask();
            }

            double tokens = (double)clock.Steps * runs[run].Batch * runs[run].Task.Length / clock.Watch.Elapsed.TotalSeconds;
            task.Value = step;
            task.State.Update<Figures>(FiguresColumn.Key, _ => new(loss, result.Accuracy, tokens));
        }
    }

    /// <summary>A run has ended, or was stopped.</summary>
    public void End(int run, RunResult result)
    {
        if (tasks is not null)
        {
            tasks[run].State.Update<Figures>(FiguresColumn.Key, _ => new(result.Loss, result.Accuracy, result.TokensPerSecond));
            tasks[run].Value = result.Finished ? runs[run].Steps : result.Step;
            tasks[run].StopTask();
        }
        else
        {
            Console.WriteLine($"{runs[run].Name}: step {result.Step}, {new Figures(result.Loss, result.Accuracy, result.TokensPerSecond)}{(result.Note.Length > 0 ? $", {result.Note}" : "")}");
        }
    }

    private readonly record struct Figures(double Loss, double Accuracy, double Tokens)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"loss {Loss,6:0.000}  acc {100 * Accuracy,5:0.0} %  {Tokens / 1000,5:0.0} k tok/s");
    }

    private sealed class Clock
    {
        public Stopwatch Watch { get; } = Stopwatch.StartNew();

        public int Steps { get; set; }
    }

    private sealed class FiguresColumn : ProgressColumn
    {
        public const string Key = "figures";

        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.State.Get<Figures>(Key) is { Loss: > 0 } figures ? figures.ToString() : "waiting");
    }
}
