namespace AttentionDsl;

/// <summary>
/// The query q, a <see cref="KeyVector"/>: o = scale * S^T q. Role attributes stand on a parameter of the record (an input tensor), or on a
/// static gate method whose result plays the role (a quantity derived from other inputs, such as k = 1 - exp(g)).
/// </summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class QueryAttribute : Attribute
{
    /// <summary>Divide by sqrt(sum of squares + 1e-6) inside the kernels, before any gate.</summary>
    public bool L2Normalize { get; set; }
}

/// <summary>The key k, a <see cref="KeyVector"/>: the row direction that is written.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class KeyAttribute : Attribute
{
    /// <summary>Divide by sqrt(sum of squares + 1e-6) inside the kernels, before any gate.</summary>
    public bool L2Normalize { get; set; }
}

/// <summary>The value v, a <see cref="ValueVector"/>: what is written.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class ValueAttribute : Attribute;

/// <summary>
/// The log decay g (natural logarithm, at most 0): the state is multiplied by exp(g) before the write. The operand type is the granularity:
/// <see cref="Scalar"/> a head, <see cref="KeyVector"/> a key channel (row of the state), <see cref="ValueVector"/> a value channel (column).
/// A record may have one decay on keys and one on values.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class LogDecayAttribute : Attribute
{
    /// <summary>A promise that the log decay is never below this; not a number (the default): no promise. A gate's own bound is found from its expression.</summary>
    public float LowerBound { get; set; } = float.NaN;
}

/// <summary>The write strength beta, a <see cref="Scalar"/>: scales what is written and, with the delta rule, what is erased.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class WriteStrengthAttribute : Attribute;

/// <summary>The erase gate b (<see cref="Scalar"/> or <see cref="KeyVector"/>): the erase vector is b * k (GDN-2, arXiv 2605.22791).</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class EraseGateAttribute : Attribute;

/// <summary>The write gate w (<see cref="Scalar"/> or <see cref="ValueVector"/>): w * v is written; the erase does not see it.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class WriteGateAttribute : Attribute;

/// <summary>An erase key p other than the key, a <see cref="KeyVector"/>: the state's answer to p is erased (Comba, arXiv 2506.02475).</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class EraseKeyAttribute : Attribute
{
    /// <summary>Divide by sqrt(sum of squares + 1e-6) inside the kernels, before any gate.</summary>
    public bool L2Normalize { get; set; }
}

/// <summary>The vector a of a general rank-one transition, a <see cref="KeyVector"/>: S + b (S^T a)^T (DPLR; RWKV-7, arXiv 2503.14456).</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class TransitionReadAttribute : Attribute;

/// <summary>The vector b of a general rank-one transition, a <see cref="KeyVector"/>: S + b (S^T a)^T.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class TransitionWriteAttribute : Attribute;

/// <summary>The bonus u of the current token when the read comes before the write: o = scale * (S + (u * k) v^T)^T q (RWKV-6).</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Method)]
public sealed class BonusAttribute : Attribute;

/// <summary>
/// An elementwise gate on the output. Its first parameter is what was read from the state; the others are inputs and parameters as in any gate
/// (Mamba-2's skip: <c>[Output] static float Skip(float o, float x, [PerHead] float d) => o + d * x;</c>).
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OutputAttribute : Attribute;

/// <summary>The side of the state an erase works on.</summary>
public enum StateSide
{
    /// <summary>What the state answers to the key is erased: S + beta k (v - S^T k)^T.</summary>
    Key,

    /// <summary>What the state answers to the value is erased: S + beta (k - S v) v^T (Oja's rule).</summary>
    Value,
}

/// <summary>
/// The delta rule: the token's write first erases what the state answers to the key, S + beta k (v - S^T k)^T. Without it the rule is
/// Hebbian, S + beta k v^T. Stands on the record or on one of its parameters.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Parameter)]
public sealed class DeltaRuleAttribute : Attribute
{
    /// <summary>True if the erase reads the state before the token's decay (Comba, RWKV-7) and not after it (Gated DeltaNet, KDA).</summary>
    public bool EraseBeforeDecay { get; set; }

    /// <summary>The side the erase works on.</summary>
    public StateSide Side { get; set; } = StateSide.Key;
}
