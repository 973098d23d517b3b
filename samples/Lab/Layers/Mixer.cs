namespace AttentionDsl.Lab.Layers;

/// <summary>What mixes tokens: [B, T, channels] to [B, T, heads * head width], causal.</summary>
internal abstract class Mixer : Layer
{
    public abstract int Heads { get; }

    public abstract int HeadWidth { get; }
}
