namespace AttentionDsl.Runtime;

/// <summary>
/// How much the exact results of a call change when every input changes by half a unit in the last place of a precision:
/// no program that computes with it can be asked for less error than that.
/// </summary>
public sealed class Conditioning
{
    private readonly Lazy<(double Output, double FinalState)> forward;
    private readonly Lazy<double[]> gradients;

    /// <summary>Nothing is computed before it is asked for.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="call">The call; its tensors must live as long as this instance is asked.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="number">The precision.</param>
    public Conditioning(IVariant variant, CallTensors call, RunOptions? options = null, DataType number = DataType.Float32)
    {
        double halfUnit = number switch { DataType.BFloat16 => 1.0 / (1 << 9), DataType.Float16 => 1.0 / (1 << 12), DataType.Float32 => 1.0 / (1 << 24), _ => 1.0 / (1L << 53) };
        forward = new(() => Forward(variant, call, options, halfUnit));
        gradients = new(() => Gradients(variant, call, options, halfUnit));
    }

    /// <summary>The relative change of the output.</summary>
    public double Output => forward.Value.Output;

    /// <summary>The relative change of the final state.</summary>
    public double FinalState => forward.Value.FinalState;

    /// <summary>The relative change of a gradient, in the order inputs, parameters, initial state.</summary>
    /// <param name="index">Its place in that order.</param>
    public double Gradient(int index) => gradients.Value[index];

    private static (double, double) Forward(IVariant variant, CallTensors call, RunOptions? options, double halfUnit)
    {
        using var moved = new Moved(variant, call, halfUnit);
        using ForwardResult exact = variant.ReferenceForward(call.Inputs, call.Parameters, call.InitialState, options);
        using ForwardResult nearby = variant.ReferenceForward(moved.Call.Inputs, moved.Call.Parameters, moved.Call.InitialState, options);
        return (Change(exact.Output, nearby.Output), Change(exact.FinalState, nearby.FinalState));
    }

    private static double[] Gradients(IVariant variant, CallTensors call, RunOptions? options, double halfUnit)
    {
        using var moved = new Moved(variant, call, halfUnit);
        using BackwardResult exact = Backward(call), nearby = Backward(moved.Call);
        return [.. exact.All().Zip(nearby.All(), (a, b) => a is null || b is null ? 0 : Change(a, b))];

        BackwardResult Backward(CallTensors x) => variant.ReferenceBackward(x.Inputs, x.Parameters, x.OutputGradient!, x.FinalStateGradient, x.InitialState, options);
    }

    private static double Change(Tensor exact, Tensor nearby) => Comparison.Of("", "", exact, nearby, double.PositiveInfinity).Relative;

    /// <summary>The call with every number that the precision rounds moved by half a unit.</summary>
    private sealed class Moved : IDisposable
    {
        private readonly Random random = new(1);
        private readonly List<Tensor> made = [];
        private readonly double halfUnit;

        public Moved(IVariant variant, CallTensors call, double halfUnit)
        {
            this.halfUnit = halfUnit;
            Call = new CallTensors(
                [.. call.Inputs.Select(Move)],
                [.. call.Parameters.Zip(variant.Description.Parameters, (x, y) => y.Learned && x is not null ? Move(x) : x)],
                call.InitialState is { } state ? Move(state) : null,
                call.OutputGradient is { } upstream ? Move(upstream) : null,
                call.FinalStateGradient);
        }

        public CallTensors Call { get; }

        public void Dispose() => made.ForEach(x => x.Dispose());

        private Tensor Move(Tensor tensor)
        {
            Tensor moved = tensor.ToFloat64();
            made.Add(moved);
            foreach (ref double value in moved.AsSpan<double>())
            {
                value *= 1 + (random.Next(2) == 0 ? halfUnit : -halfUnit);
            }

            return moved;
        }
    }
}
