namespace AttentionDsl.Runtime.Tests;

/// <summary>Everything between tensors and kernels, held against <see cref="TinyOracle"/>.</summary>
public class VariantTests
{
    private static readonly long[] Packed = [0, 5, 5, 6, 40];

    [Theory]
    [InlineData("host", false)]
    [InlineData("host", true)]
    [InlineData("oracle", false)]
    [InlineData("oracle", true)]
    public void Forward_and_backward_agree_with_plain_loops(string engine, bool valueFirst) => Check(engine, new TinyCase(2, 21, 2, 2, 16, 24), valueFirst, null, 1e-6);

    [Theory]
    [InlineData("host")]
    [InlineData("oracle")]
    public void Query_heads_serve_groups_of_value_heads(string engine) => Check(engine, new TinyCase(2, 9, 2, 6, 8, 5), false, null, 1e-6);

    [Theory]
    [InlineData("host", false)]
    [InlineData("oracle", true)]
    public void Packed_sequences_are_independent_and_may_be_empty(string engine, bool valueFirst) =>
        Check(engine, new TinyCase(1, 40, 1, 2, 16, 16), valueFirst, Packed, 1e-6);

    [Theory]
    [InlineData(DataType.BFloat16, 8e-3)]
    [InlineData(DataType.Float16, 1e-3)]
    public void Narrow_inputs_give_outputs_and_gradients_of_their_type(DataType type, double tolerance)
    {
        var tiny = new TinyCase(1, 33, 2, 4, 16, 16, type);
        using (ForwardResult forward = TinyCase.Variant.Forward(tiny.Inputs, tiny.Parameters))
        {
            Assert.Equal(type, forward.Output.Type);
            Assert.Equal(DataType.Float32, forward.FinalState.Type);
        }

        Check("host", tiny, false, null, tolerance);
    }

    [Fact]
    public void The_output_type_can_be_chosen()
    {
        using var tiny = new TinyCase(1, 3, 1, 1, 4, 4);
        using ForwardResult wide = TinyCase.Variant.Forward(tiny.Inputs, tiny.Parameters);
        using ForwardResult narrow = TinyCase.Variant.Forward(tiny.Inputs, tiny.Parameters, options: new() { OutputType = DataType.BFloat16 });
        Assert.Equal(DataType.BFloat16, narrow.Output.Type);
        TinyCase.Near(TinyCase.Numbers(wide.Output), TinyCase.Numbers(narrow.Output), 5e-3);
    }

    [Fact]
    public void The_oracle_answers_in_double_precision()
    {
        using var tiny = new TinyCase(1, 6, 1, 1, 4, 4, DataType.Float64);
        using ForwardResult forward = TinyCase.Variant.ReferenceForward(tiny.Inputs, tiny.Parameters);
        using BackwardResult backward = TinyCase.Variant.ReferenceBackward(tiny.Inputs, tiny.Parameters, tiny.Random(DataType.Float64, 1, 6, 1, 4));
        Assert.Equal(DataType.Float64, forward.Output.Type);
        Assert.Equal(DataType.Float64, forward.FinalState.Type);
        Assert.All(backward.Inputs.Concat(backward.Parameters), x => Assert.Equal(DataType.Float64, x!.Type));
        Assert.Null(backward.InitialState);
    }

    [Theory]
    [InlineData(1, 1, 70)]
    [InlineData(3, 2, 16)]
    public void Decoding_token_by_token_is_the_forward_pass(int batch, int heads, int v)
    {
        using var tiny = new TinyCase(batch, 4, heads, heads, 16, v);
        using ForwardResult forward = TinyCase.Variant.Forward(tiny.Inputs, tiny.Parameters);
        using var state = new Tensor(DataType.Float32, batch, heads, 16, v);
        for (int t = 0; t < 4; t++)
        {
            Tensor[] token = [.. tiny.Inputs.Select(x => tiny.Keep(Token(x, t)))];
            using Tensor output = TinyCase.Variant.Decode(token, tiny.Parameters, state);
            using Tensor expected = Token(forward.Output, t);
            TinyCase.Near(TinyCase.Numbers(expected), TinyCase.Numbers(output), 1e-5);
        }

        TinyCase.Near(TinyCase.Numbers(forward.FinalState), TinyCase.Numbers(state), 1e-6);
    }

