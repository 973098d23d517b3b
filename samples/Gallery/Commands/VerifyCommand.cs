using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using AttentionDsl.Gallery.Golden;
using AttentionDsl.Runtime;
using Spectre.Console;

namespace AttentionDsl.Gallery.Commands;

/// <summary><c>verify</c>: variants against files of test vectors.</summary>
internal static class VerifyCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Command Create(SharedOptions shared)
    {
        var directory = new Argument<string>("DIR") { Description = "A folder of .safetensors files with test vectors, or one file." };
        var json = new Option<string?>("--json") { Description = "Also writes the results to this file.", HelpName = "FILE" };
        var strict = new Option<bool>("--strict") { Description = "Files of unknown variants are failures." };
        var all = new Option<bool>("--all") { Description = "Lists every tensor, not only the worst of a pass and what failed." };
        var number = new Option<string>("--dtype") { Description = "Gives inputs in this type where it holds them exactly.", DefaultValueFactory = _ => "fp32" };
        number.AcceptOnlyFromAmong("fp32", "bf16", "fp16");
        var command = new Command("verify", "Holds decode, forward and backward against files of test vectors.") { directory, json, strict, all, number };
        command.SetAction(result => Gallery.Guard(() => Run(
            result.GetValue(directory)!, shared.Variants(result), shared.Device(result), result.GetValue(json), result.GetValue(strict), result.GetValue(all), ToleranceOf(result.GetValue(number)!))));
        return command;
    }

    private static int Run(string path, IReadOnlyList<IVariant> variants, string device, string? json, bool strict, bool all, Tolerance tolerance)
    {
        string[] files = Files(path);
        var verifier = new Verifier(variants, Placement.On(device), tolerance);
        var reports = new List<CaseReport>();
        Gallery.ForEach("verify", files, x => Path.GetFileName(x), file => reports.Add(verifier.Verify(file)));
        Print(reports, all);
        if (json is not null)
        {
            File.WriteAllText(json, JsonSerializer.Serialize(reports, Json) + "\n");
        }

        bool failed = reports.Exists(x => x.Outcome == Outcome.Failed || (strict && x.Outcome == Outcome.Unknown));
        return failed ? Gallery.Failure : Gallery.Success;
    }

    private static Tolerance ToleranceOf(string number) => number switch
    {
        "bf16" => Tolerance.SixteenBit(DataType.BFloat16),
        "fp16" => Tolerance.SixteenBit(DataType.Float16),
        _ => Tolerance.Single,
    };

    private static string[] Files(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new ArgumentException($"{path}: expected a folder of .safetensors files, or one such file, but there is nothing of this name.");
        }

        string[] files = [.. Directory.EnumerateFiles(path, "*.safetensors").Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new ArgumentException($"{path}: expected .safetensors files in this folder, but there are none.");
    }

    private static void Print(List<CaseReport> reports, bool all)
    {
        Table table = Gallery.Table("file", "variant", "pass", "tensor", "rel. rms", "max abs", "allowed", "");
        foreach (CaseReport report in reports.Where(x => x.Outcome != Outcome.Unknown))
        {
            string file = Markup.Escape(report.File), variant = Markup.Escape(report.Variant);
            foreach (Comparison x in Chosen(report.Comparisons, all))
            {
                table.AddRow(
                    file, variant, x.Pass, Markup.Escape(x.Tensor), $"[{(x.Passed ? "green" : "red")}]{Gallery.Number(x.Relative)}[/]", Gallery.Number(x.Absolute), Gallery.Number(x.Tolerance), x.Passed ? "" : "[red]FAIL[/]");
                (file, variant) = ("", "");
            }
        }

        if (table.Rows.Count > 0)
        {
            AnsiConsole.Write(table);
        }

        foreach (CaseReport report in reports)
        {
            foreach (Comparison x in report.Comparisons.Where(x => x.Note.Length > 0))
            {
                AnsiConsole.MarkupLineInterpolated($"{report.File} {x.Pass} {x.Tensor}: {x.Note}");
            }
        }

        foreach (CaseReport report in reports.Where(x => x.Outcome == Outcome.Failed && x.Message.Length > 0))
        {
            // What is wrong with a file already names it.
            string file = report.Message.Contains(report.File, StringComparison.Ordinal) ? "" : $"{report.File}: ";
            AnsiConsole.MarkupLineInterpolated($"[red]error[/] {file}{report.Message}");
        }

        foreach (CaseReport report in reports.Where(x => x.Outcome == Outcome.Unknown))
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]unknown[/] {report.File}: {report.Message}");
        }

        foreach (var pass in reports.SelectMany(x => x.Comparisons.Select(y => (x.File, Of: y))).GroupBy(x => x.Of.Pass))
        {
            (string file, Comparison worst) = pass.MaxBy(x => x.Of.Relative / x.Of.Tolerance);
            AnsiConsole.MarkupLineInterpolated($"{pass.Key}: the worst of {pass.Count()} tensors is {worst.Tensor} of {file}, {Gallery.Number(worst.Relative)} of {Gallery.Number(worst.Tolerance)}");
        }

        int Count(Outcome outcome) => reports.Count(x => x.Outcome == outcome);
        AnsiConsole.MarkupLineInterpolated($"{Count(Outcome.Passed)} passed, {Count(Outcome.Failed)} failed, {Count(Outcome.Unknown)} of unknown variants");
    }

    private static IEnumerable<Comparison> Chosen(IReadOnlyList<Comparison> comparisons, bool all) => all
        ? comparisons
        : comparisons.GroupBy(x => x.Pass).SelectMany(pass =>
        {
            Comparison worst = pass.MaxBy(x => x.Relative / x.Tolerance)!;
            return pass.Where(x => !x.Passed || ReferenceEquals(x, worst));
        });
}
