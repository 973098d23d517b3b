
namespace AttentionDsl.Variants;

/// <summary>Diagonal plus low rank, S = diag(exp g) S + b (S^T a)^T + k v^T; with a = -kk, b = kk * eta it is RWKV-7's recurrence (Peng et al., arXiv 2503.14456).</summary>
[RecurrentAttention]
[PublishedAs("dplr", "q k v a b gk")]
[PublishedAs("rwkv7", "r k v a b w")]
public partial record Dplr(
    [Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [TransitionRead] KeyVector A, [TransitionWrite] KeyVector B, [LogDecay] KeyVector G);

/// <summary>Identity plus low rank, S = S + b (S^T a)^T + k v^T.</summary>
[RecurrentAttention]
[PublishedAs("iplr", "q k v a b")]
public partial record Iplr([Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [TransitionRead] KeyVector A, [TransitionWrite] KeyVector B);
