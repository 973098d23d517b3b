namespace AttentionDsl.Runtime.Tests;

/// <summary>Bad calls: one error that names the variant, the tensor, what was expected and what came.</summary>
public sealed class ShapeCheckTests : IDisposable
{
    private readonly TinyCase tiny = new(2, 6, 2, 4, 8, 5);

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Inputs_must_be_complete_and_of_a_floating_type()
    {
        Bad(inputs: [.. tiny.Inputs.Take(2)], says: ["Tiny", "3 inputs (Q, K, V)", "2 were given"]);
        Bad(inputs: [tiny.Inputs[0], null!, tiny.Inputs[2]], says: ["K", "null"]);
        Bad(1, tiny.Keep(tiny.Inputs[1].ToFloat64()), "K", "Float32, BFloat16 or Float16", "Float64 [2, 6, 2, 8]", "Cast");
        Bad(1, tiny.Keep(new Tensor(DataType.Int64, 2, 6, 2, 8)), "K", "Int64");
    }

    [Fact]
    public void Inputs_must_agree_on_their_axes()
    {
        Bad(1, New(2, 6, 16), "K (key)", "[B, T, heads, K]", "Float32 [2, 6, 16]");
        Bad(1, New(3, 6, 2, 8), "K", "a batch of 2", "Q is Float32 [2, 6, 2, 8]", "[3, 6, 2, 8]");
        Bad(2, New(2, 7, 4, 5), "V", "6 tokens", "[2, 7, 4, 5]");
        Bad(1, New(2, 6, 2, 9), "K", "8 key channels as Q has", "[2, 6, 2, 9]");
        Bad(1, New(2, 6, 3, 8), "K", "divides the 4 value heads", "3");
        Bad(2, New(2, 6, 4, 0), "V", "at least one channel");
    }

    [Fact]
    public void Parameters_must_be_given_and_fit()
    {
        Bad(parameters: [], says: ["1 parameters (Gain)", "0 were given"]);
        Bad(parameters: [null!], says: ["Gain", "null"]);
        Bad(parameters: [New(4, 8)], says: ["Gain", "[heads]", "[4, 8]"]);
        Bad(parameters: [New(3)], says: ["Gain", "divides the 4 heads", "[3]"]);
    }

    [Fact]
    public void States_must_match_keys_and_values()
    {
        Bad(state: New(2, 4, 8, 6), says: ["the initial state", "[2, 4, 8, 5] (N, heads, K, V)", "[2, 4, 8, 6]"]);
        Bad(state: New(2, 4, 5, 8), says: ["exchanged", "StateValueFirst"]);
        Bad(state: New(3, 4, 8, 5), says: ["[3, 4, 8, 5]"]);
        Bad(state: tiny.Keep(new Tensor(DataType.BFloat16, 2, 4, 8, 5)), says: ["states are Float32", "BFloat16"]);
        Message<ArgumentException>(() => TinyCase.Variant.Backward(tiny.Inputs, tiny.Parameters, New(2, 6, 4, 5), New(2, 4, 8, 1)), "the final state's gradient");
        Message<ArgumentException>(() => TinyCase.Variant.Backward(tiny.Inputs, tiny.Parameters, New(2, 6, 2, 5)), "the output's gradient", "[2, 6, 4, 5]", "[2, 6, 2, 5]");
    }

    [Fact]
    public void Options_must_make_sense()
    {
        Bad(options: new() { Scale = float.NaN }, says: ["Scale", "finite", "NaN"]);
        Bad(options: new() { ChunkLength = 0 }, says: ["ChunkLength", "1 to 64", "0"]);
        Bad(options: new() { ChunkLength = 65 }, says: ["ChunkLength", "65"]);
        Bad(options: new() { OutputType = DataType.Int64 }, says: ["OutputType", "Int64"]);
        Bad(options: new() { StateSlots = [0, 1] }, says: ["StateSlots", "only Decode"]);
        Bad(options: new() { SequenceOffsets = [0, 6] }, says: ["SequenceOffsets", "B = 1", "B is 2"]);
    }

    [Theory]
    [InlineData(new long[] { 0 }, "1 offsets")]
    [InlineData(new long[] { 1, 6 }, "from 1 to 6")]
    [InlineData(new long[] { 0, 5 }, "from 0 to 5")]
    [InlineData(new long[] { -1, 6 }, "from -1 to 6")]
    [InlineData(new long[] { 0, 4, 3, 6 }, "[2] is 3 after 4")]
    [InlineData(new long[] { 0, 7, 6 }, "[2] is 6 after 7")]
    public void Offsets_must_cover_the_tokens_in_order(long[] offsets, string says)
    {
        using var packed = new TinyCase(1, 6, 1, 1, 4, 4);
        Message<ArgumentException>(() => TinyCase.Variant.Forward(packed.Inputs, packed.Parameters, options: new() { SequenceOffsets = offsets }), "SequenceOffsets", says);
    }

