using AttentionDsl.Runtime;

namespace AttentionDsl.Gpu;

/// <summary>One call of a variant on the card: bfloat16 tensors, float32 log decays.</summary>
internal sealed class Measurement : IDisposable
{
    private readonly RandomInputs random;
    private readonly List<Tensor> made = [];
    private readonly IVariant variant;
    private readonly ComputeDevice device;

    public Measurement(IVariant variant, ComputeDevice device, CallSize size, int? chunk)
    {
        this.variant = variant;
        this.device = device;
        random = new RandomInputs(variant.Description, size);
        Inputs = [.. random.Inputs.Select((x, i) => variant.Description.Inputs[i].Role.StartsWith("log decay", StringComparison.Ordinal) ? x : Half(x))];
        Options = new RunOptions { Device = device, ChunkLength = chunk };
        Shapes = variant.Shapes(Inputs, Options);
        Upstream = Half(random.Like(Shapes.Output));
    }

    public Tensor[] Inputs { get; }

    public RunOptions Options { get; }

    public VariantShapes Shapes { get; }

    public Tensor Upstream { get; }

    private DeviceEngine Engine => (DeviceEngine)device.Engine;

    /// <summary>Bytes read and written if every tensor moves once: forward, or forward and backward.</summary>
    public double Bytes(bool both)
    {
        double inputs = Inputs.Sum(Size), output = Size(Upstream);
        return both ? (3 * inputs) + (3 * output) : inputs + output;
    }

    /// <summary>Median milliseconds of the kernels of a forward call.</summary>
    public double Forward(int rounds) => Timed(rounds, () => variant.Forward(Inputs, random.Parameters, null, Options).Dispose());

    /// <summary>Median milliseconds of the kernels of a backward call, which computes the forward anew.</summary>
    public double Backward(int rounds) => Timed(rounds, () => variant.Backward(Inputs, random.Parameters, Upstream, null, null, Options).Dispose());

    /// <summary>Median milliseconds of the kernel of a decode step.</summary>
    public double Decode(int rounds)
    {
        using var state = new Tensor(DataType.Float32, [.. Shapes.State]);
        return Timed(rounds, () => variant.Decode(Inputs, random.Parameters, state, Options).Dispose());
    }

    /// <summary>What each kernel of the last call took.</summary>
    public string Kernels() => string.Join(", ", Engine.KernelTimes.Select(x => $"{x.Kernel} {x.Milliseconds:0.000}"));

    /// <summary>The worst relative error of each form against the oracle on the same tensors.</summary>
    public (double Decode, double Forward, double Backward, string Worst) Errors()
    {
        using ForwardResult exact = variant.ReferenceForward(Inputs, random.Parameters, null, Options);
        using BackwardResult gradients = variant.ReferenceBackward(Inputs, random.Parameters, Upstream, null, null, Options);
        using var state = new Tensor(DataType.Float32, [.. Shapes.State]);
        using Tensor decoded = variant.Decode(Inputs, random.Parameters, state, Options);
        using ForwardResult forward = variant.Forward(Inputs, random.Parameters, null, Options);
        using BackwardResult backward = variant.Backward(Inputs, random.Parameters, Upstream, null, null, Options);
        var all = gradients.All().Zip(backward.All()).Select((x, i) => (Index: i, Error: x.First is null || x.Second is null ? 0 : Relative(x.First, x.Second))).ToArray();
        (int worst, double error) = all.MaxBy(x => double.IsNaN(x.Error) ? double.PositiveInfinity : x.Error);
        string name = worst < Inputs.Length ? variant.Description.Inputs[worst].Name : worst - Inputs.Length < variant.Description.Parameters.Length ? variant.Description.Parameters[worst - Inputs.Length].Name : "initial state";
        return (Math.Max(Relative(exact.Output, decoded), Relative(exact.FinalState, state)), Math.Max(Relative(exact.Output, forward.Output), Relative(exact.FinalState, forward.FinalState)), error, name);
    }

    public void Dispose()
    {
        random.Dispose();
        made.ForEach(x => x.Dispose());
    }

    private double Timed(int rounds, Action call)
    {
        Engine.Rounds = rounds;
        try
        {
            call();
            double[] times = [.. Engine.Milliseconds.Order()];
            return times[times.Length / 2];
        }
        finally
        {
            Engine.Rounds = 0;
        }
    }

    private Tensor Half(Tensor tensor)
    {
        Tensor half = tensor.Cast(DataType.BFloat16);
        made.Add(half);
        return half;
    }

    private static double Size(Tensor tensor) => tensor.Count * Tensor.SizeOf(tensor.Type);

    private static double Relative(Tensor exact, Tensor got)
    {
        double error = 0, norm = 0;
        for (long i = 0; i < exact.Count; i++)
        {
            error += (exact[i] - got[i]) * (exact[i] - got[i]);
            norm += exact[i] * exact[i];
        }

        return norm == 0 ? Math.Sqrt(error) : Math.Sqrt(error / norm);
    }
}
