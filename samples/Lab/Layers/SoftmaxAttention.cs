using System.Numerics.Tensors;
using AttentionDsl.Runtime;

namespace AttentionDsl.Lab.Layers;

/// <summary>Causal softmax attention, o_t = sum_s softmax_s(q_t . k_s / sqrt(D)) v_s, over all tokens before or a window of the last ones.</summary>
internal sealed class SoftmaxAttention(Initializer initializer, MixerSize size, Positions positions, int window = int.MaxValue) : Mixer
{
    private readonly int heads = size.Heads, width = size.V;
    private readonly Linear projection = new(initializer, "qkv", size.Width, 3 * size.Heads * size.V);
    private readonly float scale = 1 / MathF.Sqrt(size.V);
    private readonly Buffer turned = new(), weights = new(), output = new(), dscores = new(), dqkv = new();
    private Tensor? qkv;

    public override int Heads => heads;

    public override int HeadWidth => width;

    public override IEnumerable<Parameter> Parameters => projection.Parameters;

    public override Tensor Forward(Tensor x)
    {
        (int batch, int length) = ((int)x.Shape[0], (int)x.Shape[1]);
        Tensor raw = projection.Forward(x);
        qkv = turned.Like(raw);
        raw.CopyTo(qkv);
        Turn(qkv, back: false);
        Tensor weights = this.weights.Of(batch, heads, length, Tiles.Rounded(length));
        Tensor output = this.output.Of(batch, length, heads * width);
        for (int item = 0; item < batch * heads; item++)
        {
            HostTile p = Tiles.Block(weights, item * length, length, 0, length);
            HostTile.ProductTransposed(p, Part(qkv, item, 0), Part(qkv, item, 1), Into.Set);
            for (int t = 0; t < length; t++)
            {
                (int from, int count) = Seen(t);
                Span<float> row = Row(weights, item, t);
                TensorPrimitives.Multiply(row, scale, row);
                TensorPrimitives.SoftMax(row.Slice(from, count), row.Slice(from, count));
                row[..from].Clear();
                row[(from + count)..].Clear();
            }

            HostTile.Product(Head(output, item), p, Part(qkv, item, 2), Into.Set);
        }

        return output;
    }

    public override Tensor Backward(Tensor dy)
    {
        (int batch, int length) = ((int)dy.Shape[0], (int)dy.Shape[1]);
        Tensor weights = this.weights.Of(batch, heads, length, Tiles.Rounded(length));
        Tensor dscores = this.dscores.Of(1, 1, length, Tiles.Rounded(length));
        Tensor dqkv = this.dqkv.Like(qkv!);
        HostTile d = Tiles.Block(dscores, 0, length, 0, length);
        for (int item = 0; item < batch * heads; item++)
        {
            // dv = p^T do;  ds = p (do v^T - rowsum(p do v^T)) scale;  dq = ds k;  dk = ds^T q
            HostTile p = Tiles.Block(weights, item * length, length, 0, length);
            HostTile.TransposedProduct(Part(dqkv, item, 2), p, Head(dy, item), Into.Set);
            HostTile.ProductTransposed(d, Head(dy, item), Part(qkv!, item, 2), Into.Set);
            for (int t = 0; t < length; t++)
            {
                Span<float> row = Row(dscores, 0, t)[..length], weight = Row(weights, item, t)[..length];
                TensorPrimitives.Subtract(row, TensorPrimitives.Dot<float>(row, weight), row);
                TensorPrimitives.Multiply(row, weight, row);
                TensorPrimitives.Multiply(row, scale, row);
            }

            HostTile.Product(Part(dqkv, item, 0), d, Part(qkv!, item, 1), Into.Set);
            HostTile.TransposedProduct(Part(dqkv, item, 1), d, Part(qkv!, item, 0), Into.Set);
        }

        Turn(dqkv, back: true);
        return projection.Backward(dqkv);
    }

    /// <summary>The tokens that token t sees.</summary>
    private (int From, int Count) Seen(int t)
    {
        int count = Math.Min(t + 1, window);
        return (t + 1 - count, count);
    }

    private Span<float> Row(Tensor square, int item, int t)
    {
        int stride = (int)square.Shape[3];
        return square.AsSpan<float>().Slice(((item * (int)square.Shape[2]) + t) * stride, stride);
    }

    /// <summary>q (0), k (1) or v (2) of one sequence and head.</summary>
    private HostTile Part(Tensor qkv, int item, int part)
    {
        int length = (int)qkv.Shape[1];
        return Tiles.Block(qkv, item / heads * length, length, ((part * heads) + (item % heads)) * width, width);
    }

    private HostTile Head(Tensor o, int item)
    {
        int length = (int)o.Shape[1];
        return Tiles.Block(o, item / heads * length, length, item % heads * width, width);
    }

    private void Turn(Tensor qkv, bool back)
    {
        if (positions == Positions.NoPE)
        {
            return;
        }

        Span<float> all = qkv.AsSpan<float>();
        int length = (int)qkv.Shape[1];
        for (int i = 0, part = 0; i < all.Length; i += width, part = (part + 1) % (3 * heads))
        {
            if (part < 2 * heads)
            {
                Rotary.Turn(all.Slice(i, width), i / (3 * heads * width) % length, positions, back);
            }
        }
    }
}
