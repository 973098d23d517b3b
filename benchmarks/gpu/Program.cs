using System.CommandLine;
using System.Text.Json;
using AttentionDsl.Gpu;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;
using Spectre.Console;

var names = new Option<string[]>("--variants") { Description = "Variants; all of the comparison if left out.", AllowMultipleArgumentsPerToken = true };
var shapes = new Option<int[]>("--shapes") { Description = "Shapes by number, from 0.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [0, 1, 2] };
var rounds = new Option<int>("--rounds") { Description = "Repetitions of which the median counts.", DefaultValueFactory = _ => 20 };
var chunk = new Option<int?>("--chunk") { Description = "Tokens a chunk; the device's own choice if left out." };
var skipChecks = new Option<bool>("--no-check") { Description = "Times without holding the results against the oracle." };
var passes = new Option<bool>("--passes") { Description = "Also lists the time of every kernel." };
var json = new Option<string?>("--json") { Description = "Also writes the results to this file." };
var root = new RootCommand("Times generated kernels on a CUDA card beside what hand-written ones need.") { names, shapes, rounds, chunk, skipChecks, passes, json };
root.SetAction(result =>
{
    AnsiConsole.Profile.Width = 200;
    ComputeDevice device = ComputeDevice.Find("cuda");
    device.Compiling += text => Console.Error.WriteLine(text);
    Row[] rows = [.. Peers.Rows.Where(x => result.GetValue(names) is not { Length: > 0 } wanted || wanted.Contains(x.Variant))];
    Shape[] sizes = [.. result.GetValue(shapes)!.Select(x => Shape.All[x])];
    var report = new Report(device, result.GetValue(rounds), result.GetValue(chunk));
    if (!result.GetValue(skipChecks))
    {
        report.Check(rows);
    }

    report.Time(rows, sizes, result.GetValue(passes));
    report.Decode(rows);
    if (result.GetValue(json) is { } path)
    {
        File.WriteAllText(path, JsonSerializer.Serialize(report.Results, new JsonSerializerOptions { WriteIndented = true, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals }) + "\n");
    }

    return report.Failed ? 1 : 0;
});
return root.Parse(args).Invoke();
