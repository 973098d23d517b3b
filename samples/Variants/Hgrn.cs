
namespace AttentionDsl.Variants;

/// <summary>HGRN (Qin et al., arXiv 2311.04823): a vector state, h = exp(g) h + x. One key channel, the decay on the value channels.</summary>
[RecurrentAttention(Scale = 1)]
[PublishedAs("hgrn", "x g")]
public partial record Hgrn([Value] ValueVector X, [LogDecay] ValueVector G)
{
    [Query]
    private static float Read() => 1;

    [Key]
    private static float Write() => 1;
}
