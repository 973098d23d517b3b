using System.Diagnostics;
using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery.Measure;

/// <summary>Tokens per second of the three forms.</summary>
/// <param name="Decode">Of decode: one token a sequence and call.</param>
/// <param name="Forward">Of the chunk forward.</param>
/// <param name="Backward">Of the chunk backward.</param>
/// <param name="ForwardOperations">Floating-point operations per second of the chunk forward, as the description of the variant counts them.</param>
internal sealed record SpeedReport(double Decode, double Forward, double Backward, double ForwardOperations);

/// <summary>Measures speed of prepared calls. Every figure is the median of the runs that fit the time, after one that compiles.</summary>
internal static class Speed
{
    public static SpeedReport Of(IVariant variant, CallSize size, RunOptions options, double seconds)
    {
        using var whole = new RandomInputs(variant.Description, size);
        using var token = new RandomInputs(variant.Description, size with { Tokens = 1 });
        VariantShapes shapes = variant.Shapes(whole.Inputs, options);
        using Tensor state = whole.Like(shapes.State);
        using Tensor upstream = whole.Like(shapes.Output);
        double decode = Median(seconds, variant.PrepareDecode(token.Inputs, token.Parameters, state, options));
        double forward = Median(seconds, variant.PrepareForward(whole.Inputs, whole.Parameters, null, options));
        double backward = Median(seconds, variant.PrepareBackward(whole.Inputs, whole.Parameters, upstream, null, null, options));
        double operations = variant.Description.ForwardOperations(new Sizes { K = shapes.K, V = shapes.V, Chunk = options.ChunkLength ?? 16, Updates = shapes.Updates });
        return new SpeedReport(size.Batch / decode, shapes.Tokens / forward, shapes.Tokens / backward, operations * shapes.Heads * shapes.Tokens / forward);
    }

    private static double Median<TResult>(double seconds, Prepared<TResult> call)
        where TResult : class
    {
        using Prepared<TResult> owned = call;
        call.Run();
        var times = new List<double>();
        var all = Stopwatch.StartNew();
        do
        {
            long start = Stopwatch.GetTimestamp();
            call.Run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (all.Elapsed.TotalSeconds < seconds);

        times.Sort();
        return times[times.Count / 2];
    }
}
