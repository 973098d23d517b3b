using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery.Measure;

/// <summary>Sizes of a call.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Tokens">Tokens of a sequence.</param>
/// <param name="Heads">Heads of every input.</param>
/// <param name="K">Key channels.</param>
/// <param name="V">Value channels.</param>
internal sealed record CallSize(int Batch, int Tokens, int Heads, int K, int V);

/// <summary>Random tensors that any declaration takes: unit keys, decays that forget slowly, gates between 0 and 1.</summary>
internal sealed class RandomInputs : IDisposable
{
    private const int Updates = 2;

    private readonly Random random = new(42);

    public RandomInputs(VariantDescription description, CallSize size)
    {
        Inputs = [.. description.Inputs.Select(x => Input(x, size, description.Normalizer))];
        Parameters = [.. description.Parameters.Select((x, i) => Parameter(x, i, size))];
    }

    public IReadOnlyList<Tensor> Inputs { get; }

    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>Numbers in (-1, 1).</summary>
    public Tensor Like(IEnumerable<long> shape) => Filled([.. shape], () => Between(-1, 1));

    public void Dispose()
    {
        foreach (Tensor tensor in Inputs.Concat(Parameters))
        {
            tensor.Dispose();
        }
    }

    private Tensor Input(InputDescription input, CallSize size, bool normalizer)
    {
        long rows = size.Tokens * (input.PerUpdate ? Updates : 1);
        int width = Width(input.Channels, size);
        long[] shape = input.Channels is Channels.Key or Channels.Value ? [size.Batch, rows, size.Heads, width] : [size.Batch, rows, size.Heads];
        Tensor tensor = Filled(shape, input.Role switch
        {
            var role when role.StartsWith("log decay", StringComparison.Ordinal) => () => Between(-0.3f, 0),

            // A divisor q . z that passes through zero would make every digit of the quotient hang on the last bit of the keys.
            "query" or "key" when normalizer => () => Between(0.1f, 1),
            "write strength" or "erase gate" or "write gate" => () => Between(0.1f, 0.9f),
            _ => () => Between(-1, 1),
        });
        float length = input.Role switch { "query" or "key" or "erase key" => 1, "transition a" or "transition b" => 0.3f, _ => 0 };
        if (length > 0)
        {
            SetLength(tensor.AsSpan<float>(), width, length);
        }

        return tensor;
    }

    private Tensor Parameter(ParameterDescription parameter, int index, CallSize size) => parameter.Channels switch
    {
        // Settings such as a layer's index and the number of layers: rising, so that a ratio of the first to the second is below 1.
        Channels.Single => Tensor.From([3f * (index + 1)], 1),
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

    private static Tensor Filled(long[] shape, Func<float> next)
    {
        var tensor = new Tensor(DataType.Float32, shape);
        foreach (ref float x in tensor.AsSpan<float>())
        {
            x = next();
        }

        return tensor;
    }

    private float Between(float low, float high) => low + ((high - low) * random.NextSingle());
}
