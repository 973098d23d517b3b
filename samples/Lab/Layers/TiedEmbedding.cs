using System.Numerics.Tensors;
using AttentionDsl.Runtime;

namespace AttentionDsl.Lab.Layers;

/// <summary>One matrix E [vocabulary, channels] for both ends: x_t = E[token t], and logits = x E^T at the tokens that have a target.</summary>
internal sealed class TiedEmbedding(Initializer initializer, int vocabulary, int width)
{
    private readonly Parameter table = initializer.Matrix("embedding", Tiles.Rounded(vocabulary), width, 1 / Math.Sqrt(width));
    private readonly Buffer embedded = new(), chosen = new(), logits = new(), dchosen = new(), dx = new();
    private readonly List<int> places = [];

    public Parameter Table => table;

    public Tensor Embed(ReadOnlySpan<int> tokens, int batch)
    {
        Tensor x = embedded.Of(batch, tokens.Length / batch, width);
        for (int i = 0; i < tokens.Length; i++)
        {
            Row(table.Value, tokens[i]).CopyTo(Row(x, i));
        }

        return x;
    }

    public void EmbedBackward(ReadOnlySpan<int> tokens, Tensor dx)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            Span<float> sum = Row(table.Gradient, tokens[i]);
            TensorPrimitives.Add(sum, Row(dx, i), sum);
        }
    }

    /// <summary>Logits [tokens with a target, vocabulary].</summary>
    public Tensor Logits(Tensor x, ReadOnlySpan<int> targets)
    {
        places.Clear();
        for (int i = 0; i < targets.Length; i++)
        {
            if (targets[i] >= 0)
            {
                places.Add(i);
            }
        }

        Tensor chosen = this.chosen.Of(places.Count, width), logits = this.logits.Of(places.Count, table.Value.Shape[0]);
        for (int i = 0; i < places.Count; i++)
        {
            Row(x, places[i]).CopyTo(Row(chosen, i));
        }

        HostTile.ProductTransposed(Tiles.All(logits), Tiles.All(chosen), Tiles.All(table.Value), Into.Set);
        return logits;
    }

    /// <summary>The gradient of x.</summary>
    public Tensor LogitsBackward(Tensor dlogits, Tensor x)
    {
        Tensor chosen = this.chosen.Of(places.Count, width), dchosen = this.dchosen.Of(places.Count, width), dx = this.dx.Like(x);
        HostTile.TransposedProduct(Tiles.All(table.Gradient), Tiles.All(dlogits), Tiles.All(chosen), Into.Add);
        HostTile.Product(Tiles.All(dchosen), Tiles.All(dlogits), Tiles.All(table.Value), Into.Set);
        dx.AsSpan<float>().Clear();
        for (int i = 0; i < places.Count; i++)
        {
            Row(dchosen, i).CopyTo(Row(dx, places[i]));
        }

        return dx;
    }

    private Span<float> Row(Tensor x, int row) => x.AsSpan<float>().Slice(row * width, width);
}
