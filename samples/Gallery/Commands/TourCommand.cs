using AttentionDsl.Gallery.Golden;
using AttentionDsl.Gallery.Measure;
using AttentionDsl.Runtime;
using Spectre.Console;

namespace AttentionDsl.Gallery.Commands;

/// <summary>No command: every variant, each form against the oracle, and how fast it is.</summary>
internal static class TourCommand
{
    private static readonly CallSize Compared = new(2, 150, 2, 32, 32);
    private static readonly CallSize Timed = new(1, 1024, 4, 64, 64);

    public static int Run(string device)
    {
        IReadOnlyList<IVariant> variants = Gallery.Named(null);
        RunOptions options = Placement.On(device)(new RunOptions());
        Table table = Gallery.Table("variant", "lines", "decode", "forward", "backward", "decode tok/s", "forward tok/s", "backward tok/s");
        bool passed = true;
        AnsiConsole.Progress().AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask("variants", maxValue: variants.Count);
            foreach (IVariant variant in variants)
            {
                VariantDescription d = variant.Description;
                task.Description = Markup.Escape(d.Name);
                AgreementReport agreement = Agreement.Of(variant, Compared, options);
                SpeedReport speed = Speed.Of(variant, Timed, options, 0.3);
                passed &= agreement.Passed;
                table.AddRow(
                    Markup.Escape(d.Name),
                    $"{d.DeclaredLines}",
                    Gallery.Colored(agreement.Decode, Errors.Forward),
                    Gallery.Colored(agreement.Forward, Errors.Forward),
                    Gallery.Colored(agreement.Backward, Errors.Gradient),
                    Gallery.Count(speed.Decode),
                    Gallery.Count(speed.Forward),
                    Gallery.Count(speed.Backward));
                task.Increment(1);
            }
        });

        AnsiConsole.MarkupLine("Each variant is one declaration; decode, chunk forward and chunk backward are generated from it.");
        AnsiConsole.MarkupLineInterpolated($"Errors: worst relative rms against the double-precision recurrence ({Describe(Compared)}). Speed: {Describe(Timed)}, float32.");
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine(passed ? $"[green]all {variants.Count} agree with the oracle[/]" : "[red]some do not agree with the oracle[/]");
        return passed ? Gallery.Success : Gallery.Failure;
    }

    private static string Describe(CallSize size) => $"B {size.Batch}, T {size.Tokens}, H {size.Heads}, K {size.K}, V {size.V}";
}
