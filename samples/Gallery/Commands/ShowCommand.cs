using AttentionDsl.Runtime;
using Spectre.Console;

namespace AttentionDsl.Gallery.Commands;

/// <summary><c>show</c>: declarations as data.</summary>
internal static class ShowCommand
{
    public static int Run(string? name)
    {
        if (name is null)
        {
            Table table = Gallery.Table("variant", "lines", "axes", "published as");
            foreach (IVariant variant in Gallery.Named(null))
            {
                VariantDescription d = variant.Description;
                table.AddRow(Markup.Escape(d.Name), $"{d.DeclaredLines}", Markup.Escape(d.Axes), Markup.Escape(string.Join(", ", d.PublishedAs.Select(x => x.Name).Distinct())));
            }

            AnsiConsole.Write(table);
            return Gallery.Success;
        }

        foreach (IVariant variant in Gallery.Named(name))
        {
            Show(variant.Description);
        }

        return Gallery.Success;
    }

    private static void Show(VariantDescription d)
    {
        AnsiConsole.Write(new Rule(Markup.Escape(d.Name)).LeftJustified());
        AnsiConsole.MarkupLineInterpolated($"{d.Axes}; {d.DeclaredLines} lines\n");
        AnsiConsole.WriteLine(d.Declaration);
        Section("Recurrence", d.Recurrence);
        Section("Algorithm", d.Algorithm);

        Table table = Gallery.Table("tensor", "shape", "role");
        foreach (InputDescription input in d.Inputs)
        {
            string tokens = input.PerUpdate ? "T * n" : "T";
            table.AddRow(Markup.Escape(input.Name), Markup.Escape($"[B, {tokens}, heads{Axis(input.Channels)}]"), Markup.Escape(input.Role));
        }

        foreach (ParameterDescription parameter in d.Parameters)
        {
            string shape = parameter.Channels == Channels.Single ? "[1]" : $"[heads{Axis(parameter.Channels)}]";
            table.AddRow(Markup.Escape(parameter.Name), Markup.Escape(shape), parameter.Learned ? "parameter" : "setting");
        }

        table.AddRow("state", Markup.Escape(d.Normalizer ? "[N, heads, K, V + 1]" : "[N, heads, K, V]"), d.Normalizer ? "last column: the sum of keys" : "");
        table.AddRow("output", Markup.Escape(d.ReadsKeys ? "[B, T, heads, K]" : "[B, T, heads, V]"), "");
        AnsiConsole.WriteLine();
        AnsiConsole.Write(table);
    }

    private static void Section(string title, string text)
    {
        AnsiConsole.MarkupLineInterpolated($"\n[bold]{title}[/]");
        AnsiConsole.WriteLine(text);
    }

    private static string Axis(Channels channels) => channels switch { Channels.Key => ", K", Channels.Value => ", V", _ => "" };
}
