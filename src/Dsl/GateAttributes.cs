namespace AttentionDsl;

/// <summary>
/// A gate: a static expression-bodied method of floats that computes the input it names inside the kernels, and is differentiated at compile time.
/// A parameter named like an input of the record (first letter in lower case) is that input as it comes (normalised, where it is): before its own gate, whose value another
/// gate has by calling it, as in <c>1 - Exp(Decay(g))</c>. Every other parameter says what it is:
/// <see cref="PerHeadAttribute"/>, <see cref="PerKeyChannelAttribute"/>, <see cref="PerValueChannelAttribute"/>, <see cref="SettingAttribute"/>,
/// <see cref="HeadIndexAttribute"/>, <see cref="HeadCountAttribute"/>. Parameters of several gates with one name are one parameter.
/// </summary>
/// <param name="target">The name of the input, as in <c>nameof(G)</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GateAttribute(string target) : Attribute
{
    /// <summary>The name of the input whose value the gate computes.</summary>
    public string Target { get; } = target;
}

/// <summary>A learned parameter, one number a head: a tensor [heads].</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PerHeadAttribute : Attribute;

/// <summary>A learned parameter, one number a head and key channel: a tensor [heads, K].</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PerKeyChannelAttribute : Attribute;

/// <summary>A learned parameter, one number a head and value channel: a tensor [heads, V].</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PerValueChannelAttribute : Attribute;

/// <summary>A number that the caller sets and that is not learned (such as a layer's index).</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class SettingAttribute : Attribute;

/// <summary>The index of the head, 0, 1, ...</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HeadIndexAttribute : Attribute;

/// <summary>The number of heads.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HeadCountAttribute : Attribute;

/// <summary>In an <see cref="OutputAttribute"/> gate: the normaliser scale * q . z, where z is the (decayed) sum of the keys written so far.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class NormalizerAttribute : Attribute;
