namespace AttentionDsl.Variants.Tests;

/// <summary>Bad calls: one error that names what is wrong; nothing was run, nothing is leaked, nothing has changed.</summary>
[Collection(nameof(Alone))]
public class CallTests
{
    private static readonly CaseShape Shape = new() { Batch = 2, Tokens = 6, Heads = 4, QueryHeads = 2, K = 8, V = 5 };

    // Inputs of Kimi Delta: Q, K, V, G, Beta; parameters: ALog, DtBias.
    private static readonly (string What, Func<RandomCase, Bad> Make, string[] Says)[] Cases =
    [
        ("an input is missing", x => new(x) { Inputs = [.. x.Inputs.Take(4)] }, ["5 inputs (Q, K, V, G, Beta)", "4 were given"]),
        ("an input is null", x => new(x) { Inputs = [.. x.Inputs.Take(4), null!] }, ["Beta", "null"]),
        ("a key of another width", x => Input(x, 1, 2, 6, 2, 9), ["K", "8 key channels", "[2, 6, 2, 9]"]),
        ("a value without channels", x => Input(x, 2, 2, 6, 4, 0), ["V", "at least one channel", "[2, 6, 4, 0]"]),
        ("a value with one token less", x => Input(x, 2, 2, 5, 4, 5), ["V", "6 tokens", "[2, 5, 4, 5]"]),
        ("a key of another batch", x => Input(x, 1, 3, 6, 2, 8), ["K", "a batch of 2", "[3, 6, 2, 8]"]),
        ("a decay per head where it is per channel", x => Input(x, 3, 2, 6, 4), ["G", "[B, T, heads, K]", "[2, 6, 4]"]),
        ("a strength per channel where it is per head", x => Input(x, 4, 2, 6, 4, 8), ["Beta", "[B, T, heads]", "[2, 6, 4, 8]"]),
        ("heads that do not divide", x => Input(x, 4, 2, 6, 3), ["Beta", "divides the 4", "[2, 6, 3]"]),
        ("a query of whole numbers", x => Typed(x, 0, DataType.Int64), ["Q", "Float32, BFloat16 or Float16", "Int64"]),
        ("a key in double precision", x => Typed(x, 1, DataType.Float64), ["K", "Float64", "Cast(DataType.Float32)"]),
        ("a parameter is missing", x => new(x) { Parameters = [x.Parameters[0]] }, ["2 parameters (ALog, DtBias)", "1 were given"]),
        ("a parameter is null", x => new(x) { Parameters = [x.Parameters[0], null] }, ["DtBias", "null"]),
        ("a parameter of another width", x => Parameter(x, 1, 4, 5), ["DtBias", "[heads, 8]", "[4, 5]"]),
        ("a parameter per channel where it is per head", x => Parameter(x, 0, 4, 8), ["ALog", "[heads]", "[4, 8]"]),
        ("a parameter of other heads", x => Parameter(x, 0, 3), ["ALog", "divides the 4 heads", "[3]"]),
        ("a state of other keys", x => State(x, 2, 4, 9, 5), ["state", "[2, 4, 8, 5]", "[2, 4, 9, 5]"]),
        ("a state of other values", x => State(x, 2, 4, 8, 6), ["state", "[2, 4, 8, 5]", "[2, 4, 8, 6]"]),
        ("a state V-first", x => State(x, 2, 4, 5, 8), ["state", "exchanged", "StateValueFirst"]),
        ("a state too few", x => State(x, 1, 4, 8, 5), ["state", "[1, 4, 8, 5]"]),
        ("a narrow state", x => new(x) { State = x.Keep(x.InitialState!.Cast(DataType.BFloat16)) }, ["state", "Float32", "BFloat16"]),
        ("a scale that is no number", x => new(x) { Options = new() { Scale = float.NaN } }, ["Scale", "finite", "NaN"]),
        ("a chunk of nothing", x => new(x) { Options = new() { ChunkLength = 0 } }, ["ChunkLength", "1 to 64", "0"]),
        ("a chunk too long", x => new(x) { Options = new() { ChunkLength = int.MaxValue } }, ["ChunkLength", "1 to 64", "2147483647"]),
        ("an output of whole numbers", x => new(x) { Options = new() { OutputType = DataType.Int64 } }, ["OutputType", "Int64"]),
        ("offsets for a batch", x => new(x) { Options = new() { SequenceOffsets = [0, 6] } }, ["SequenceOffsets", "B = 1", "B is 2"]),
    ];

