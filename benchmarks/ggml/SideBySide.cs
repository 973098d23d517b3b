using AttentionDsl.Benchmarks.Cpu;
using AttentionDsl.Runtime;

namespace AttentionDsl.Benchmarks.Ggml;

/// <summary>Calls of ours and of ggml on the same tensors, by turns: results are compared before anything is timed.</summary>
internal sealed class SideBySide(int threads, double seconds)
{
    // Single precision over 2048 tokens: sums in another order.
    private const double Allowed = 1e-5;

    // States in turn, so that none is in a cache.
    private const long StateBytes = 64L << 20;

    /// <summary>False once results differed.</summary>
    public bool Agrees { get; private set; } = true;

    /// <summary>A sequence from an initial state; the final one is written.</summary>
    public void Prefill(string name, IVariant variant, OperatorKind kind, CallSize size)
    {
        using var random = new RandomInputs(variant.Description, size);
        using Tensor state = random.State(variant.Description, variant.Shapes(random.Inputs));
        using Prepared<ForwardResult> ours = variant.PrepareForward(random.Inputs, random.Parameters, state);
        using var theirs = new Operator(kind, size, threads);
        theirs.Fill(random.Inputs, state.AsSpan<float>());
        ours.Run();
        theirs.Run();
        (double output, double ofState) = theirs.Differences(ours.Result.Output, ours.Result.FinalState);
        (double own, double ratio) = Clock.Beside(seconds, ours.Run, theirs.Run);
        Report($"{name}, prefill T {size.Tokens} H {size.Heads} D {size.K}", "ms", 1e3, own, ratio, Math.Max(output, ofState), "");
    }

    /// <summary>A token; states of <see cref="StateBytes"/> in turn.</summary>
    public void Decode(string name, IVariant variant, OperatorKind kind, CallSize size)
    {
        int channels = size.K, elements = size.Heads * channels * channels, pool = (int)(StateBytes / sizeof(float) / elements);
        using var random = new RandomInputs(variant.Description, size);
        using Tensor states = random.Like([pool, size.Heads, channels, channels]);
        var ours = new Prepared<Tensor>[pool];
        var theirs = new Operator[pool];
        for (int i = 0; i < pool; i++)
        {
            ours[i] = variant.PrepareDecode(random.Inputs, random.Parameters, states, new RunOptions { StateSlots = [i] });
            theirs[i] = new Operator(kind, size, threads);
            theirs[i].Fill(random.Inputs, states.AsSpan<float>().Slice(i * elements, elements));
        }

        ours[0].Run();
        theirs[0].Run();
        (double output, _) = theirs[0].Differences(ours[0].Result, null);
        int own = 0, other = 0;
        (double time, double ratio) = Clock.Beside(seconds, () => ours[own++ % pool].Run(), () => theirs[other++ % pool].Run());
        using var copy = new CopyLoop(threads, (long)elements * sizeof(float));
        (_, double copies) = Clock.Beside(seconds / 2, () => ours[own++ % pool].Run(), copy.Run);
        Report($"{name}, decode H {size.Heads} D {channels}", "us", 1e6, time, ratio, output, $", {1 / copies:p0} of a copy's rate");
        Array.ForEach(ours, x => x.Dispose());
        Array.ForEach(theirs, x => x.Dispose());
    }

    private void Report(string name, string unit, double scale, double own, double ratio, double difference, string more)
    {
        bool agrees = difference <= Allowed;
        Agrees &= agrees;
        Console.WriteLine($"{name,-62} ours {own * scale,8:f2} {unit}, ggml {own / ratio * scale,8:f2}, ratio {1 / ratio,5:f2}{more}; results {(agrees ? "differ" : "DIFFER")} by {difference:e1}");
    }
}