    [Fact]
    public void Decoding_on_a_pool_touches_named_entries_only()
    {
        using var tiny = new TinyCase(3, 1, 1, 2, 8, 8);
        using Tensor pool = tiny.Random(DataType.Float32, 5, 2, 8, 8).Clone();
        using Tensor before = pool.Clone();
        using Tensor output = TinyCase.Variant.Decode(tiny.Inputs, tiny.Parameters, pool, new() { StateSlots = [4, -1, 0] });
        using var alone = new Tensor(DataType.Float32, 3, 2, 8, 8);
        for (int i = 0; i < 128; i++)
        {
            alone[i] = before[(4 * 128) + i];
            alone[(2 * 128) + i] = before[i];
        }

        using Tensor expected = TinyCase.Variant.Decode(tiny.Inputs, tiny.Parameters, alone);
        Assert.Equal(TinyCase.Slice(expected, 0, 3), TinyCase.Slice(output, 0, 3));
        Assert.All(TinyCase.Slice(output, 1, 3), x => Assert.Equal(0, x));
        Assert.Equal(TinyCase.Slice(expected, 2, 3), TinyCase.Slice(output, 2, 3));
        Assert.Equal(TinyCase.Slice(alone, 0, 3), TinyCase.Slice(pool, 4, 5));
        Assert.Equal(TinyCase.Slice(alone, 2, 3), TinyCase.Slice(pool, 0, 5));
        foreach (int entry in new[] { 1, 2, 3 })
        {
            Assert.Equal(TinyCase.Slice(before, entry, 5), TinyCase.Slice(pool, entry, 5));
        }
    }

    [Fact]
    public void No_tokens_leave_the_state_as_it_is()
    {
        using var tiny = new TinyCase(2, 0, 1, 1, 4, 4);
        Tensor initial = tiny.Random(DataType.Float32, 2, 1, 4, 4);
        using ForwardResult forward = TinyCase.Variant.Forward(tiny.Inputs, tiny.Parameters, initial);
        Assert.Equal(0, forward.Output.Count);
        Assert.Equal(TinyCase.Numbers(initial), TinyCase.Numbers(forward.FinalState));
        using BackwardResult backward = TinyCase.Variant.Backward(tiny.Inputs, tiny.Parameters, forward.Output, initial, initial);
        Assert.Equal(TinyCase.Numbers(initial), TinyCase.Numbers(backward.InitialState!));
        Assert.All(TinyCase.Numbers(backward.Parameters[0]!), x => Assert.Equal(0, x));
    }

    [Fact]
    public void The_same_call_gives_the_same_bits()
    {
        using var tiny = new TinyCase(4, 70, 2, 4, 16, 16);
        Tensor upstream = tiny.Random(DataType.Float32, 4, 70, 4, 16);
        using BackwardResult first = TinyCase.Variant.Backward(tiny.Inputs, tiny.Parameters, upstream);
        using BackwardResult second = TinyCase.Variant.Backward(tiny.Inputs, tiny.Parameters, upstream);
        foreach ((Tensor? a, Tensor? b) in first.Inputs.Concat(first.Parameters).Zip(second.Inputs.Concat(second.Parameters)))
        {
            Assert.True(a!.AsSpan<float>().SequenceEqual(b!.AsSpan<float>()));
        }
    }

    [Fact]
    public void An_error_in_a_kernel_reaches_the_caller_and_frees_what_was_allocated()
    {
        using var tiny = new TinyCase(1, 3, 1, 1, 4, 4);
        var failing = new FailingEngine();
        Assert.Throws<InvalidTimeZoneException>(() => TinyCase.Variant.Forward(tiny.Inputs, tiny.Parameters, options: new() { Engine = failing }));
        Assert.NotEmpty(failing.Written);
        Assert.All(failing.Written, x => Assert.True(x.IsDisposed));
    }

