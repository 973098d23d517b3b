using AttentionDsl.Runtime;

namespace AttentionDsl.Tests;

/// <summary>
/// Random tensors for any declaration, by the roles of its inputs: keys, queries and values of length 1 (so that every erase, on keys or on
/// values, keeps the state bounded), decays below 0, strengths between 0 and 1. Everything follows from the seed.
/// </summary>
internal sealed class RandomCase : IDisposable
{
    private readonly List<Tensor> all = [];
    private readonly Random random;
    private readonly CaseShape shape;

    public RandomCase(IVariant variant, CaseShape shape)
    {
        this.shape = shape;
        random = new Random(shape.Seed);
        Variant = variant;
        VariantDescription d = variant.Description;
        Inputs = [.. d.Inputs.Select(Input)];
        Shapes = variant.Shapes(Inputs, Options);
        Parameters = [.. d.Parameters.Select(Parameter)];
        InitialState = shape.InitialState ? State() : null;
        if (d.Normalizer && InitialState is not null)
        {
            MakeKeySumsPositive(InitialState);
        }

        OutputGradient = Filled(DataType.Float32, [.. Shapes.Output], () => Between(-1, 1));
        FinalStateGradient = State();
    }

    public IVariant Variant { get; }

    public IReadOnlyList<Tensor> Inputs { get; }

    public IReadOnlyList<Tensor> Parameters { get; }

    public VariantShapes Shapes { get; }

    public RunOptions Options => shape.Options;

    public CaseShape Shape => shape;

    public Tensor? InitialState { get; }

    public Tensor OutputGradient { get; }

    public Tensor FinalStateGradient { get; }

    /// <summary>All of them.</summary>
    public CallTensors Call => new(Inputs, Parameters, InitialState, OutputGradient, FinalStateGradient);

    /// <summary>Numbers in (-1, 1) of the state's shape.</summary>
    public Tensor State() => Filled(DataType.Float32, [.. Shapes.State], () => Between(-1, 1));

    /// <summary>The initial state to decode on, or zeros, in an engine's element type; the case frees it.</summary>
    public Tensor StartingState(DataType number) => Keep(InitialState?.Cast(number) ?? new Tensor(number, [.. Shapes.State]));

    /// <summary>Hands a tensor or result to the case, which frees it.</summary>
    public Tensor Keep(Tensor tensor)
    {
        all.Add(tensor);
        return tensor;
    }

    public void Dispose() => all.ForEach(x => x.Dispose());

    private Tensor Input(InputDescription input)
    {
        bool shared = input.Role is "query" or "key" or "erase key" or "transition a" or "transition b";
        int heads = shared ? shape.QueryHeads ?? shape.Heads : shape.Heads;
        long rows = (long)shape.Tokens * (input.PerUpdate ? shape.Updates : 1);
        int width = Width(input.Channels);
        long[] axes = input.Channels is Channels.Key or Channels.Value ? [shape.Batch, rows, heads, width] : [shape.Batch, rows, heads];
        bool positive = Variant.Description.Normalizer && input.Role is "query" or "key";
        Tensor tensor = Filled(DataType.Float32, axes, input.Role switch
        {
            var role when role.StartsWith("log decay", StringComparison.Ordinal) => () => LogDecay(input.Gated),
            "write strength" or "erase gate" or "write gate" => () => Between(shape.Numbers.Strength.Low, shape.Numbers.Strength.High),

            // A divisor q . z that passes through zero would make every digit of the quotient hang on the last bit of the keys.
            _ when positive => () => Between(0.1, 1),
            _ => () => Between(-1, 1),
        });
        if (shape.Numbers.RepeatKeys && input.Role is "key" or "erase key" or "transition a" or "transition b")
        {
            RepeatFirstRow(tensor.AsSpan<float>(), heads * width);
        }

        double length = input.Role switch
        {
            "transition a" or "transition b" => 0.5,
            _ when input.Channels == Channels.Key && !IsGateLike(input) => 1,
            "value" => 1,
            _ => 0,
        };
        if (length > 0)
        {
            SetLength(tensor.AsSpan<float>(), width, length);
        }

        return shape.Type == DataType.Float32 ? tensor : Keep(tensor.Cast(shape.Type));
    }

    private static bool IsGateLike(InputDescription input) =>
        input.Role is "erase gate" || input.Role.StartsWith("log decay", StringComparison.Ordinal);

    // What a gate makes a decay from is strong where it is large: most gates are -exp(a) softplus(x).
    private double LogDecay(bool gated)
    {
        CaseNumbers numbers = shape.Numbers;
        double decay = numbers.WeakestDecay is double weakest
            ? -Math.Exp(Between(Math.Log(-weakest), Math.Log(-numbers.Decay)))
            : Between(numbers.Decay, 0);
        return gated ? -decay : decay;
    }

    private Tensor Parameter(ParameterDescription parameter, int index) => parameter.Channels switch
    {
        // Settings such as a layer's index and the number of layers: rising, so that a ratio of the first to the second is below 1.
        Channels.Single => Keep(Tensor.From([3f * (index + 1)], 1)),
        _ => Filled(DataType.Float32, [.. Shapes.Parameters[index]], () => Between(-0.5, 0.5)),
    };

    private int Width(Channels channels) => channels switch { Channels.Key => shape.K, Channels.Value => shape.V, _ => 1 };

    private void MakeKeySumsPositive(Tensor state)
    {
        bool valueFirst = Options.StateValueFirst;
        for (long i = 0; i < state.Count; i++)
        {
            long column = valueFirst ? i / Shapes.K % (Shapes.V + 1) : i % (Shapes.V + 1);
            state[i] = column == Shapes.V ? Math.Abs(state[i]) : state[i];
        }
    }

    private void RepeatFirstRow(Span<float> rows, int width)
    {
        for (int at = width; at < rows.Length; at++)
        {
            rows[at] = rows[at % width] * (1 + (float)Between(-1e-6, 1e-6));
        }
    }

    private static void SetLength(Span<float> rows, int width, double length)
    {
        for (int first = 0; first < rows.Length; first += width)
        {
            Span<float> row = rows.Slice(first, width);
            double squares = 0;
            foreach (float x in row)
            {
                squares += (double)x * x;
            }

            double factor = length / Math.Sqrt(squares);
            foreach (ref float x in row)
            {
                x = (float)(x * factor);
            }
        }
    }

    private Tensor Filled(DataType type, long[] axes, Func<double> next)
    {
        Tensor tensor = Keep(new Tensor(type, axes));
        foreach (ref float x in tensor.AsSpan<float>())
        {
            x = (float)next();
        }

        return tensor;
    }

    private double Between(double low, double high) => low + ((high - low) * random.NextDouble());
}
