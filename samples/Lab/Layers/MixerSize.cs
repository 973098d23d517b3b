namespace AttentionDsl.Lab.Layers;

/// <summary>The sizes of a mixer.</summary>
/// <param name="Width">Channels of a token.</param>
/// <param name="Heads">Heads.</param>
/// <param name="K">Key channels of a head.</param>
/// <param name="V">Value channels of a head.</param>
internal sealed record MixerSize(int Width, int Heads, int K, int V)
{
    /// <summary>State updates a token, for variants with several.</summary>
    public int Updates { get; init; } = 2;

    /// <summary>Index of the layer, for variants with a setting of this name.</summary>
    public int Layer { get; init; }

    /// <summary>Number of layers.</summary>
    public int Layers { get; init; } = 1;
}
