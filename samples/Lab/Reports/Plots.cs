using AttentionDsl.Lab.Training;
using ScottPlot;

namespace AttentionDsl.Lab.Reports;

/// <summary>The numbers as pictures (PNG).</summary>
internal static class Plots
{
    private const int Width = 760, Height = 480;

    /// <summary>Accuracy (language: bits a byte) over steps, and over what the task sweeps.</summary>
    public static void Write(OutputFolder folder, Experiment experiment, IReadOnlyList<RunResult> results)
    {
        bool language = experiment.Task.IsLanguage;
        Save(
            folder.Report("steps.png"),
            $"{experiment.Task.Name}: {experiment.Task.Summary}",
            "training steps",
            language ? "bits a byte" : "accuracy",
            results.SelectMany(x => x.Points.Select(y => (x.Mixers, x.Seed, (double)y.Step, language ? y.Loss / Math.Log(2) : y.Accuracy))),
            share: !language);
        if (results.SelectMany(x => x.Sweep).FirstOrDefault() is { } first)
        {
            Save(
                folder.Report("sweep.png"),
                $"{experiment.Task.Name}: trained on {experiment.Task.Summary}",
                first.Axis,
                "accuracy",
                results.SelectMany(x => x.Sweep.Select(y => (x.Mixers, x.Seed, (double)y.Value, y.Accuracy))),
                share: true);
        }
    }

    /// <summary>A picture with a colour for each name: thin lines for the seeds, a thick line for their mean where all have a point.</summary>
    public static void Save(
        string path, string title, string x, string y, IEnumerable<(string Name, ulong Seed, double X, double Y)> points, bool share = false, bool logarithmic = false)
    {
        using var plot = new Plot();
        plot.Title(title, 13);
        plot.XLabel(x);
        plot.YLabel(y);
        IPalette palette = new ScottPlot.Palettes.Category10();
        int index = 0;
        foreach (var named in points.GroupBy(p => p.Name))
        {
            Color colour = palette.GetColor(index++);
            var seeds = named.GroupBy(p => p.Seed).ToArray();
            if (seeds.Length > 1)
            {
                foreach (var seed in seeds)
                {
                    Line(seed.Select(p => (p.X, p.Y)), colour.WithAlpha(0.3), 1);
                }
            }

            // A run that ended early stays where it ended.
            double[] xs = [.. named.Select(p => p.X).Distinct().Order()];
            var line = Line(xs.Select(at => (at, seeds.Average(seed => (seed.LastOrDefault(p => p.X <= at) is { Name: not null } p ? p : seed.First()).Y))), colour, 2.5f);
            line.LegendText = named.Key;
        }

        if (share)
        {
            plot.Axes.SetLimitsY(0, 1.03);
        }

        if (logarithmic)
        {
            plot.Axes.Bottom.TickGenerator = LogTicks();
            plot.Axes.Left.TickGenerator = LogTicks();
        }

        plot.Legend.Orientation = Orientation.Horizontal;
        plot.ShowLegend(Edge.Bottom);
        plot.SavePng(path, Width, Height);

        ScottPlot.Plottables.Scatter Line(IEnumerable<(double X, double Y)> line, Color colour, float width)
        {
            (double X, double Y)[] all = [.. line];
            var scatter = plot.Add.Scatter(
                all.Select(p => logarithmic ? Math.Log10(p.X) : p.X).ToArray(), all.Select(p => logarithmic ? Math.Log10(p.Y) : p.Y).ToArray(), colour);
            scatter.LineWidth = width;
            scatter.MarkerSize = width > 1 && all.Length < 12 ? 6 : 0;
            return scatter;
        }
    }

    private static ScottPlot.TickGenerators.NumericAutomatic LogTicks() => new()
    {
        MinorTickGenerator = new ScottPlot.TickGenerators.LogMinorTickGenerator(),
        IntegerTicksOnly = true,
        LabelFormatter = x => Math.Pow(10, x).ToString("#,0.###", System.Globalization.CultureInfo.InvariantCulture),
    };
}
