namespace AttentionDsl.Lab.Layers;

/// <summary>The sizes of a model.</summary>
internal sealed record ModelSize(int Vocabulary, int Width, int Layers, int Heads)
{
    /// <summary>Key and value channels of a head.</summary>
    public int HeadWidth => Width / Heads;
}

/// <summary>Embedding, blocks, norm, tied head, cross-entropy.</summary>
internal sealed class LanguageModel
{
    private readonly TiedEmbedding embedding;
    private readonly Block[] blocks;
    private readonly RmsNorm norm;
    private Tensor? normed;
    private Tensor? logits;

    /// <param name="size">The sizes.</param>
    /// <param name="mixers">What the layers mix with; repeated over the layers.</param>
    /// <param name="seed">Where the numbers begin.</param>
    public LanguageModel(ModelSize size, MixerPattern mixers, ulong seed)
    {
        var initializer = new Initializer(seed);
        embedding = new(initializer, size.Vocabulary, size.Width);
        norm = new(initializer, "norm", size.Width);
        blocks = new Block[size.Layers];
        for (int i = 0; i < blocks.Length; i++)
        {
            Initializer block = initializer.In($"block{i}");
            var mixer = new MixerSize(size.Width, size.Heads, size.HeadWidth, size.HeadWidth) { Layer = i, Layers = size.Layers };
            blocks[i] = new(block, size.Width, mixers.Make(i, block.In("mixer"), mixer), 1 / Math.Sqrt(2 * size.Layers));
        }

        Parameters = [embedding.Table, .. blocks.SelectMany(x => x.Parameters), .. norm.Parameters];
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Predicts the targets (negative: none) of a batch of token sequences, one after the other.</summary>
    public Score Forward(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, int batch)
    {
        Tensor x = embedding.Embed(tokens, batch);
        foreach (Block block in blocks)
        {
            x = block.Forward(x);
        }

        normed = norm.Forward(x);
        logits = embedding.Logits(normed, targets);
        return CrossEntropy.ToGradient(logits, targets);
    }

    /// <summary>Adds the gradient of the last forward pass's mean loss.</summary>
    public void Backward(ReadOnlySpan<int> tokens)
    {
        Tensor dx = norm.Backward(embedding.LogitsBackward(logits!, normed!));
        foreach (Block block in blocks.Reverse())
        {
            dx = block.Backward(dx);
        }

        embedding.EmbedBackward(tokens, dx);
    }
}
