using System.CommandLine;
using AttentionDsl.Gallery.Commands;

var device = new Option<string>("--device") { Description = "Where kernels run.", DefaultValueFactory = _ => "auto", Recursive = true };
device.AcceptOnlyFromAmong(AttentionDsl.Gallery.Placement.Names);

var root = new RootCommand("Recurrent attention variants, each declared once. Without a command: runs all of them against the double-precision oracle.") { device };
root.SetAction(result => Gallery.Guard(() => TourCommand.Run(result.GetValue(device)!)));

var shown = new Argument<string?>("NAME") { Description = "A variant; all if left out.", Arity = ArgumentArity.ZeroOrOne };
var show = new Command("show", "Shows a declaration, its recurrence and the algorithm chosen for it.") { shown };
show.SetAction(result => Gallery.Guard(() => ShowCommand.Run(result.GetValue(shown))));

var directory = new Argument<string>("DIR") { Description = "A folder of .safetensors files with test vectors, or one file." };
var json = new Option<string?>("--json") { Description = "Also writes the results to this file." };
var strict = new Option<bool>("--strict") { Description = "Files of unknown variants are failures." };
var all = new Option<bool>("--all") { Description = "Lists every tensor, not only the worst of a pass and what failed." };
var verify = new Command("verify", "Holds decode, forward and backward against files of test vectors.") { directory, json, strict, all };
verify.SetAction(result => Gallery.Guard(() => VerifyCommand.Run(
    result.GetValue(directory)!, result.GetValue(device)!, result.GetValue(json), result.GetValue(strict), result.GetValue(all))));

var measured = new Argument<string?>("NAME") { Description = "A variant; all if left out.", Arity = ArgumentArity.ZeroOrOne };
var batch = new Option<int>("--batch") { Description = "Sequences.", DefaultValueFactory = _ => 1 };
var tokens = new Option<int>("--tokens") { Description = "Tokens of a sequence.", DefaultValueFactory = _ => 2048 };
var heads = new Option<int>("--heads") { Description = "Heads.", DefaultValueFactory = _ => 8 };
var channels = new Option<int>("--channels") { Description = "Key channels and value channels of a head.", DefaultValueFactory = _ => 128 };
var seconds = new Option<double>("--seconds") { Description = "Time for each figure.", DefaultValueFactory = _ => 1 };
var bench = new Command("bench", "Measures tokens per second of decode, forward and backward.") { measured, batch, tokens, heads, channels, seconds };
foreach (Option<int> size in new[] { batch, tokens, heads, channels })
{
    size.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < 1)
        {
            result.AddError($"{size.Name}: expected a number from 1 on, but got {result.GetValueOrDefault<int>()}.");
        }
    });
}

bench.SetAction(result => Gallery.Guard(() => BenchCommand.Run(
    result.GetValue(measured),
    result.GetValue(device)!,
    new(result.GetValue(batch), result.GetValue(tokens), result.GetValue(heads), result.GetValue(channels), result.GetValue(channels)),
    result.GetValue(seconds))));

root.Add(show);
root.Add(verify);
root.Add(bench);

ParseResult parsed = root.Parse(args);
int code = parsed.Invoke();
return parsed.Errors.Count > 0 ? Gallery.Fault : code;
