using System.CommandLine;
using AttentionDsl.Gallery.Measure;
using AttentionDsl.Runtime;
using Spectre.Console;

namespace AttentionDsl.Gallery.Commands;

/// <summary>No command: every variant, each form against the oracle, and how fast it is.</summary>
internal static class TourCommand
{
    private static readonly CallSize Compared = new(2, 150, 2, 32, 32);
    private static readonly CallSize Timed = new(1, 1024, 4, 64, 64);

    public static RootCommand Create(SharedOptions shared)
    {
        var root = new RootCommand("Recurrent attention variants, each declared once. Without a command: runs all of them against the double-precision oracle.");
        shared.AddTo(root);
        root.SetAction(result => Gallery.Guard(() => Run(shared.Variants(result), shared.Device(result))));
        return root;
    }

    private static int Run(IReadOnlyList<IVariant> variants, string device)
    {
        RunOptions options = Placement.On(device)(new RunOptions());
        Table table = Gallery.Table("variant", "lines", "decode", "forward", "backward", "differences", "decode\ntok/s", "forward\ntok/s", "backward\ntok/s");
        var failed = new List<CheckReport>();
        Gallery.ForEach("variants", variants, x => x.Description.Name, variant =>
        {
            CheckReport report = variant.Check(Compared, options);
            SpeedReport speed = Speed.Of(variant, Timed, options, 0.3);
            table.AddRow(
                Markup.Escape(variant.Description.Name),
                $"{variant.Description.DeclaredLines}",
                Worst(report, "decode"),
                Worst(report, "forward"),
                Worst(report, "backward"),
                Worst(report, "differences"),
                Gallery.Count(speed.Decode),
                Gallery.Count(speed.Forward),
                Gallery.Count(speed.Backward));
            if (!report.Passed)
            {
                failed.Add(report);
            }
        });

        AnsiConsole.WriteLine("Each variant is one declaration; decode, chunk forward and chunk backward are generated from it.");
        AnsiConsole.WriteLine($"Errors: worst relative rms against the double-precision recurrence ({Compared}); differences: its gradients against central differences.");
        AnsiConsole.WriteLine($"Speed: {Timed}, float32, {Placement.Describe(device)}.");
        AnsiConsole.Write(table);
        failed.ForEach(x => AnsiConsole.WriteLine(x.ToString()));
        AnsiConsole.MarkupLine(failed.Count == 0
            ? $"[green]all {variants.Count} agree with the oracle[/]"
            : $"[red]{failed.Count} of {variants.Count} do not agree with the oracle[/]");
        return failed.Count == 0 ? Gallery.Success : Gallery.Failure;
    }

    private static string Worst(CheckReport report, string pass)
    {
        string number = Gallery.Number(report.Worst(pass));
        return report.Comparisons.Any(x => x.Pass == pass && !x.Passed) ? $"[red]{number}[/]" : $"[green]{number}[/]";
    }
}
