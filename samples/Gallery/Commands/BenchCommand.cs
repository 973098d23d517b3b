using System.CommandLine;
using AttentionDsl.Gallery.Measure;
using AttentionDsl.Runtime;
using Spectre.Console;

namespace AttentionDsl.Gallery.Commands;

/// <summary><c>bench</c>: tokens per second at chosen sizes.</summary>
internal static class BenchCommand
{
    public static Command Create(SharedOptions shared)
    {
        var name = new Argument<string?>("NAME") { Description = "A variant; all if left out.", Arity = ArgumentArity.ZeroOrOne };
        Option<int> batch = Size("--batch", "Sequences.", 1), tokens = Size("--tokens", "Tokens of a sequence.", 2048), heads = Size("--heads", "Heads.", 8),
            channels = Size("--channels", "Key channels and value channels of a head.", 128);
        var seconds = new Option<double>("--seconds") { Description = "Time for each figure.", DefaultValueFactory = _ => 1 };
        var command = new Command("bench", "Measures tokens per second of decode, forward and backward.") { name, batch, tokens, heads, channels, seconds };
        command.SetAction(result => Gallery.Guard(() => Run(
            shared.Variants(result, result.GetValue(name)),
            shared.Device(result),
            new(result.GetValue(batch), result.GetValue(tokens), result.GetValue(heads), result.GetValue(channels), result.GetValue(channels)),
            result.GetValue(seconds))));
        return command;
    }

    private static Option<int> Size(string name, string description, int usual)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int number) && number < 1)
            {
                result.AddError($"{name}: expected a number from 1 on, but got {number}.");
            }
        });
        return option;
    }

    private static int Run(IReadOnlyList<IVariant> variants, string device, CallSize size, double seconds)
    {
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

        AnsiConsole.WriteLine($"{size}, float32, {Placement.Describe(device)}; medians; op/s: floating-point operations of the algorithm with chunks of 16.");
        AnsiConsole.Write(table);
        return Gallery.Success;
    }
}
