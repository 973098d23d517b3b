using System.Globalization;
using AttentionDsl.Lab.Training;
using Spectre.Console;

namespace AttentionDsl.Lab.Reports;

/// <summary>The table at the end, and whether what was expected came true.</summary>
internal static class Summary
{
    public static void Print(Experiment experiment, IReadOnlyList<RunResult> results)
    {
        var table = new Table().Border(TableBorder.Simple);
        bool language = experiment.Task.IsLanguage;
        foreach (string column in new[] { "mixers", "parameters", language ? "bits a byte" : "accuracy", "every seed", language ? "accuracy" : "steps to 90 %", "tokens/s", "" })
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        foreach (IGrouping<string, RunResult> runs in results.GroupBy(x => x.Mixers))
        {
            IReadOnlyList<RunResult> all = [.. runs];
            table.AddRow(
                Markup.Escape(runs.Key),
                Text($"{all[0].Parameters:n0}"),
                language ? Text($"{all.Average(Bits):0.000}") : Text($"{100 * all.Average(x => x.Accuracy):0.0} %"),
                string.Join("  ", all.Select(x => language ? Text($"{Bits(x):0.000}") : Text($"{100 * x.Accuracy:0.0}"))),
                language ? Text($"{100 * all.Average(x => x.Accuracy):0.0} %") : string.Join("  ", all.Select(x => x.Points.FirstOrDefault(y => y.Accuracy >= 0.9) is { } point ? Text($"{point.Step}") : "-")),
                Text($"{all.Average(x => x.TokensPerSecond):n0}"),
                Markup.Escape(string.Join(", ", all.Select(x => x.Note).Where(x => x.Length > 0).Distinct())));
        }

        AnsiConsole.Write(table);
        foreach ((string text, bool[] seeds) in Verdicts(experiment, results))
        {
            string colour = Array.TrueForAll(seeds, x => x) ? "green" : Array.Exists(seeds, x => x) ? "yellow" : "red";
            AnsiConsole.MarkupLine($"[{colour}]holds for {seeds.Count(x => x)} of {seeds.Length} seeds[/]: {Markup.Escape(text)}");
        }
    }

    /// <summary>For each expectation whether it holds, seed by seed.</summary>
    public static IEnumerable<(string Text, bool[] Seeds)> Verdicts(Experiment experiment, IReadOnlyList<RunResult> results) =>
        experiment.Expected.Select(expected => (expected.Text, results.GroupBy(x => x.Seed)
            .Select(seed => expected.Holds(name => seed.Single(x => x.Mixers == name))).ToArray()));

    private static double Bits(RunResult result) => result.Loss / Math.Log(2);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
