using System.Numerics.Tensors;
using AttentionDsl.Runtime;

namespace AttentionDsl.Lab.Layers;

/// <summary>
/// An input of a variant, cut out of the product that makes all inputs. What no gate of the declaration brings into its range is brought
/// there here: queries, keys and the vectors of a transition to length 1, log decays to log(sigmoid(x)) / 16 (as GLA does), strengths and gates to sigmoid(x).
/// </summary>
internal sealed class Projected
{
    private const float DecaySoftening = 1 / 16f;

    // A decay that hangs on every token by chance hides what is stored from the gradient that would have it kept.
    private const float FirstDecayWeights = 0.1f;

    private readonly Range range;
    private readonly bool decay;
    private readonly int first, width, updates;
    private readonly long[] shape;
    private readonly Buffer raw = new(), given = new(), draw = new();

    /// <param name="input">The declared input.</param>
    /// <param name="normalizer">Whether the variant divides by the sum of keys: queries and keys then must be positive.</param>
    /// <param name="first">Where its columns begin.</param>
    /// <param name="size">The sizes.</param>
    public Projected(InputDescription input, bool normalizer, int first, MixerSize size)
    {
        this.first = first;
        updates = input.PerUpdate ? size.Updates : 1;
        width = input.Channels switch { Channels.Key => size.K, Channels.Value => size.V, _ => 1 };
        shape = input.Channels is Channels.Key or Channels.Value ? [size.Heads, width] : [size.Heads];
        Columns = updates * size.Heads * width;
        decay = input.Role.StartsWith("log decay", StringComparison.Ordinal);
        range = input switch
        {
            { Gated: true } => Range.Any,
            { Role: "query" or "key" or "erase key" } => normalizer ? Range.Positive : Range.Unit,
            { Role: "transition a" or "transition b" } => Range.Unit,
            { Role: "write strength" or "erase gate" or "write gate" } => Range.Share,
            _ when decay => Range.LogDecay,
            _ => Range.Any,
        };
    }

    private enum Range
    {
        Any,
        Unit,
        Positive,
        Share,
        LogDecay,
    }

    /// <summary>Columns it takes.</summary>
    public int Columns { get; }

    /// <summary>The input of the last forward pass.</summary>
    public Tensor Given { get; private set; } = null!;

    /// <summary>Makes the weights of its columns what they begin with: log decays hardly depend on the token at first.</summary>
    public void Scale(Tensor weight)
    {
        Span<float> all = weight.AsSpan<float>();
        for (int row = 0; decay && row < weight.Shape[0]; row++)
        {
            Span<float> columns = all.Slice((row * (int)weight.Shape[1]) + first, Columns);
            TensorPrimitives.Multiply(columns, FirstDecayWeights, columns);
        }
    }

    public Tensor Forward(Tensor projected)
    {
        long[] full = [projected.Shape[0], projected.Shape[1] * updates, .. shape];
        Tensor raw = this.raw.Of(full);
        Copy(projected, raw.AsSpan<float>(), into: false);
        Given = range == Range.Any ? raw : given.Of(full);
        Span<float> x = raw.AsSpan<float>(), y = Given.AsSpan<float>();
        switch (range)
        {
            case Range.Unit:
                for (int i = 0; i < x.Length; i += width)
                {
                    TensorPrimitives.Divide(x.Slice(i, width), Length(x.Slice(i, width)), y.Slice(i, width));
                }

                break;
            case Range.Positive:
                SoftPlus(x, y);
                break;
            case Range.Share:
                TensorPrimitives.Sigmoid(x, y);
                break;
            case Range.LogDecay:
                TensorPrimitives.Negate(x, y);
                SoftPlus(y, y);
                TensorPrimitives.Multiply(y, -DecaySoftening, y);
                break;
        }

        return Given;
    }

    /// <summary>Writes the gradient of its columns.</summary>
    public void Backward(Tensor dgiven, Tensor dprojected)
    {
        Tensor draw = this.draw.Like(dgiven);
        Span<float> d = dgiven.AsSpan<float>(), x = raw.Like(dgiven).AsSpan<float>(), y = Given.AsSpan<float>(), to = draw.AsSpan<float>();
        switch (range)
        {
            case Range.Any:
                d.CopyTo(to);
                break;
            case Range.Unit:
                for (int i = 0; i < x.Length; i += width)
                {
                    // dx = (dy - y (y . dy)) / |x|
                    Span<float> row = to.Slice(i, width), unit = y.Slice(i, width);
                    TensorPrimitives.MultiplyAdd(unit, -TensorPrimitives.Dot<float>(unit, d.Slice(i, width)), d.Slice(i, width), row);
                    TensorPrimitives.Divide(row, Length(x.Slice(i, width)), row);
                }

                break;
            default:
                TensorPrimitives.Sigmoid(x, to);
                for (int i = 0; i < to.Length; i++)
                {
                    float s = to[i];
                    to[i] = d[i] * (range == Range.Positive ? s : range == Range.Share ? s * (1 - s) : DecaySoftening * (1 - s));
                }

                break;
        }

        Copy(dprojected, to, into: true);
    }

    private static float Length(ReadOnlySpan<float> row) => MathF.Sqrt(TensorPrimitives.SumOfSquares(row) + 1e-6f);

    /// <summary>log(1 + exp x) without overflow.</summary>
    private static void SoftPlus(ReadOnlySpan<float> x, Span<float> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = MathF.Max(x[i], 0) + MathF.Log(1 + MathF.Exp(-MathF.Abs(x[i])));
        }
    }

    private void Copy(Tensor wide, Span<float> narrow, bool into)
    {
        Span<float> all = wide.AsSpan<float>();
        int stride = (int)wide.Shape[^1];
        for (int row = 0; row * Columns < narrow.Length; row++)
        {
            Span<float> columns = all.Slice((row * stride) + first, Columns), mine = narrow.Slice(row * Columns, Columns);
            (into ? mine : columns).CopyTo(into ? columns : mine);
        }
    }
}
