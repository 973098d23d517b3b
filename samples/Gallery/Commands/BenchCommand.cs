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
        Table table = Gallery.Table("variant", "decode\ntok/s", "forward\ntok/s", "backward\ntok/s", "forward\nop/s");
        Gallery.ForEach("bench", variants, x => x.Description.Name, variant =>
        {
            SpeedReport speed = Speed.Of(variant, size, options, seconds);
            table.AddRow(
                Markup.Escape(variant.Description.Name),
                Gallery.Count(speed.Decode),
                Gallery.Count(speed.Forward),
                Gallery.Count(speed.Backward),
                Gallery.Count(speed.ForwardOperations));
        });

        AnsiConsole.WriteLine($"{size}, float32, {Placement.Describe(device)}; medians; op/s: floating-point operations of the chunk algorithm.");
        AnsiConsole.Write(table);
        return Gallery.Success;
    }
}
