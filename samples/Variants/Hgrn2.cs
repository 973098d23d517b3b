using static AttentionDsl.GateMath;

namespace AttentionDsl.Variants;

/// <summary>HGRN2 (Qin et al., arXiv 2404.07904): the forget gate exp(g) of a key channel leaves k = 1 - exp(g) for the write.</summary>
[RecurrentAttention]
public partial record Hgrn2([Query] KeyVector Q, [LogDecay] KeyVector G, [Value] ValueVector V)
{
    [Key]
    private static float Write(float g) => 1 - Exp(g);
}
