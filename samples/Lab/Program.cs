using System.CommandLine;
using System.Globalization;
using AttentionDsl.Lab;
using AttentionDsl.Lab.Commands;
using AttentionDsl.Lab.Tasks;
using AttentionDsl.Lab.Training;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;

var output = new Option<string?>("--out") { Description = "A folder for CSV, JSON, plots and checkpoints. The same command resumes from it.", Recursive = true };
var seed = new Option<ulong[]>("--seed") { Description = "A seed, or several.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1], Recursive = true };
var threads = new Option<int>("--threads") { Description = "Runs at a time.", DefaultValueFactory = _ => Environment.ProcessorCount, Recursive = true };
var library = new Option<string?>("--variants") { Description = "Also take the variants declared in this assembly (.dll).", HelpName = "FILE", Recursive = true };

var task = new Option<string>("--task") { Description = "mqar, reassigned, episodes, palindrome, stacks, parity, counting or text.", DefaultValueFactory = _ => "mqar" };
var size = new Option<int?>("--size") { Description = "Pairs (mqar, reassigned, episodes), symbols (palindrome), stacks, modulus (counting)." };
var length = new Option<int?>("--length") { Description = "Tokens of a sequence (stacks, parity, counting, text)." };
var file = new Option<string?>("--file") { Description = "The text file of the task text." };
var mixers = new Option<string[]>("--mixers") { Description = "What to train: declared variants, softmax, window, or hybrids such as 3*KimiDelta+softmax:rope.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["GatedDeltaNet"] };
var width = new Option<int>("--width") { Description = "Channels of a token.", DefaultValueFactory = _ => 32 };
var layers = new Option<int>("--layers") { Description = "Blocks.", DefaultValueFactory = _ => 2 };
var heads = new Option<int>("--heads") { Description = "Heads.", DefaultValueFactory = _ => 1 };
var steps = new Option<int>("--steps") { Description = "Training steps.", DefaultValueFactory = _ => 1000 };
var batch = new Option<int>("--batch") { Description = "Sequences a step.", DefaultValueFactory = _ => 32 };
var rate = new Option<double>("--lr") { Description = "Learning rate.", DefaultValueFactory = _ => 0.01 };
var interval = new Option<int>("--interval") { Description = "Steps from one evaluation and checkpoint to the next.", DefaultValueFactory = _ => 100 };
foreach (Option<int> count in new[] { threads, width, layers, heads, steps, batch, interval })
{
    count.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < 1)
        {
            result.AddError($"{count.Name}: expected a number from 1 on, but got {result.GetValueOrDefault<int>()}.");
        }
    });
}

var root = new RootCommand("Trains small models with declared attention variants, side by side.") { output, seed, threads, library };
var train = new Command("train", "Trains models of your choice.") { task, size, length, file, mixers, width, layers, heads, steps, batch, rate, interval };
train.SetAction((result, cancellation) => Guard.Run(() =>
{
    var experiment = new Experiment
    {
        Name = "train",
        Claim = string.Join(" against ", result.GetValue(mixers)!),
        Task = TaskList.Make(result.GetValue(task)!, result.GetValue(size), result.GetValue(length), result.GetValue(file)),
        Mixers = result.GetValue(mixers)!,
        Known = Known(result),
        Width = result.GetValue(width),
        Layers = result.GetValue(layers),
        Heads = result.GetValue(heads),
        Steps = result.GetValue(steps),
        Batch = result.GetValue(batch),
        LearningRate = result.GetValue(rate),
        Interval = result.GetValue(interval),
    };
    return TrainCommand.Run(experiment, result.GetValue(seed)!, result.GetValue(threads), result.GetValue(output), cancellation);
}));
root.Add(train);

var decoded = new Option<string[]>("--mixers") { Description = "What to measure.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["softmax", "window=256", "KimiDelta", "3*KimiDelta+softmax"] };
var decode = new Command("decode", "Measures time and memory of one more token against the length of the context.") { decoded };
decode.SetAction((result, cancellation) => Guard.Run(() => DecodeCommand.Run(result.GetValue(decoded)!, Known(result), result.GetValue(output), cancellation)));
root.Add(decode);

foreach (Experiment preset in Presets.All)
{
    var command = new Command(preset.Name, $"{preset.Claim} (three seeds: at most {preset.Minutes.ToString(CultureInfo.InvariantCulture)} min on two idle cores).");
    command.SetAction((result, cancellation) => Guard.Run(() =>
        TrainCommand.Run(preset, result.GetValue(seed)!, result.GetValue(threads), result.GetValue(output), cancellation)));
    root.Add(command);
}

IReadOnlyList<IVariant> Known(ParseResult result) =>
    result.GetValue(library) is { } path ? [.. VariantAssembly.Read(path), .. AttentionDsl.Lab.Variants.All] : AttentionDsl.Lab.Variants.All;

return await root.Parse(args).InvokeAsync();
