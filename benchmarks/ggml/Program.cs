using System.CommandLine;
using AttentionDsl;
using AttentionDsl.Benchmarks.Cpu;
using AttentionDsl.Benchmarks.Ggml;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;

// Prefill and decode beside ggml's operators for the same recurrence, calls by turns in one process; see docs/performance.md. On one core:
// taskset -c 1 with --threads 1.
var library = new Argument<string>("LIBRARY") { Description = "What native/CMakeLists.txt builds: libattention_ggml.so." };
var threads = new Option<int>("--threads") { Description = "Threads of ggml; ours are as many as there are processors for this process.", DefaultValueFactory = _ => Environment.ProcessorCount };
var seconds = new Option<double>("--seconds") { Description = "For every figure.", DefaultValueFactory = _ => 1 };
var root = new RootCommand("Times the host backend beside ggml's GATED_DELTA_NET and RWKV_WKV7.") { library, threads, seconds };
root.SetAction(result =>
{
    try
    {
        Operator.Load(result.GetValue(library)!);
    }
    catch (ArgumentException exception)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }

    var comparison = new SideBySide(result.GetValue(threads), result.GetValue(seconds));
    (string Name, IVariant Variant, OperatorKind Kind)[] rows =
    [
        ("Gated DeltaNet | GATED_DELTA_NET", GatedDeltaRule.Variant, OperatorKind.GatedDeltaNet),
        ("KDA | GATED_DELTA_NET", KimiDeltaRule.Variant, OperatorKind.GatedDeltaNetOfChannels),
        ("KDA | RWKV_WKV7", KimiDeltaRule.Variant, OperatorKind.Wkv7),
    ];
    foreach ((string name, IVariant variant, OperatorKind kind) in rows)
    {
        comparison.Prefill(name, variant, kind, new CallSize(1, 2048, 4, 64, 64));
        comparison.Prefill(name, variant, kind, new CallSize(1, 2048, 16, 128, 128));
        foreach (int channels in new[] { 64, 128 })
        {
            comparison.Decode(name, variant, kind, new CallSize(1, 1, 16, channels, channels));
            comparison.Decode(name, variant, kind, new CallSize(1, 1, 32, channels, channels));
        }
    }

    return comparison.Agrees ? 0 : 1;
});
return root.Parse(args).Invoke();
