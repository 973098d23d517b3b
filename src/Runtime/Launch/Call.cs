namespace AttentionDsl.Runtime;

/// <summary>One call of a variant: its checked shape, its engine, its buffers, and the operands bound so far in the order <see cref="IVariantKernels"/> gives.</summary>
internal sealed class Call : IDisposable
{
    private readonly List<Binding> bindings = [];
    private readonly SegmentRule segmentRule;
    private readonly bool keepsSixteenBits;

    /// <param name="description">The variant.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="parameters">The parameters of its gates.</param>
    /// <param name="options">How to run.</param>
    /// <param name="engine">What runs it.</param>
    /// <param name="kernel">What is called.</param>
    /// <param name="scratch">Scratch elements of the variant's kernels.</param>
    /// <param name="beside">What is called on the same chunks.</param>
    public Call(
        VariantDescription description,
        IReadOnlyList<Tensor> inputs,
        IReadOnlyList<Tensor?> parameters,
        RunOptions options,
        IEngine engine,
        KernelKind kernel,
        Func<KernelKind, Sizes, long> scratch,
        params KernelKind[] beside)
    {
        Description = description;
        Engine = engine;
        Shape = ShapeCheck.Call(description, inputs, options, engine.Number);
        ShapeCheck.Parameters(description, parameters, Shape, engine.Number);
        keepsSixteenBits = KeepsSixteenBits(inputs, options, [kernel, .. beside], scratch);
        Buffers = new Buffers(engine.Number, keepsSixteenBits);
        segmentRule = description.CarriesOverSegments && RunsInPasses(kernel) ? engine.SegmentRule(keepsSixteenBits, Shape.K) : default;
    }

    /// <summary>Whether 16-bit tensors go to the engine as they are; chooses the chunk's length accordingly.</summary>
    private bool KeepsSixteenBits(IReadOnlyList<Tensor> inputs, RunOptions options, KernelKind[] kernels, Func<KernelKind, Sizes, long> scratch)
    {
        if (!inputs.Any(x => x.Type is DataType.BFloat16 or DataType.Float16))
        {
            return false;
        }

        int usual = Shape.Chunk;
        foreach (int length in options.ChunkLength is null ? Engine.ChunkLengths(kernels, Shape.Sizes(), Description, scratch) : [usual])
        {
            Shape.Chunk = length;
            if (kernels.All(x => Engine.KeepsSixteenBits(x, Shape.Sizes(), Description, scratch)))
            {
                return true;
            }
        }

        Shape.Chunk = usual;
        return false;
    }

    public VariantDescription Description { get; }

    public IEngine Engine { get; }

    public CallShape Shape { get; }

    public Buffers Buffers { get; }

    /// <summary>Element type of states: the engine's.</summary>
    public DataType Number => Engine.Number;

    /// <summary>Element type of outputs and of gradients of tensors of a type: double precision keeps its digits.</summary>
    public DataType Outer(DataType type) => Number == DataType.Float64 ? DataType.Float64 : type;

    /// <summary>Rows of an input over the whole batch.</summary>
    public long Rows(InputDescription input) => Shape.Tokens * (input.PerUpdate ? Shape.Updates : 1);

