
namespace AttentionDsl.Variants;

/// <summary>Linear attention (Katharopoulos et al., arXiv 2006.16236): the state is the plain sum of outer products.</summary>
[RecurrentAttention]
[PublishedAs("linear_attn", "q k v")]
public partial record LinearAttention([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V);

/// <summary>Linear attention divided by the normaliser: q against the sum of the keys.</summary>
[RecurrentAttention]
[PublishedAs("linear_attn", "q k v", Flags = "normalize")]
public partial record NormalizedLinearAttention([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V)
{
    [Output]
    private static float Normalize(float o, [Normalizer] float z) => o / (z + 1e-10f);
}
