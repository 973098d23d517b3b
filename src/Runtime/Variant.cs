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
        PrepareForward(KernelKind.Decode, Oracle(options), inputs, parameters, initialState).Once();

    /// <inheritdoc/>
    public BackwardResult ReferenceBackward(
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient = null,
        Tensor? initialState = null,
        RunOptions? options = null) =>
        PrepareBackward(KernelKind.DecodeBackward, Oracle(options), inputs, parameters, outputGradient, finalStateGradient, initialState).Once();

    /// <inheritdoc/>
    public Tensor Decode(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor state, RunOptions? options = null) =>
        PrepareDecode(inputs, parameters, state, options).Once();

    /// <inheritdoc/>
    public Prepared<ForwardResult> PrepareForward(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor? initialState = null, RunOptions? options = null) =>
        PrepareForward(KernelKind.Forward, options ?? Defaults, inputs, parameters, initialState);

    /// <inheritdoc/>
    public Prepared<BackwardResult> PrepareBackward(
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient = null,
        Tensor? initialState = null,
        RunOptions? options = null) =>
        PrepareBackward(KernelKind.Backward, options ?? Defaults, inputs, parameters, outputGradient, finalStateGradient, initialState);

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
            return new Prepared<Tensor>(
                call,
                output,
                call.PlanDecode<TKernels>(options),
                () =>
                {
                    CopyUnlessSame(computed, output);
                    CopyUnlessSame(states, state);
                },
                inputs,
                parameters);
        });
    }

    private Prepared<ForwardResult> PrepareForward(
        KernelKind kernel, RunOptions options, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, Tensor? initialState)
    {
        IEngine engine = EngineOf(options, inputs, parameters, ("the initial state", initialState));
        var call = new Call(Description, inputs, parameters, options, engine, kernel, TKernels.Scratch);
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
            return new Prepared<ForwardResult>(
                call,
                new ForwardResult(output, final),
                call.Plan<TKernels>(kernel, readsState: initial is not null),
                () =>
                {
                    call.PassThrough(initial, final);
                    CopyUnlessSame(computed, output);
                },
                inputs,
                parameters);
        });
    }

    private Prepared<BackwardResult> PrepareBackward(
        KernelKind kernel,
        RunOptions options,
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        Tensor outputGradient,
        Tensor? finalStateGradient,
        Tensor? initialState)
    {
        ArgumentNullException.ThrowIfNull(outputGradient);
        IEngine engine = EngineOf(
            options, inputs, parameters, ("the output's gradient", outputGradient), ("the final state's gradient", finalStateGradient), ("the initial state", initialState));
        if (kernel == KernelKind.Backward && options.ChunkLength is null)
        {
            options = options with { ChunkLength = engine.BackwardChunkLength };
        }

        var call = new Call(Description, inputs, parameters, options, engine, kernel, TKernels.Scratch);
        return Guarded(call, () =>
        {
            CallShape shape = call.Shape;
            ShapeCheck.OutputGradient(Description, outputGradient, shape, call.Number);
            ShapeCheck.State(Description, "the final state's gradient", finalStateGradient, shape, call.Number);
            ShapeCheck.State(Description, "the initial state", initialState, shape, call.Number);
            OptionCheck.NoSlots(Description, options);

            Tensor? initial = initialState is null ? null : call.Buffers.Read(initialState);
            Tensor? finalGradient = finalStateGradient is null ? null : call.Buffers.Read(finalStateGradient);
            call.BindInputs(inputs, parameters);
            call.BindState(initial, Access.Read);

            // The forward pass's results are no operands of a gradient: what is needed of them is computed anew.
            call.BindNothing();
            call.BindNothing();
            call.BindOutput(call.Buffers.Read(outputGradient), Access.Read);
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

            return new Prepared<BackwardResult>(
                call,
                new BackwardResult(inputGradients, parameterGradients, initialGradient),
                call.Plan<TKernels>(kernel, readsState: initial is not null),
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
                inputs,
                parameters);
        });
    }

    private IEngine EngineOf(RunOptions options, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters, params (string Name, Tensor? Tensor)[] others) =>
        Places.Engine(Description, options, Places.Named(Description, inputs, parameters).Concat(others));

    private static RunOptions Oracle(RunOptions? options) => (options ?? Defaults) with { Engine = ReferenceEngine.Instance };

    /// <summary>Binds a call; if that fails, what it has allocated is freed.</summary>
    private static Prepared<TResult> Guarded<TResult>(Call call, Func<Prepared<TResult>> bind)
        where TResult : class
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
}