    public void BindInputs(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor?> parameters)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            InputDescription input = Description.Inputs[i];
            Bind(Buffers.Read(inputs[i]), Rows(input), (int)inputs[i].Shape[2], Shape.Width(input.Channels), Access.Read);
        }

        for (int i = 0; i < parameters.Count; i++)
        {
            ParameterDescription parameter = Description.Parameters[i];
            int heads = parameter.Channels == Channels.Single ? 1 : (int)parameters[i]!.Shape[0];
            Bind(Buffers.Read(parameters[i]!), 1, heads, Shape.Width(parameter.Channels), Access.Read);
        }
    }

    public void Bind(Tensor tensor, long rows, int heads, int width, Access access) => bindings.Add(new Binding(tensor, rows, heads, width, access));

    /// <summary>Operands that are not given.</summary>
    public void BindNothing(int count = 1) => bindings.AddRange(new Binding[count]);

    /// <summary>Binds a state of any number of entries, or nothing.</summary>
    public void BindState(Tensor? state, Access access)
    {
        if (state is null)
        {
            BindNothing();
            return;
        }

        int width = Shape.StateValueFirst ? Shape.K : Shape.StateColumns;
        Bind(state, state.Count / width, 1, width, access);
    }

    public void BindOutput(Tensor output, Access access) => Bind(output, Shape.Tokens, Shape.Heads, Shape.OutputWidth, access);

    /// <summary>Copies the states of sequences without tokens: nothing happens to them, and no kernel runs for them.</summary>
    /// <param name="from">A state, one entry a sequence; null: zero, which the result is already.</param>
    /// <param name="to">The state after the sequences.</param>
    public void PassThrough(Tensor? from, Tensor? to)
    {
        if (from is null || to is null)
        {
            return;
        }

        long entry = (long)Shape.Heads * Shape.K * Shape.StateColumns * Tensor.SizeOf(Number);
        for (int n = 0; n < Shape.Sequences; n++)
        {
            if (Shape.Length(n) == 0)
            {
                Tensor.Copy(from, n * entry, to, n * entry, entry);
            }
        }
    }

    /// <summary>The recurrent step over the bound operands, the state kept where the options say.</summary>
    public IPlan PlanDecode<TKernels>(RunOptions options)
        where TKernels : IVariantKernels
    {
        int splitInto = Description.ColumnsAreIndependent ? Engine.Parallelism : 1;
        Launch[] launches = [.. Stretches.Decode(Shape, options).Where(x => x.Count > 0).Select(x => new Launch(KernelKind.Decode, WorkList.Of(Shape, splitInto, x)))];
        return launches.Length == 0 ? Runtime.Plan.Nothing : Engine.Plan<TKernels>(launches, [.. bindings], Shape.Sizes(), default);
    }

    /// <summary>A kernel over the bound operands, in passes where the engine works so.</summary>
    public IPlan Plan<TKernels>(KernelKind kernel, bool readsState)
        where TKernels : IVariantKernels
    {
        Passes? passes = RunsInPasses(kernel) ? PassesOf(readsState, kernel == KernelKind.Forward ? segmentRule.CarryTime : 0) : null;
        int splitInto = !Description.ColumnsAreIndependent || kernel != KernelKind.Decode ? 1 : Engine.Parallelism;
        Work[] work = passes is null ? WorkList.Of(Shape, splitInto, Stretches.Whole(Shape, readsState)) : passes.Walks;
        if (work.Length == 0)
        {
            return Runtime.Plan.Nothing;
        }

        bool backward = kernel == KernelKind.Backward;
        return passes is null
            ? Engine.Plan<TKernels>([new(kernel, work)], [.. bindings], Shape.Sizes(), default)
            : Engine.Plan<TKernels>(
                backward ? [.. passes.Onward(KernelKind.Trail), .. passes.Back] : passes.Onward(KernelKind.Advance), [.. bindings], Shape.Sizes(), passes.Between<TKernels>(backward));
    }

    /// <summary>The passes of a forward, and of the backward that goes on from what they leave; null if there is no work.</summary>
    /// <param name="forward">The forward, which knows that a gradient is asked for.</param>
    /// <param name="backward">The backward.</param>
    /// <param name="readsState">False: every sequence starts from zero.</param>
    public static HeldPlans? PlanTraining<TKernels>(Call forward, Call backward, bool readsState)
        where TKernels : IVariantKernels
    {
        Passes passes = backward.PassesOf(readsState, carryTime: 0);
        return passes.Walks.Length == 0 ? null : backward.Engine.PlanParts<TKernels>(
            [new(passes.Onward(KernelKind.Advance), [.. forward.bindings]), new(passes.Back, [.. backward.bindings])],
            backward.Shape.Sizes(),
            passes.Between<TKernels>(backward: true));
    }

    private Passes PassesOf(bool readsState, double carryTime) => new(
        Description,
        Shape,
        Stretches.Whole(Shape, readsState),
        Description.ColumnsAreIndependent ? Engine.WalkParallelism(keepsSixteenBits) : 1,
        segmentRule.Segments([.. Enumerable.Range(0, Shape.Sequences).Select(Shape.Chunks)], Shape.Heads, Shape.V),
        carryTime);

    /// <summary>Rows of the gradient of a parameter before they are summed: one for what each item of the gradient kernel works on.</summary>
    public long ParameterRows(KernelKind kernel) => RunsInPasses(kernel) ? Shape.Chunks() : Shape.Sequences;

    private bool RunsInPasses(KernelKind kernel) => Engine.TokenParallel && kernel is (KernelKind.Forward or KernelKind.Backward);

    /// <summary>True if every tensor is on a device: a run moves nothing from or to the host.</summary>
    public bool Resident => bindings.TrueForAll(x => x.Tensor is null or { IsOnDevice: true });

    /// <summary>Refuses to run over tensors that were disposed since they were bound.</summary>
    public void RequireTensors()
    {
        foreach (Binding binding in bindings)
        {
            if (binding.Tensor is { IsDisposed: true })
            {
                throw new ObjectDisposedException(nameof(Tensor), $"{Description.Name}: a tensor of the prepared call was disposed; keep all of them until the last run.");
            }
        }
    }

    public void Dispose() => Buffers.Dispose();
}
