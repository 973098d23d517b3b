
namespace AttentionDsl.Variants;

/// <summary>Gated linear attention (Yang et al., arXiv 2312.06635): a log decay for every key channel.</summary>
[RecurrentAttention]
[PublishedAs("gla", "q k v g")]
public partial record Gla([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [LogDecay] KeyVector G);
