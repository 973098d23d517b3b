using System.Diagnostics;
using AttentionDsl.Runtime;

namespace AttentionDsl.Gpu;

/// <summary>What a form of a call took.</summary>
/// <param name="Milliseconds">Median of replays of its graph, or of its two.</param>
/// <param name="Bytes">Device memory at its peak: inputs, results and what the call needs beside them.</param>
/// <param name="Kernels">Each kernel's time, where asked for.</param>
/// <param name="Same">True if two runs gave the same bits.</param>
/// <param name="Kept">Bytes that stay from the forward to the backward.</param>
internal readonly record struct Timing(double Milliseconds, long Bytes, string Kernels, bool Same, long Kept = 0);

/// <summary>Calls of a variant at one size, their tensors on the card: bfloat16, but for log decays, which are float32.</summary>
internal sealed class Measurement : IDisposable
{
    // Random numbers are made for so many tokens, and repeated: times do not depend on it.
    private const int RandomTokens = 256;

    private readonly IVariant variant;
    private readonly Card card;
    private readonly RandomInputs random;
    private readonly List<Tensor> made = [];
    private readonly Tensor[] inputs;
    private readonly Tensor[] parameters;
    private readonly Tensor upstream;
    private readonly VariantShapes shapes;
    private readonly RunOptions options;
    private readonly long before;

    public Measurement(IVariant variant, Card card, CallSize size, int? chunk)
    {
        this.variant = variant;
        this.card = card;
        card.Workspace.Release();
        before = card.Pool.Used;
        options = new RunOptions { Device = card.Device, ChunkLength = chunk };
        random = new RandomInputs(variant.Description, size with { Batch = 1, Tokens = Math.Min(size.Tokens, RandomTokens) });
        inputs = [.. random.Inputs.Select((x, i) => Repeated(x, TypeOf(variant.Description.Inputs[i]), size))];
        parameters = [.. random.Parameters.Select(x => Kept(x.ToDevice(card.Device)))];
        shapes = variant.Shapes(inputs, options);
        upstream = Repeated(random.Like([1, Math.Min(size.Tokens, RandomTokens), .. shapes.Output[2..]]), DataType.BFloat16, size);
    }

    /// <summary>Bytes read and written if every tensor moves once: forward, or forward and backward.</summary>
    public double LeastBytes(bool both)
    {
        double given = inputs.Sum(x => (double)x.Bytes), output = upstream.Bytes;
        return both ? (3 * given) + (3 * output) : given + output;
    }

    /// <summary>Seconds of the first call of each form, which compiles its kernels; tokens do not matter.</summary>
    public (double Forward, double Backward, double Decode) FirstCalls()
    {
        double forward = Seconds(() => variant.Forward(inputs, parameters, null, options).Dispose());
        double backward = Seconds(() => variant.Backward(inputs, parameters, upstream, null, null, options).Dispose());
        using Tensor state = card.Device.Zeros(DataType.Float32, shapes.State.AsSpan());
        return (forward, backward, Seconds(() => variant.Decode(inputs, parameters, state, options).Dispose()));
    }

    public Timing Forward(int rounds, bool kernels)
    {
        card.Pool.ResetPeak();
        using Prepared<ForwardResult> call = variant.PrepareForward(inputs, parameters, null, options);
        double milliseconds = card.Median(rounds, call.Run);
        return new(milliseconds, card.Pool.Peak - before - upstream.Bytes, kernels ? card.Kernels(call.Run) : "", Same(call.Run, [call.Result.Output, call.Result.FinalState]));
    }

    /// <summary>A training step: the forward, and the backward that goes on from what it left.</summary>
    public Timing Training(int rounds, bool kernels)
    {
        card.Workspace.Release();
        card.Pool.ResetPeak();
        using PreparedTraining<BackwardResult> step = variant.PrepareTraining(inputs, parameters, upstream, null, null, options);
        double milliseconds = card.Median(rounds, Run);
        return new(
            milliseconds,
            card.Pool.Peak - before,
            kernels ? card.Kernels(Run) : "",
            Same(Run, [step.Result.Output, step.Result.FinalState, .. step.Gradients.All().OfType<Tensor>()]),
            step.KeptBytes);

        void Run()
        {
            step.Forward();
            step.Backward();
        }
    }

    /// <summary>The backward call, which computes of the forward what it needs.</summary>
    public Timing Backward(int rounds, bool kernels)
    {
        card.Pool.ResetPeak();
        using Prepared<BackwardResult> call = variant.PrepareBackward(inputs, parameters, upstream, null, null, options);
        double milliseconds = card.Median(rounds, call.Run);
        return new(milliseconds, card.Pool.Peak - before, kernels ? card.Kernels(call.Run) : "", Same(call.Run, [.. call.Result.All().OfType<Tensor>()]));
    }

