
namespace AttentionDsl.Variants;

/// <summary>RWKV-6 (Peng et al., arXiv 2404.05892): the read comes before decay and write, and sees the current token through the bonus u.</summary>
[RecurrentAttention(ReadBeforeWrite = true)]
[PublishedAs("rwkv6", "q k v w u")]
public partial record Rwkv6([Query] KeyVector R, [Key] KeyVector K, [Value] ValueVector V, [LogDecay] KeyVector W)
{
    [Bonus]
    private static float Bonus([PerKeyChannel] float u) => u;
}