    private static readonly (long[] Offsets, string[] Says)[] Offsets =
    [
        ([], ["0 offsets"]),
        ([0], ["1 offsets"]),
        ([0, 5], ["from 0 to 5"]),
        ([0, long.MaxValue], [$"from 0 to {long.MaxValue}"]),
        ([long.MinValue, 6], [$"from {long.MinValue} to 6"]),
        ([0, -3, 6], ["[1] is -3 after 0"]),
        ([0, 4, 3, 6], ["[2] is 3 after 4"]),
        ([0, long.MaxValue, 6], [$"[2] is 6 after {long.MaxValue}"]),
    ];

    public static TheoryData<string> Names { get; } = [.. Cases.Select(x => x.What)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_bad_tensor_or_option_is_named_and_nothing_happens(string what)
    {
        (_, Func<RandomCase, Bad> make, string[] says) = Cases.First(x => x.What == what);
        using var random = new RandomCase(KimiDelta.Variant, Shape);
        Refused(random, make(random), says);
    }

    [Fact]
    public void Bad_offsets_are_named_and_nothing_happens()
    {
        foreach ((long[] offsets, string[] says) in Offsets)
        {
            using var random = new RandomCase(KimiDelta.Variant, Shape with { Batch = 1 });
            Refused(random, new Bad(random) { Options = new() { SequenceOffsets = offsets } }, [.. says, "SequenceOffsets"]);
        }
    }

    [Fact]
    public void Rows_that_are_no_multiple_of_the_tokens_are_named()
    {
        using var random = new RandomCase(DeltaProduct.Variant, Shape with { Updates = 3 });
        Refused(random, new Bad(random) { Inputs = [random.Inputs[0], random.Keep(new Tensor(DataType.Float32, 2, 17, 2, 8)), .. random.Inputs.Skip(2)] }, ["K", "multiple of the 6 tokens", "[2, 17, 2, 8]"]);
        Refused(random, new Bad(random) { Inputs = [.. random.Inputs.Take(2), random.Keep(new Tensor(DataType.Float32, 2, 12, 4, 5)), .. random.Inputs.Skip(3)] }, ["V", "3 state updates", "[2, 12, 4, 5]"]);
    }

    [Fact]
    public void A_bad_gradient_is_named_and_nothing_happens()
    {
        using var random = new RandomCase(KimiDelta.Variant, Shape);
        var engine = new NoEngine();
        Tensor narrow = random.Keep(new Tensor(DataType.Float32, 2, 6, 2, 5)), other = random.Keep(new Tensor(DataType.Float32, 2, 4, 8, 1));
        long live = Alone.LiveTensors();
        string output = Message<ArgumentException>(() => random.Variant.Backward(random.Inputs, random.Parameters, narrow, options: new() { Engine = engine }));
        string state = Message<ArgumentException>(() => random.Variant.Backward(random.Inputs, random.Parameters, random.OutputGradient, other, options: new() { Engine = engine }));
        Assert.Equal(live, Tensor.Live);
        Assert.Contains("the output's gradient: expected the output's shape [2, 6, 4, 5], but got Float32 [2, 6, 2, 5]", output, StringComparison.Ordinal);
        Assert.Contains("the final state's gradient", state, StringComparison.Ordinal);
        Assert.Equal(0, engine.Runs);
    }

    [Fact]
    public void A_freed_tensor_is_named()
    {
        using var random = new RandomCase(KimiDelta.Variant, Shape);
        Tensor freed = random.Inputs[2].Clone();
        freed.Dispose();
        string message = Message<ObjectDisposedException>(() => random.Variant.Forward([random.Inputs[0], random.Inputs[1], freed, random.Inputs[3], random.Inputs[4]], random.Parameters));
        Assert.Contains("V was disposed", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_that_is_not_there_is_an_error_and_leaves_nothing()
    {
        long live = Alone.LiveTensors();
        Assert.Contains($"[{long.MaxValue}, 2]", Message<ArgumentException>(() => new Tensor(DataType.Float32, long.MaxValue, 2)), StringComparison.Ordinal);
        Assert.Throws<OutOfMemoryException>(() => new Tensor(DataType.Float32, 1L << 50));
        Assert.Equal(live, Tensor.Live);
    }

    private static void Refused(RandomCase random, Bad bad, string[] says)
    {
        var engine = new NoEngine();
        RunOptions options = bad.Options with { Engine = engine };
        Tensor[] before = [.. bad.Inputs.Where(x => x is not null).Select(x => random.Keep(x.Clone()))];
        Tensor state = random.Keep(bad.State.Clone());
        long live = Alone.LiveTensors();
        string[] messages =
        [
            Message<ArgumentException>(() => random.Variant.Forward(bad.Inputs, bad.Parameters, bad.State, options)),
            Message<ArgumentException>(() => random.Variant.Decode(bad.Inputs, bad.Parameters, bad.State, options)),
            Message<ArgumentException>(() => random.Variant.Backward(bad.Inputs, bad.Parameters, random.OutputGradient, null, bad.State, options)),
        ];
        Assert.Equal(live, Tensor.Live);
        Assert.Equal(0, engine.Runs);
        Served.AssertSame("the state", state, bad.State);
        foreach ((Tensor expected, Tensor got) in before.Zip(bad.Inputs.Where(x => x is not null)))
        {
            Served.AssertSame("an input", expected, got);
        }

        foreach (string message in messages)
        {
            Assert.StartsWith(random.Variant.Description.Name + ": ", message, StringComparison.Ordinal);
            Assert.All(says, x => Assert.Contains(x, message, StringComparison.Ordinal));
            Assert.DoesNotContain('\n', message);
        }
    }

    private static string Message<TException>(Action action)
        where TException : Exception => Assert.Throws<TException>(action).Message;

    private static Bad Input(RandomCase x, int index, params long[] shape) => Replaced(x, index, new Tensor(DataType.Float32, shape));

    private static Bad Typed(RandomCase x, int index, DataType type) => Replaced(x, index, new Tensor(type, x.Inputs[index].Shape.AsSpan()));

    private static Bad Replaced(RandomCase x, int index, Tensor tensor) =>
        new(x) { Inputs = [.. x.Inputs.Take(index), x.Keep(tensor), .. x.Inputs.Skip(index + 1)] };

    private static Bad Parameter(RandomCase x, int index, params long[] shape) =>
        new(x) { Parameters = [.. x.Parameters.Take(index), x.Keep(new Tensor(DataType.Float32, shape)), .. x.Parameters.Skip(index + 1)] };

    private static Bad State(RandomCase x, params long[] shape) => new(x) { State = x.Keep(new Tensor(DataType.Float32, shape)) };

    /// <summary>A call with something wrong in it.</summary>
    private sealed class Bad(RandomCase random)
    {
        public IReadOnlyList<Tensor> Inputs { get; init; } = random.Inputs;

        public IReadOnlyList<Tensor?> Parameters { get; init; } = random.Parameters;

        public Tensor State { get; init; } = random.InitialState!;

        public RunOptions Options { get; init; } = new();
    }

    /// <summary>Counts what it is asked to run.</summary>
    private sealed class NoEngine : IEngine
    {
        public int Runs { get; private set; }

        public DataType Number => DataType.Float32;

        public int Parallelism => 1;

        public bool TokenParallel => false;

        public void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
            where TKernels : IVariantKernels => Runs++;
    }
}