    /// <summary>A decode step: one of several in a graph, each with states of its own, so that none finds them in a cache.</summary>
    public double Decode(int rounds, int sets)
    {
        Tensor[] states = [.. Enumerable.Range(0, sets).Select(_ => Kept(card.Device.Zeros(DataType.Float32, shapes.State.AsSpan())))];
        Prepared<Tensor>[] steps = [.. states.Select(x => variant.PrepareDecode(inputs, parameters, x, options))];
        using IPlan graph = card.Record(() =>
        {
            foreach (Prepared<Tensor> step in steps)
            {
                step.Run();
            }
        });
        double milliseconds = card.Median(rounds, graph.Run, cold: false) / sets;
        Array.ForEach(steps, x => x.Dispose());
        return milliseconds;
    }

    /// <summary>Bytes that a replay allocates on the host.</summary>
    public long Allocated()
    {
        using Prepared<ForwardResult> call = variant.PrepareForward(inputs, parameters, null, options);
        const int Warm = 5;
        for (int i = 0; i < Warm; i++)
        {
            call.Run();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread();
        call.Run();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        card.Device.Synchronize();
        return allocated;
    }

    /// <summary>The worst relative error of each form against the oracle on the same tensors; forward and backward are calls of their own and a training step.</summary>
    public (double Decode, double Forward, double Backward, string Worst) Errors()
    {
        Tensor[] given = [.. inputs.Select(x => Kept(x.ToHost()))];
        Tensor gradient = Kept(upstream.ToHost());
        using ForwardResult exact = variant.ReferenceForward(given, random.Parameters);
        using BackwardResult gradients = variant.ReferenceBackward(given, random.Parameters, gradient);
        using Tensor state = card.Device.Zeros(DataType.Float32, shapes.State.AsSpan());
        using Tensor decoded = variant.Decode(inputs, parameters, state, options);
        using ForwardResult forward = variant.Forward(inputs, parameters, null, options);
        using BackwardResult backward = variant.Backward(inputs, parameters, upstream, null, null, options);
        using PreparedTraining<BackwardResult> step = variant.PrepareTraining(inputs, parameters, upstream, null, null, options);
        step.Forward();
        step.Backward();
        string[] names = [.. variant.Description.Inputs.Select(x => x.Name), .. variant.Description.Parameters.Select(x => x.Name), "initial state"];
        (string worst, double error) = names.Zip(gradients.All(), backward.All()).Concat(names.Zip(gradients.All(), step.Gradients.All()))
            .Where(x => x.Second is not null)
            .Select(x => (x.First, Relative(x.Second!, x.Third!)))
            .MaxBy(x => double.IsNaN(x.Item2) ? double.PositiveInfinity : x.Item2);
        return (Outputs(decoded, state), Worse(Outputs(forward.Output, forward.FinalState), Outputs(step.Result.Output, step.Result.FinalState)), error, worst);

        double Outputs(Tensor output, Tensor final) => Worse(Relative(exact.Output, output), Relative(exact.FinalState, final));
    }

    public void Dispose()
    {
        random.Dispose();
        made.ForEach(x => x.Dispose());
    }

    private static DataType TypeOf(InputDescription input) => input.Role.StartsWith("log decay", StringComparison.Ordinal) ? DataType.Float32 : DataType.BFloat16;

    private static double Worse(double a, double b) => double.IsNaN(a) || a > b ? a : b;

    private static double Relative(Tensor exact, Tensor got)
    {
        using Tensor here = got.ToHost();
        double error = 0, norm = 0;
        for (long i = 0; i < exact.Count; i++)
        {
            error += (exact[i] - here[i]) * (exact[i] - here[i]);
            norm += exact[i] * exact[i];
        }

        return norm == 0 ? Math.Sqrt(error) : Math.Sqrt(error / norm);
    }

    private double Seconds(Action call)
    {
        long start = Stopwatch.GetTimestamp();
        call();
        card.Device.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private bool Same(Action run, Tensor[] results)
    {
        Tensor[] first = [.. results.Select(x => x.Clone())];
        run();
        bool same = results.Zip(first).All(x => card.Same(x.First, x.Second));
        Array.ForEach(first, x => x.Dispose());
        return same;
    }

    /// <summary>The tensor on the card, as often as the batch and its tokens need.</summary>
    private Tensor Repeated(Tensor tensor, DataType type, CallSize size)
    {
        using Tensor cast = tensor.Cast(type);
        using Tensor once = cast.ToDevice(card.Device);
        Tensor whole = Kept(card.Device.Zeros(type, [size.Batch, tensor.Shape[1] / Math.Min(size.Tokens, RandomTokens) * size.Tokens, .. tensor.Shape[2..]]));
        for (long at = 0; at < whole.Bytes; at += once.Bytes)
        {
            Tensor.Copy(once, 0, whole, at, Math.Min(once.Bytes, whole.Bytes - at));
        }

        return whole;
    }

    private Tensor Kept(Tensor tensor)
    {
        made.Add(tensor);
        return tensor;
    }
}
