using AttentionDsl.Runtime;
using AttentionDsl.Variants;

namespace AttentionDsl.Device.Tests;

/// <summary>Every variant on a CUDA card. Without one these tests say so and are skipped.</summary>
public class CudaTests
{
    public static TheoryData<string> Variants => [.. Catalog.All.Select(x => x.Description.Name)];

    [CudaTheory]
    [MemberData(nameof(Variants))]
    public void Agrees_with_the_oracle(string name)
    {
        CheckReport report = Catalog.All.Single(x => x.Description.Name == name).Check(options: new RunOptions { Device = ComputeDevice.Find("cuda") });
        Assert.True(report.Passed, report.ToString());
    }

    /// <summary>On the tensor cores. Sequences end with chunks of one token and of several; gates are single precision, as hand-written kernels take them.</summary>
    [CudaTheory]
    [MemberData(nameof(Variants))]
    public void Agrees_with_the_oracle_on_bfloat16_inputs(string name)
    {
        IVariant variant = Catalog.All.Single(x => x.Description.Name == name);
        var options = new RunOptions { SequenceOffsets = [0, 17, 80, 81, 146], OutputType = DataType.Float32 };
        RunOptions there = options with { Device = ComputeDevice.Find("cuda") };
        using var given = new RandomInputs(variant.Description, new CallSize(1, 146, 2, 16, 32) { Updates = 1 });
        Tensor[] inputs = [.. given.Inputs.Select((x, i) => x.Cast(variant.Description.Inputs[i].Role.StartsWith("log decay", StringComparison.Ordinal) ? DataType.Float32 : DataType.BFloat16))];
        VariantShapes shapes = variant.Shapes(inputs, options);
        using Tensor state = given.State(variant.Description, shapes), decoded = state.Clone(), upstream = given.Like(shapes.Output).Cast(DataType.BFloat16);
        using ForwardResult exact = variant.ReferenceForward(inputs, given.Parameters, state, options);
        using BackwardResult gradients = variant.ReferenceBackward(inputs, given.Parameters, upstream, null, state, options);
        using Tensor output = variant.Decode(inputs, given.Parameters, decoded, there);
        using ForwardResult forward = variant.Forward(inputs, given.Parameters, state, there);
        using BackwardResult backward = variant.Backward(inputs, given.Parameters, upstream, null, state, there);
        using PreparedTraining<BackwardResult> step = variant.PrepareTraining(inputs, given.Parameters, upstream, null, state, there);
        step.Forward();
        step.Backward();
        Tolerance allowed = Tolerance.SixteenBit(DataType.BFloat16);
        string[] names = [.. variant.Description.Inputs.Select(x => x.Name), .. variant.Description.Parameters.Select(x => x.Name), "initial state"];
        Comparison[] all =
        [
            Comparison.Of("decode", "output", exact.Output, output, allowed.Forward),
            Comparison.Of("decode", "state", exact.FinalState, decoded, allowed.Forward),
            Comparison.Of("forward", "output", exact.Output, forward.Output, allowed.Forward),
            Comparison.Of("forward", "state", exact.FinalState, forward.FinalState, allowed.Forward),
            Comparison.Of("training", "output", exact.Output, step.Result.Output, allowed.Forward),
            Comparison.Of("training", "state", exact.FinalState, step.Result.FinalState, allowed.Forward),
            .. Gradients("backward", backward),
            .. Gradients("training", step.Gradients),
        ];
        Assert.True(all.All(x => x.Passed), string.Join('\n', all.Where(x => !x.Passed)));
        Array.ForEach(inputs, x => x.Dispose());

        IEnumerable<Comparison> Gradients(string pass, BackwardResult got) =>
            names.Zip(gradients.All(), got.All()).Where(x => x.Second is not null).Select(x => Comparison.Of(pass, x.First, x.Second!, x.Third!, allowed.Gradient, allowed.Cancelled));
    }
}

/// <summary>A theory that needs a CUDA card.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CudaTheoryAttribute : TheoryAttribute
{
    private static readonly string? Missing = Reason();

    public CudaTheoryAttribute() => Skip = Missing;

    private static string? Reason()
    {
        try
        {
            ComputeDevice.Find("cuda");
            return null;
        }
        catch (NotSupportedException exception)
        {
            return exception.Message;
        }
    }
}
