using System.CommandLine;
using AttentionDsl.Gpu;
using AttentionDsl.Runtime;

var names = new Option<string[]>("--variants") { Description = "Variants by name; those of the comparison if left out.", AllowMultipleArgumentsPerToken = true };
var shapes = new Option<int[]>("--shapes") { Description = "Shapes by number, from 0; none with -1.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [0, 1, 2] };
var rounds = new Option<int>("--rounds") { Description = "Repetitions of which the median counts.", DefaultValueFactory = _ => 20 };
var chunk = new Option<int?>("--chunk") { Description = "Tokens a chunk; the device's own choice if left out." };
var noCheck = new Option<bool>("--no-check") { Description = "Times without holding the results against the oracle first." };
var noDecode = new Option<bool>("--no-decode") { Description = "Leaves decode steps out." };
var passes = new Option<bool>("--passes") { Description = "Also lists the time of every kernel." };
var limit = new Option<double>("--time-limit") { Description = "Seconds after which no further row is begun.", DefaultValueFactory = _ => 3600 };
var json = new Option<string?>("--json") { Description = "Also writes the results to this file." };
var python = new Option<string>("--python") { Description = "The Python that may have flash-linear-attention: then it is timed, too.", DefaultValueFactory = _ => "python3" };
var noPeer = new Option<bool>("--no-peer") { Description = "Does not time it even so; published times stand in the tables." };
var rehearse = new Option<bool>("--rehearse") { Description = "Goes through everything at tiny sizes on the simulator: no time means anything." };
var compile = new Option<bool>("--compile") { Description = "Only compiles kernels to PTX and says how long that took: needs no card." };
var root = new RootCommand("Times generated kernels on a CUDA card beside what hand-written ones need.") { names, shapes, rounds, chunk, noCheck, noDecode, passes, limit, json, python, noPeer, rehearse, compile };
root.SetAction(result =>
{
    if (result.GetValue(compile))
    {
        Compilation.Report(result.GetValue(names) is { Length: > 0 } some ? some : ["GatedDeltaNet", "KimiDelta", "Rwkv7"]);
        return 0;
    }

    bool tiny = result.GetValue(rehearse);
    ComputeDevice device = ComputeDevice.Find(tiny ? "simulator" : "cuda");
    using var card = new Card(device);
    string[] wanted = result.GetValue(names) is { Length: > 0 } given ? given : Peers.Usual;
    Row[] rows = [.. wanted.Select(x => Peers.Rows.FirstOrDefault(row => row.Variant == x)
        ?? throw new ArgumentException($"--variants: expected some of {string.Join(", ", Peers.Rows.Select(row => row.Variant))}, but got {x}."))];
    (LivePeer? live, string missing) = tiny || result.GetValue(noPeer) ? (null, "") : LivePeer.Start(result.GetValue(python)!);
    using LivePeer? peer = live;
    var report = new Report(card, peer, result.GetValue(rounds), result.GetValue(chunk), TimeSpan.FromSeconds(result.GetValue(limit)), result.GetValue(json));
    report.Heading(peer?.Versions ?? $"Peer: flash-linear-attention is not timed here{(missing.Length > 0 ? $" ({missing} is missing)" : "")}; its published times stand in the tables");
    if (!result.GetValue(noCheck))
    {
        // The last chunk has a single token.
        report.Check(rows, tiny ? Shape.Of(1, 20, 2, 16) : Shape.Of(1, 161, 2, 128));
    }

    Shape[] sizes = tiny ? [Shape.Of(2, 20, 1, 16)] : [.. result.GetValue(shapes)!.Where(x => x >= 0).Select(x => Shape.All[x])];
    report.Time(rows, sizes, result.GetValue(passes));
    if (!result.GetValue(noDecode))
    {
        report.Decode(rows, tiny ? [2] : Peers.DecodeBatches, tiny ? 1 : 16, tiny ? 16 : 128);
    }

    report.Close();
    return report.Failed ? 1 : 0;
});
return root.Parse(args).Invoke();
