using System.Collections.Immutable;

namespace AttentionDsl.Runtime;

/// <summary>A declared variant of recurrent attention: checks tensors, converts them where they enter and leave, and runs the generated kernels.</summary>
/// <typeparam name="TKernels">What the generator wrote for the declaration.</typeparam>
public sealed class Variant<TKernels> : IVariant
    where TKernels : IVariantKernels
{
    private static readonly RunOptions Defaults = new();

    /// <inheritdoc/>
    public VariantDescription Description => TKernels.Description;

    /// <inheritdoc/>
    public VariantShapes Shapes(IReadOnlyList<Tensor> inputs, RunOptions? options = null)
    {
        CallShape shape = ShapeCheck.Call(Description, inputs, options ?? Defaults, DataType.Float64);
        return new VariantShapes
        {
            Sequences = shape.Sequences,
            Tokens = shape.Tokens,
            Heads = shape.Heads,
            K = shape.K,
            V = shape.V,
            Updates = shape.Updates,
            Output = [.. shape.Output],
            State = [.. shape.State(shape.Sequences)],
            Parameters = [.. Description.Parameters.Select(x => ParameterShape(x, shape))],
        };
    }

    /// <inheritdoc/>
    public ForwardResult Forward(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor? initialState = null, RunOptions? options = null) =>
        PrepareForward(inputs, parameters, initialState, options).Once();

    /// <inheritdoc/>
    public BackwardResult Backward(
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient = null,
        Tensor? initialState = null,
        RunOptions? options = null) =>
        PrepareBackward(inputs, parameters, outputGradient, finalStateGradient, initialState, options).Once();

    /// <inheritdoc/>
    public ForwardResult ReferenceForward(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor? initialState = null, RunOptions? options = null) =>
        BindForward(KernelKind.Decode, Oracle(options), inputs, parameters, initialState).Prepare().Once();

    /// <inheritdoc/>
    public BackwardResult ReferenceBackward(
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient = null,
        Tensor? initialState = null,
        RunOptions? options = null) =>
        BindBackward(KernelKind.DecodeBackward, Oracle(options), inputs, parameters, outputGradient, finalStateGradient, initialState).Prepare().Once();

    /// <inheritdoc/>
    public Tensor Decode(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor state, RunOptions? options = null) =>
        PrepareDecode(inputs, parameters, state, options).Once();

    /// <inheritdoc/>
    public Prepared<ForwardResult> PrepareForward(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor? initialState = null, RunOptions? options = null) =>
        BindForward(KernelKind.Forward, options ?? Defaults, inputs, parameters, initialState).Prepare();

    /// <inheritdoc/>
    public Prepared<BackwardResult> PrepareBackward(
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient = null,
        Tensor? initialState = null,
        RunOptions? options = null) =>
        BindBackward(KernelKind.Backward, options ?? Defaults, inputs, parameters, outputGradient, finalStateGradient, initialState).Prepare();

    /// <inheritdoc/>
    public PreparedTraining<BackwardResult> PrepareTraining(
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient = null,
        Tensor? initialState = null,
        RunOptions? options = null)
    {
        options ??= Defaults;
        Bound<BackwardResult> backward = BindBackward(KernelKind.Backward, options, inputs, parameters, outputGradient, finalStateGradient, initialState, KernelKind.Forward);
        return Guarded(backward.Call, () =>
        {
            // On the host each form has chunks of its own length, and nothing stands between the two.
            bool passes = backward.Call.Engine.TokenParallel;
            Bound<ForwardResult> forward = passes
                ? BindForward(KernelKind.Forward, options with { ChunkLength = backward.Call.Shape.Chunk }, inputs, parameters, initialState, backward.OutputGradient, KernelKind.Backward)
                : BindForward(KernelKind.Forward, options, inputs, parameters, initialState);
            return Guarded(forward.Call, () =>
            {
                HeldPlans? held = passes ? Call.PlanTraining<TKernels>(forward.Call, backward.Call, backward.ReadsState) : null;
                var thread = new OneThread(Description.Name);
                var calls = new TrainingCalls(forward.Prepare(held?.Plans[0], thread).Call, backward.Prepare(held?.Plans[1], thread).Call, held);
                return new PreparedTraining<BackwardResult>(calls, forward.Result, backward.Result);
            });
        });
    }

    /// <inheritdoc/>
    public Prepared<Tensor> PrepareDecode(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor state, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        options ??= Defaults;
        var call = new Call(Description, inputs, parameters, options, EngineOf(options, inputs, parameters, ("the state", state)), KernelKind.Decode, TKernels.Scratch);
        return Guarded(call, () =>
        {
            ShapeCheck.State(Description, "the state", state, call.Shape, call.Number, anyEntries: options.StateSlots is not null || options.SnapshotSlots is not null);
            OptionCheck.Slots(Description, options, call.Shape, state.Shape[0]);

            Tensor output = call.Buffers.Result(call.Outer(call.Shape.OutputType), call.Shape.Output, inputs[call.Shape.OutputLike]);
            Tensor computed = call.Buffers.Write(output);
            Tensor states = call.Buffers.Read(state);
            call.BindInputs(inputs, parameters);
            call.BindState(states, Access.Read | Access.Write);
            call.BindOutput(computed, Access.Write);
            call.BindState(states, Access.Read | Access.Write);
            var prepared = new PreparedCall(
                call,
                call.PlanDecode<TKernels>(options),
                () =>
                {
                    CopyUnlessSame(computed, output);
                    CopyUnlessSame(states, state);
                },
                null,
                inputs,
                parameters);
            return new Prepared<Tensor>(prepared, output);
        });
    }

    /// <param name="kernel">What computes it.</param>
    /// <param name="options">How.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="parameters">The parameters of the gates.</param>
    /// <param name="initialState">The initial state.</param>
    /// <param name="outputGradient">The gradient that a backward will read, which goes on from what this call leaves; null: there is none.</param>
    /// <param name="beside">What else runs on the same chunks.</param>
    private Bound<ForwardResult> BindForward(
        KernelKind kernel,
        RunOptions options,
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor? initialState,
        Tensor? outputGradient = null,
        params KernelKind[] beside)
    {
        IEngine engine = EngineOf(options, inputs, parameters, ("the initial state", initialState));
        var call = new Call(Description, inputs, parameters, options, engine, kernel, TKernels.Scratch, beside);
        return Guarded(call, () =>
        {
            ShapeCheck.State(Description, "the initial state", initialState, call.Shape, call.Number);
            OptionCheck.NoSlots(Description, options);

            Tensor output = call.Buffers.Result(call.Outer(call.Shape.OutputType), call.Shape.Output, inputs[call.Shape.OutputLike]);
            Tensor final = call.Buffers.Result(call.Number, call.Shape.State(call.Shape.Sequences), initialState ?? output);
            Tensor computed = call.Buffers.Write(output);
            Tensor? initial = initialState is null ? null : call.Buffers.Read(initialState);
            call.BindInputs(inputs, parameters);
            call.BindState(initial, Access.Read);
            call.BindOutput(computed, Access.Write);
            call.BindState(final, Access.Write);
            if (outputGradient is not null)
            {
                call.BindOutput(outputGradient, Access.None);
                call.BindNothing(2 + inputs.Count + parameters.Count);
            }

            return new Bound<ForwardResult>(
                call,
                kernel,
                new ForwardResult(output, final),
                initial is not null,
                () =>
                {
                    call.PassThrough(initial, final);
                    CopyUnlessSame(computed, output);
                },
                [inputs, parameters]);
        });
    }

    private Bound<BackwardResult> BindBackward(
        KernelKind kernel,
        RunOptions options,
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient,
        Tensor? initialState,
        params KernelKind[] beside)
    {
        ArgumentNullException.ThrowIfNull(outputGradient);
        IEngine engine = EngineOf(
            options, inputs, parameters, ("the output's gradient", outputGradient), ("the final state's gradient", finalStateGradient), ("the initial state", initialState));
        if (kernel == KernelKind.Backward && options.ChunkLength is null)
        {
            options = options with { ChunkLength = engine.BackwardChunkLength };
        }

        var call = new Call(Description, inputs, parameters, options, engine, kernel, TKernels.Scratch, beside);
        return Guarded(call, () =>
        {
            CallShape shape = call.Shape;
            ShapeCheck.OutputGradient(Description, outputGradient, shape, call.Number);
            ShapeCheck.State(Description, "the final state's gradient", finalStateGradient, shape, call.Number);
            ShapeCheck.State(Description, "the initial state", initialState, shape, call.Number);
            OptionCheck.NoSlots(Description, options);

            Tensor upstream = call.Buffers.Read(outputGradient);
            Tensor? initial = initialState is null ? null : call.Buffers.Read(initialState);
            Tensor? finalGradient = finalStateGradient is null ? null : call.Buffers.Read(finalStateGradient);
            call.BindInputs(inputs, parameters);
            call.BindState(initial, Access.Read);

            // The forward pass's results are no operands of a gradient: what is needed of them is computed anew, or was left between passes.
            call.BindNothing(2);
            call.BindOutput(upstream, Access.Read);
            call.BindState(finalGradient, Access.Read);

            var inputGradients = new Tensor[inputs.Count];
            var computed = new Tensor[inputs.Count];
            for (int i = 0; i < inputs.Count; i++)
            {
                InputDescription input = Description.Inputs[i];
                int width = shape.Width(input.Channels);
                inputGradients[i] = call.Buffers.Result(call.Outer(inputs[i].Type), inputs[i].Shape.AsSpan(), inputs[i]);
                computed[i] = inputs[i].Shape[2] == shape.Heads ? call.Buffers.Write(inputGradients[i]) : call.Buffers.Zeros(call.Rows(input) * shape.Heads * width, inputs[i]);
                call.Bind(computed[i], call.Rows(input), shape.Heads, width, Access.Write);
            }

            var perItem = new Tensor?[parameters.Count];
            long parameterRows = call.ParameterRows(kernel);
            for (int i = 0; i < parameters.Count; i++)
            {
                if (!Description.Parameters[i].Learned)
                {
                    call.BindNothing();
                    continue;
                }

                int width = shape.Width(Description.Parameters[i].Channels);
                perItem[i] = call.Buffers.Zeros(parameterRows * shape.Heads * width, parameters[i]!);
                call.Bind(perItem[i]!, parameterRows, shape.Heads, width, Access.Write);
            }

            Tensor? initialGradient = initial is null ? null : call.Buffers.Result(call.Number, initialState!.Shape.AsSpan(), initialState);
            call.BindState(initialGradient, Access.Write);
            var parameterGradients = new Tensor?[parameters.Count];
            for (int i = 0; i < parameters.Count; i++)
            {
                parameterGradients[i] = perItem[i] is null ? null : call.Buffers.Result(call.Number, parameters[i]!.Shape.AsSpan(), parameters[i]!);
            }

            return new Bound<BackwardResult>(
                call,
                kernel,
                new BackwardResult(inputGradients, parameterGradients, initialGradient),
                initial is not null,
                () =>
                {
                    call.PassThrough(finalGradient, initialGradient);
                    for (int i = 0; i < computed.Length; i++)
                    {
                        InputDescription input = Description.Inputs[i];
                        Sums.OverGroups(computed[i], call.Rows(input), shape.Heads, shape.Width(input.Channels), inputGradients[i], (int)inputGradients[i].Shape[2]);
                    }

                    for (int i = 0; i < perItem.Length; i++)
                    {
                        if (perItem[i] is { } x)
                        {
                            Tensor sum = parameterGradients[i]!;
                            Sums.OverRows(x, parameterRows, shape.Heads, shape.Width(Description.Parameters[i].Channels), sum, (int)sum.Shape[0]);
                        }
                    }
                },
                [inputs, parameters])
            {
                OutputGradient = upstream,
            };
        });
    }

    private IEngine EngineOf(RunOptions options, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, params (string Name, Tensor? Tensor)[] others) =>
        Places.Engine(Description, options, Places.Named(Description, inputs, parameters).Concat(others));

    private static RunOptions Oracle(RunOptions? options) => (options ?? Defaults) with { Engine = ReferenceEngine.Instance };

    /// <summary>Binds a call; if that fails, what it has allocated is freed.</summary>
    private static T Guarded<T>(Call call, Func<T> bind)
    {
        try
        {
            return bind();
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private static ImmutableArray<long> ParameterShape(ParameterDescription parameter, CallShape shape) => parameter.Channels switch
    {
        Channels.Single => [1],
        Channels.Scalar => [shape.Heads],
        _ => [shape.Heads, shape.Width(parameter.Channels)],
    };

    private static void CopyUnlessSame(Tensor from, Tensor to)
    {
        if (!ReferenceEquals(from, to))
        {
            from.CopyTo(to);
        }
    }

    /// <summary>A call with its tensors; what is left to do is to plan its kernels.</summary>
    /// <param name="Call">The call.</param>
    /// <param name="Kernel">What computes it.</param>
    /// <param name="Result">What it returns.</param>
    /// <param name="ReadsState">False: every sequence starts from zero.</param>
    /// <param name="Finish">What follows the kernels.</param>
    /// <param name="Kept">What must not be collected before.</param>
    private sealed record Bound<TResult>(Call Call, KernelKind Kernel, TResult Result, bool ReadsState, Action Finish, object[] Kept)
        where TResult : class
    {
        /// <summary>The gradient of the output, as the kernels read it.</summary>
        public Tensor? OutputGradient { get; init; }

        /// <param name="kernels">The plan, where it is part of another; null: the call's own.</param>
        /// <param name="thread">The thread of what it is part of.</param>
        public Prepared<TResult> Prepare(IPlan? kernels = null, OneThread? thread = null) =>
            Guarded(Call, () => new Prepared<TResult>(new PreparedCall(Call, kernels ?? Call.Plan<TKernels>(Kernel, ReadsState), Finish, thread, Kept), Result));
    }
}
