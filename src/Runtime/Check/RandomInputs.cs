namespace AttentionDsl.Runtime;

/// <summary>
/// Random Float32 tensors that a declaration takes as they are: queries, keys, erase keys, values and what a transition reads along of length 1, log decays in (-0.3, 0), strengths and
/// gates in (0.1, 0.9), everything else, and whatever a gate of the declaration computes from, in (-1, 1). The same seed gives the same numbers.
/// </summary>
public sealed class RandomInputs : IDisposable
{
    private readonly Random random;
    private readonly List<Tensor> made = [];

    /// <summary>Makes the inputs and the parameters of a call.</summary>
    /// <param name="description">The variant.</param>
    /// <param name="size">Sizes of the call.</param>
    /// <param name="seed">Of the random numbers.</param>
    public RandomInputs(VariantDescription description, CallSize size, int seed = 42)
    {
        random = new Random(seed);
        Inputs = [.. description.Inputs.Select(x => Input(x, size, description.Normalizer))];
        Parameters = [.. description.Parameters.Select((x, i) => Parameter(x, i, size))];
    }

    /// <summary>The inputs, in the order of the declaration.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>The parameters of the gates, in the order of the declaration.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>Numbers in (-1, 1); freed with the rest.</summary>
    /// <param name="shape">The shape.</param>
    public Tensor Like(IEnumerable<long> shape) => Filled([.. shape], () => Between(-1, 1));

    /// <summary>An initial state with numbers in (-1, 1); sums of keys, where the state has them, are positive as those of the keys are.</summary>
    /// <param name="description">The variant.</param>
    /// <param name="shapes">The shapes of the call, K-first.</param>
    public Tensor State(VariantDescription description, VariantShapes shapes)
    {
        Tensor state = Like(shapes.State);
        if (description.Normalizer)
        {
            for (long row = shapes.V; row < state.Count; row += shapes.V + 1)
            {
                state[row] = Math.Abs(state[row]);
            }
        }

        return state;
    }

    /// <summary>Frees all tensors that this instance made.</summary>
    public void Dispose() => made.ForEach(x => x.Dispose());

    private Tensor Input(InputDescription input, CallSize size, bool normalizer)
    {
        long rows = (long)size.Tokens * (input.PerUpdate ? size.Updates : 1);
        int width = Width(input.Channels, size);
        long[] shape = input.Channels is Channels.Key or Channels.Value ? [size.Batch, rows, size.Heads, width] : [size.Batch, rows, size.Heads];
        Tensor tensor = Filled(shape, input.Role switch
        {
            // A divisor q . z that passes through zero would make every digit of the quotient hang on the last bit of the keys.
            "query" or "key" when normalizer => () => Between(0.1f, 1),
            _ when input.Gated => () => Between(-1, 1),
            var role when role.StartsWith("log decay", StringComparison.Ordinal) => () => Between(-0.3f, 0),
            "write strength" or "erase gate" or "write gate" => () => Between(0.1f, 0.9f),
            _ => () => Between(-1, 1),
        });

        // diag(w) + b a^T with b = -lambda a and lambda in [0, 1] is a reflection or less of an a of length 1; of an a as long as 128 numbers in (-1, 1) it multiplies the
        // state by up to 40, and what comes of that in two tokens cancels.
        float length = input.Role switch { "query" or "key" or "erase key" or "value" or "input of transition a" => 1, "transition a" or "transition b" => 0.3f, _ => 0 };
        if (length > 0)
        {
            SetLength(tensor.AsSpan<float>(), width, length);
        }

        return tensor;
    }

    private Tensor Parameter(ParameterDescription parameter, int index, CallSize size) => parameter.Channels switch
    {
        // Settings such as a layer's index and the number of layers: rising, so that a ratio of the first to the second is below 1.
        Channels.Single => Filled([1], () => 3f * (index + 1)),
        Channels.Scalar => Filled([size.Heads], () => Between(-0.5f, 0.5f)),
        _ => Filled([size.Heads, Width(parameter.Channels, size)], () => Between(-0.5f, 0.5f)),
    };

    private static int Width(Channels channels, CallSize size) => channels switch { Channels.Key => size.K, Channels.Value => size.V, _ => 1 };

    private static void SetLength(Span<float> rows, int width, float length)
    {
        for (int first = 0; first < rows.Length; first += width)
        {
            Span<float> row = rows.Slice(first, width);
            float squares = 0;
            foreach (float x in row)
            {
                squares += x * x;
            }

            float factor = length / MathF.Sqrt(squares);
            foreach (ref float x in row)
            {
                x *= factor;
            }
        }
    }

    private Tensor Filled(long[] shape, Func<float> next)
    {
        var tensor = new Tensor(DataType.Float32, shape);
        made.Add(tensor);
        foreach (ref float x in tensor.AsSpan<float>())
        {
            x = next();
        }

        return tensor;
    }

    private float Between(float low, float high) => low + ((high - low) * random.NextSingle());
}
