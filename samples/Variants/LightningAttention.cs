
namespace AttentionDsl.Variants;

/// <summary>Lightning Attention (Qin et al., arXiv 2405.17381): a constant decay for every head that weakens from layer to layer.</summary>
[RecurrentAttention]
[PublishedAs("lightning_attn", "q k v layer_idx num_layers")]
public partial record LightningAttention([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V)
{
    [LogDecay]
    private static float Decay([HeadIndex] float head, [HeadCount] float heads, [Setting] float layer, [Setting] float layers) =>
        -8 / heads * (1 - layer / layers) * head;
}
