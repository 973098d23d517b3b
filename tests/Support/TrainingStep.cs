using AttentionDsl.Runtime;

namespace AttentionDsl.Tests;

/// <summary>Training steps beside forward and backward calls on the same tensors.</summary>
internal static class TrainingStep
{
    /// <summary>Of what a training step's bits are others than those of the two calls, a line each. The calls run between its forward and its backward.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="options">How to run; with the length of chunks, where forward and backward would choose different ones.</param>
    public static string Differences(IVariant variant, CallTensors tensors, RunOptions options)
    {
        using PreparedTraining<BackwardResult> step = variant.PrepareTraining(tensors.Inputs, tensors.Parameters, tensors.OutputGradient!, tensors.FinalStateGradient, tensors.InitialState, options);
        step.Forward();
        using ForwardResult forward = variant.Forward(tensors.Inputs, tensors.Parameters, tensors.InitialState, options);
        using BackwardResult backward = variant.Backward(tensors.Inputs, tensors.Parameters, tensors.OutputGradient!, tensors.FinalStateGradient, tensors.InitialState, options);
        step.Backward();
        return Differences(variant, step, forward, backward);
    }

    /// <summary>Of what a training step's bits are others than those of two calls.</summary>
    public static string Differences(IVariant variant, PreparedTraining<BackwardResult> step, ForwardResult forward, BackwardResult backward)
    {
        (string Name, Tensor Expected, Tensor Got)[] all =
        [
            ("output", forward.Output, step.Result.Output),
            ("final state", forward.FinalState, step.Result.FinalState),
            .. Forms.Gradients(variant, backward, step.Gradients).Select(x => (x.Name, x.Expected, x.Got)),
        ];
        return string.Join('\n', all.Where(x => !SameBits(x.Expected, x.Got)).Select(x => $"training step: {x.Name} is not that of the calls"));
    }

    private static bool SameBits(Tensor x, Tensor y)
    {
        using Tensor a = x.ToHost(), b = y.ToHost();
        return Slices.SameBits(a, b);
    }
}
