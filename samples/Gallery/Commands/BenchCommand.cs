using AttentionDsl.Gallery.Measure;
using AttentionDsl.Runtime;
using Spectre.Console;

namespace AttentionDsl.Gallery.Commands;

/// <summary><c>bench</c>: tokens per second at chosen sizes.</summary>
internal static class BenchCommand
{
    public static int Run(string? name, string device, CallSize size, double seconds)
    {
        IReadOnlyList<IVariant> variants = Gallery.Named(name);
        RunOptions options = Placement.On(device)(new RunOptions());
        Table table = Gallery.Table("variant", "decode tok/s", "forward tok/s", "backward tok/s", "forward op/s");
        AnsiConsole.Progress().AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask("bench", maxValue: variants.Count);
            foreach (IVariant variant in variants)
            {
                task.Description = Markup.Escape(variant.Description.Name);
                SpeedReport speed = Speed.Of(variant, size, options, seconds);
                table.AddRow(
                    Markup.Escape(variant.Description.Name),
                    Gallery.Count(speed.Decode),
                    Gallery.Count(speed.Forward),
                    Gallery.Count(speed.Backward),
                    Gallery.Count(2 * speed.ForwardOperations));
                task.Increment(1);
            }
        });
        AnsiConsole.MarkupLineInterpolated($"B {size.Batch}, T {size.Tokens}, H {size.Heads}, K {size.K}, V {size.V}, float32, device {device}");
        AnsiConsole.Write(table);
        return Gallery.Success;
    }
}