    private static void Check(string engine, TinyCase tiny, bool valueFirst, long[]? offsets, double tolerance)
    {
        using TinyCase owned = tiny;
        RunOptions options = TinyCase.On(engine) with { StateValueFirst = valueFirst, SequenceOffsets = offsets, ChunkLength = 8, Scale = 0.5f };
        VariantShapes shapes = TinyCase.Variant.Shapes(tiny.Inputs, options);
        long[] sequence = offsets ?? [.. Enumerable.Range(0, shapes.Sequences + 1).Select(n => n * (shapes.Tokens / shapes.Sequences))];
        Tensor initial = tiny.Random(DataType.Float32, [.. shapes.State]), upstream = tiny.Random(DataType.Float32, [.. shapes.Output]), final = tiny.Random(DataType.Float32, [.. shapes.State]);
        double[] states = KeyFirst(initial, valueFirst, shapes), gradients = KeyFirst(final, valueFirst, shapes), before = (double[])states.Clone();
        var oracle = new TinyOracle(tiny.Inputs, tiny.Parameters[0], 0.5);
        int entry = shapes.Heads * shapes.K * shapes.V;
        for (int n = 0; n < shapes.Sequences; n++)
        {
            double[] state = states[(n * entry)..((n + 1) * entry)], gradient = gradients[(n * entry)..((n + 1) * entry)];
            oracle.Backward(sequence[n], sequence[n + 1], state, gradient, i => upstream[i]);
            oracle.Forward(sequence[n], sequence[n + 1], state);
            state.CopyTo(states, n * entry);
            gradient.CopyTo(gradients, n * entry);
        }

        using ForwardResult forward = TinyCase.Variant.Forward(tiny.Inputs, tiny.Parameters, initial, options);
        TinyCase.Near(oracle.O, TinyCase.Numbers(forward.Output), tolerance);
        TinyCase.Near(states, KeyFirst(forward.FinalState, valueFirst, shapes), tolerance);

        using BackwardResult backward = TinyCase.Variant.Backward(tiny.Inputs, tiny.Parameters, upstream, final, initial, options);
        TinyCase.Near(oracle.Dq, TinyCase.Numbers(backward.Inputs[0]), tolerance);
        TinyCase.Near(oracle.Dk, TinyCase.Numbers(backward.Inputs[1]), tolerance);
        TinyCase.Near(oracle.Dv, TinyCase.Numbers(backward.Inputs[2]), tolerance);
        TinyCase.Near(oracle.Dgain, TinyCase.Numbers(backward.Parameters[0]!), tolerance);
        TinyCase.Near(gradients, KeyFirst(backward.InitialState!, valueFirst, shapes), tolerance);

        using Tensor decoded = initial.Clone();
        using Tensor output = TinyCase.Variant.Decode(tiny.Inputs, tiny.Parameters, engine == "host" ? decoded : tiny.Keep(decoded.ToFloat64()), options);
        TinyCase.Near(oracle.O, TinyCase.Numbers(output), tolerance);
    }

    private static double[] KeyFirst(Tensor state, bool valueFirst, VariantShapes shapes)
    {
        double[] numbers = TinyCase.Numbers(state);
        if (!valueFirst)
        {
            return numbers;
        }

        int size = shapes.K * shapes.V;
        return [.. Enumerable.Range(0, numbers.Length).Select(x => numbers[(x / size * size) + (x % shapes.V * shapes.K) + (x % size / shapes.V)])];
    }

    private static Tensor Token(Tensor x, long t)
    {
        long width = x.Count / (x.Shape[0] * x.Shape[1]);
        var token = new Tensor(x.Type, [x.Shape[0], 1, .. x.Shape.AsSpan()[2..]]);
        for (long i = 0; i < token.Count; i++)
        {
            token[i] = x[(((i / width * x.Shape[1]) + t) * width) + (i % width)];
        }

        return token;
    }

    private sealed class FailingEngine : IEngine
    {
        public List<Tensor> Written { get; } = [];

        public DataType Number => DataType.Float32;

        public int Parallelism => 1;

        public bool TokenParallel => false;

        public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
            where TKernels : IVariantKernels
        {
            Written.AddRange(bindings.Where(x => x.Access == Access.Write).Select(x => x.Tensor!));
            throw new InvalidTimeZoneException();
        }
    }
}
