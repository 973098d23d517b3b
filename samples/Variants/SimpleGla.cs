
namespace AttentionDsl.Variants;

/// <summary>Simple gated linear attention: one data-dependent log decay a head and token.</summary>
[RecurrentAttention]
[PublishedAs("simple_gla", "q k v g")]
public partial record SimpleGla([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [LogDecay] Scalar G);