    [Theory]
    [InlineData(new long[] { 0 }, "2 entries", "1")]
    [InlineData(new long[] { 0, -2 }, "StateSlots[1]", "-2")]
    [InlineData(new long[] { 3, 0 }, "StateSlots[0]", "0 to 2")]
    [InlineData(new long[] { 2, 2 }, "StateSlots[1]", "twice")]
    public void Slots_must_name_entries_once(long[] slots, params string[] says) =>
        Message<ArgumentException>(() => TinyCase.Variant.Decode(tiny.Inputs, tiny.Parameters, New(3, 4, 8, 5), new() { StateSlots = slots }), says);

    [Fact]
    public void Freed_tensors_are_named()
    {
        Tensor freed = New(2, 6, 2, 8);
        freed.Dispose();
        Message<ObjectDisposedException>(() => TinyCase.Variant.Forward([tiny.Inputs[0], freed, tiny.Inputs[2]], tiny.Parameters), "Tiny", "K was disposed");
    }

    [Fact]
    public void Shapes_says_what_the_other_tensors_must_be()
    {
        VariantShapes shapes = TinyCase.Variant.Shapes(tiny.Inputs, new() { StateValueFirst = true });
        Assert.Equal<long>([2, 6, 4, 5], shapes.Output);
        Assert.Equal<long>([2, 4, 5, 8], shapes.State);
        Assert.Equal<long>([4], Assert.Single(shapes.Parameters));
        Assert.Equal((2, 12L, 4, 8, 5, 1), (shapes.Sequences, shapes.Tokens, shapes.Heads, shapes.K, shapes.V, shapes.Updates));
    }

    [Fact]
    public void Updates_are_read_off_rows_and_states_carry_the_sum_of_keys()
    {
        VariantDescription description = TinyKernels.Description with
        {
            SeveralUpdates = true,
            Normalizer = true,
            Inputs = [new("Q", "query", Channels.Key, false), new("K", "key", Channels.Key, true), new("V", "value", Channels.Value, true)],
        };
        CallShape shape = ShapeCheck.Call(description, [New(2, 5, 1, 4), New(2, 15, 1, 4), New(2, 15, 1, 6)], new(), DataType.Float32);
        Assert.Equal((5L, 3, 7), (shape.TokensPerBatch, shape.Updates, shape.StateColumns));
        Assert.Equal([2, 1, 4, 7], shape.State(2));
        Message<ArgumentException>(() => ShapeCheck.Call(description, [New(2, 5, 1, 4), New(2, 15, 1, 4), New(2, 10, 1, 6)], new(), DataType.Float32), "V", "3 state updates a token as K has");
        Message<ArgumentException>(() => ShapeCheck.Call(description, [New(2, 5, 1, 4), New(2, 14, 1, 4), New(2, 15, 1, 6)], new(), DataType.Float32), "K", "multiple of the 5 tokens");
    }

    private static void Message<TException>(Action action, params string[] says)
        where TException : Exception
    {
        string message = Assert.Throws<TException>(action).Message;
        Assert.All(says, x => Assert.Contains(x, message, StringComparison.Ordinal));
    }

    private Tensor New(params long[] shape) => tiny.Keep(new Tensor(DataType.Float32, shape));

    private void Bad(int input, Tensor tensor, params string[] says)
    {
        Tensor[] inputs = [.. tiny.Inputs];
        inputs[input] = tensor;
        Bad(inputs: inputs, says: says);
    }

    private void Bad(IReadOnlyList<Tensor>? inputs = null, IReadOnlyList<Tensor?>? parameters = null, Tensor? state = null, RunOptions? options = null, params string[] says) =>
        Message<ArgumentException>(() => TinyCase.Variant.Forward(inputs ?? tiny.Inputs, parameters ?? tiny.Parameters, state, options), says);

    [Fact]
    public void A_tensor_of_more_elements_than_can_be_counted_is_refused_by_its_shape()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => new Tensor(DataType.Float32, long.MaxValue, 3));
        Assert.Contains("[9223372036854775807, 3]", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Tensor(DataType.Int64, long.MaxValue / 4));
    }
}
