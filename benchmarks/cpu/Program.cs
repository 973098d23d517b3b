using AttentionDsl;
using AttentionDsl.Benchmarks.Cpu;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;

// What the host backend reaches of what the machine can do; see docs/performance.md.
int threads = Environment.ProcessorCount;
Action peak = () => Machine.FusedMultiplyAdds(threads);
Console.WriteLine($"{threads} threads, {Machine.Operations(threads) / Clock.Median(0.3, peak) / 1e9:f0} GFLOP/s of fused multiply-adds");

Check(GatedDeltaNet.Variant, GatedDeltaRule.Variant, KimiDelta.Variant, KimiDeltaRule.Variant, Gla.Variant, Mamba2.Variant);

Console.WriteLine();
Console.WriteLine("T 2048, H 16, K = V = 128: milliseconds; floor: operations over peak, part of the peak reached");
Print<GatedDeltaNet.Kernels>(GatedDeltaNet.Variant);
Print<GatedDeltaRule.Kernels>(GatedDeltaRule.Variant);
Print<KimiDelta.Kernels>(KimiDelta.Variant);
Print<KimiDeltaRule.Kernels>(KimiDeltaRule.Variant);
Print<Gla.Kernels>(Gla.Variant);
Print<Mamba2.Kernels>(Mamba2.Variant);

Console.WriteLine();
Console.WriteLine("Prefill T 2048, H 4, K = V = 64, initial state read and final state written: milliseconds");
foreach (IVariant variant in new IVariant[] { GatedDeltaRule.Variant, KimiDeltaRule.Variant, Gla.Variant })
{
    using Case small = Case.Of(variant, new CallSize(1, 2048, 4, 64, 64));
    Console.WriteLine($"{variant.Description.Name,-16} {Clock.Median(0.5, small.Forward.Run) * 1e3,8:f2}");
}

Console.WriteLine();
Console.WriteLine("Decode, K = V = 128, 64 MiB or more of states in turn: microseconds a token, GB/s of state read and written, part of a copy's");
foreach (IVariant variant in new IVariant[] { GatedDeltaNet.Variant, GatedDeltaRule.Variant, KimiDelta.Variant, KimiDeltaRule.Variant, Gla.Variant, Mamba2.Variant })
{
    foreach (int heads in new[] { 16, 32 })
    {
        Decode(variant, heads);
    }
}

void Print<TKernels>(IVariant variant)
    where TKernels : IVariantKernels
{
    using Case large = Case.Of<TKernels>(variant, new CallSize(1, 2048, 16, 128, 128));
    var (forward, forwardPeaks) = Clock.Beside(1, large.Forward.Run, peak);
    var (backward, backwardPeaks) = Clock.Beside(1, large.Backward.Run, peak);
    double forwardShare = large.ForwardOperations / Machine.Operations(threads) / forwardPeaks;
    double backwardShare = large.BackwardOperations / Machine.Operations(threads) / backwardPeaks;
    Console.WriteLine(
        $"{variant.Description.Name,-16} forward {forward * 1e3,8:f2}, floor {forward * forwardShare * 1e3,6:f2}, {forwardShare,4:p0}; "
        + $"backward {backward * 1e3,8:f2}, floor {backward * backwardShare * 1e3,6:f2}, {backwardShare,4:p0}");
}

void Decode(IVariant variant, int heads)
{
    const int pool = 64;
    long bytes = heads * 128L * 128 * sizeof(float);
    using var token = new RandomInputs(variant.Description, new CallSize(1, 1, heads, 128, 128));
    using Tensor states = token.Like([pool, heads, 128, 128]);
    var calls = new Prepared<Tensor>[pool];
    for (int i = 0; i < pool; i++)
    {
        calls[i] = variant.PrepareDecode(token.Inputs, token.Parameters, states, new RunOptions { StateSlots = [i] });
    }

    // The copy stands beside every figure: a machine's memory is not the same from one second to the next.
    int next = 0;
    using var copy = new CopyLoop(threads, bytes);
    var (decode, copies) = Clock.Beside(0.5, () => calls[next++ % pool].Run(), copy.Run);
    Console.WriteLine($"{variant.Description.Name,-16} H {heads}: {decode * 1e6,7:f1} us, {2 * bytes / decode / 1e9,5:f1} GB/s, {1 / copies,4:p0} of a copy's");
    Array.ForEach(calls, x => x.Dispose());
}

void Check(params IVariant[] variants)
{
    foreach (IVariant variant in variants)
    {
        CheckReport report = variant.Check(new CallSize(1, 70, 2, 128, 128));
        Console.WriteLine($"{variant.Description.Name,-16} {(report.Passed ? "agrees with the oracle" : "DISAGREES with the oracle")}");
    }
}
