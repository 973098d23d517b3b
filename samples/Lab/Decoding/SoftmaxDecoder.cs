using System.Numerics.Tensors;
using AttentionDsl.Lab.Layers;

namespace AttentionDsl.Lab.Decoding;

/// <summary>Softmax attention with a cache of keys and values: of the whole context, or of the last tokens of a window (a ring).</summary>
internal sealed class SoftmaxDecoder : Decoder
{
    private readonly MixerSize size;
    private readonly Tensor keys, values, token, output;
    private readonly float[] scores;
    private readonly int kept;
    private int next;

    /// <param name="size">The sizes.</param>
    /// <param name="context">Tokens before this one.</param>
    /// <param name="window">Tokens that it looks back, itself included.</param>
    public SoftmaxDecoder(MixerSize size, int context, int window)
    {
        this.size = size;
        kept = Math.Min(context, window);
        keys = Random("keys", size.Heads, kept, size.K);
        values = Random("values", size.Heads, kept, size.V);
        token = Random("token", 3, size.Heads, size.K);
        output = Random("output", size.Heads, size.V);
        scores = new float[kept];
    }

    /// <summary>[heads, tokens, channels].</summary>
    public Tensor Keys => keys;

    /// <summary>[heads, tokens, channels].</summary>
    public Tensor Values => values;

    /// <summary>q, k and v of the token: [3, heads, channels].</summary>
    public Tensor Token => token;

    /// <summary>What was read: [heads, channels].</summary>
    public Tensor Output => output;

    public override long Bytes => (keys.Count + values.Count) * sizeof(float);

    public override void Step()
    {
        Span<float> k = keys.AsSpan<float>(), v = values.AsSpan<float>(), qkv = token.AsSpan<float>(), o = output.AsSpan<float>();
        int width = size.K, all = size.Heads * width;
        for (int head = 0; head < size.Heads; head++)
        {
            Span<float> cachedKeys = k.Slice(head * kept * width, kept * width), cachedValues = v.Slice(head * kept * width, kept * width);
            Span<float> q = qkv.Slice(head * width, width), read = o.Slice(head * width, width);
            qkv.Slice(all + (head * width), width).CopyTo(cachedKeys[(next * width)..]);
            qkv.Slice((2 * all) + (head * width), width).CopyTo(cachedValues[(next * width)..]);
            for (int i = 0; i < kept; i++)
            {
                scores[i] = TensorPrimitives.Dot<float>(q, cachedKeys.Slice(i * width, width));
            }

            TensorPrimitives.Multiply(scores, 1 / MathF.Sqrt(width), scores);
            TensorPrimitives.SoftMax<float>(scores, scores);
            read.Clear();
            for (int i = 0; i < kept; i++)
            {
                TensorPrimitives.MultiplyAdd(cachedValues.Slice(i * width, width), scores[i], read, read);
            }
        }

        next = (next + 1) % kept;
    }

    public override void Dispose()
    {
        foreach (Tensor tensor in new[] { keys, values, token, output })
        {
            tensor.Dispose();
        }
    }
}
