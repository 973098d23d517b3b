using System.CommandLine;
using AttentionDsl.Runtime;
using Spectre.Console;

namespace AttentionDsl.Gallery.Commands;

/// <summary><c>show</c>: declarations as data.</summary>
internal static class ShowCommand
{
    // Sizes that layers are trained with; sizes and counts are stated for them.
    private const int K = 128, V = 128, Chunk = 16;

    public static Command Create(SharedOptions shared)
    {
        var name = new Argument<string?>("NAME") { Description = "A variant, by its own name or one it was published as; all if left out.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("show", "Shows a declaration, its recurrence, the algorithm chosen for it and why, and what it costs.") { name };
        command.SetAction(result => Gallery.Guard(() => Run(shared.Variants(result, result.GetValue(name)), result.GetValue(name) is null)));
        return command;
    }

    private static int Run(IReadOnlyList<IVariant> variants, bool overview)
    {
        if (overview)
        {
            ShowAll(variants);
        }
        else
        {
            foreach (IVariant variant in variants)
            {
                Show(variant.Description);
            }
        }

        return Gallery.Success;
    }

    private static void ShowAll(IReadOnlyList<IVariant> variants)
    {
        Table table = Gallery.Table("variant", "lines", "axes", "state", "op/token", "published as");
        foreach (IVariant variant in variants)
        {
            VariantDescription d = variant.Description;
            table.AddRow(
                Markup.Escape(d.Name),
                $"{d.DeclaredLines}",
                Markup.Escape(d.Axes),
                Gallery.Bytes(StateBytes(d)),
                Gallery.Count(Operations(d)),
                Markup.Escape(string.Join(", ", d.PublishedAs.Select(x => x.Name).Distinct())));
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"state, op/token: of a head with {Size(false)}; op/token: floating-point operations of the chunk forward.");
        AnsiConsole.WriteLine("show NAME shows the declaration, its recurrence, the algorithm and why, and the tensors.");
    }

    private static void Show(VariantDescription d)
    {
        AnsiConsole.Write(new Rule(Markup.Escape(d.Name)).LeftJustified());
        AnsiConsole.MarkupLineInterpolated($"{d.Axes}; {d.DeclaredLines} lines\n");
        AnsiConsole.WriteLine(d.Declaration);
        Section("Recurrence", d.Recurrence);
        Section("Algorithm", d.Algorithm);
        Section(
            "Cost",
            $"A head with {Size(d.SeveralUpdates)}: state {Gallery.Bytes(StateBytes(d))}, {Gallery.Count(Operations(d))} floating-point operations a token in the chunk forward.");
        AnsiConsole.WriteLine();
        AnsiConsole.Write(Tensors(d));
    }

    private static Table Tensors(VariantDescription d)
    {
        Table table = Gallery.Table("tensor", "shape", "role");
        foreach (InputDescription input in d.Inputs)
        {
            string tokens = input.PerUpdate ? "T * n" : "T";
            table.AddRow(Markup.Escape(input.Name), Markup.Escape($"[B, {tokens}, heads{Axis(input.Channels)}]"), Markup.Escape(input.Gated ? $"{input.Role} (through a gate)" : input.Role));
        }

        foreach (ParameterDescription parameter in d.Parameters)
        {
            string shape = parameter.Channels == Channels.Single ? "[1]" : $"[heads{Axis(parameter.Channels)}]";
            table.AddRow(Markup.Escape(parameter.Name), Markup.Escape(shape), parameter.Learned ? "parameter" : "setting");
        }

        table.AddRow("state", Markup.Escape(d.Normalizer ? "[N, heads, K, V + 1]" : "[N, heads, K, V]"), d.Normalizer ? "float32; last column: the sum of keys" : "float32");
        table.AddRow("output", Markup.Escape(d.ReadsKeys ? "[B, T, heads, K]" : "[B, T, heads, V]"), "");
        return table;
    }

    private static void Section(string title, string text)
    {
        AnsiConsole.MarkupLineInterpolated($"\n[bold]{title}[/]");
        AnsiConsole.WriteLine(text);
    }

    private static long StateBytes(VariantDescription d) => sizeof(float) * (long)Width(d, Channels.Key) * (Width(d, Channels.Value) + (d.Normalizer ? 1 : 0));

    private static double Operations(VariantDescription d) =>
        d.ForwardOperations(new Sizes { K = Width(d, Channels.Key), V = Width(d, Channels.Value), Chunk = Chunk, Updates = d.SeveralUpdates ? 2 : 1 });

    // A variant without key channels has one.
    private static int Width(VariantDescription d, Channels channels) => !d.Inputs.Any(x => x.Channels == channels) ? 1 : channels == Channels.Key ? K : V;

    private static string Size(bool updates) => $"K = {K}, V = {V}, chunks of {Chunk}{(updates ? ", 2 updates a token" : "")}";

    private static string Axis(Channels channels) => channels switch { Channels.Key => ", K", Channels.Value => ", V", _ => "" };
}
