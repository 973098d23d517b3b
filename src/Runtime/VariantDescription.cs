using System.Collections.Immutable;

namespace AttentionDsl.Runtime;

/// <summary>The channels of an operand: what a token (or, for a parameter, a head) has.</summary>
public enum Channels
{
    /// <summary>One number a head.</summary>
    Scalar,

    /// <summary>One number a key channel (K).</summary>
    Key,

    /// <summary>One number a value channel (V).</summary>
    Value,

    /// <summary>One number for all heads (a setting).</summary>
    Single,
}

/// <summary>An input of the recurrence: a tensor [B, T, heads, channels] (Scalar: [B, T, heads]).</summary>
/// <param name="Name">The name in the declaration, such as <c>Beta</c>.</param>
/// <param name="Role">The role in words, such as <c>write strength</c>.</param>
/// <param name="Channels">Its granularity.</param>
/// <param name="PerUpdate">True if it has a row for every state update (householder step) and not only for every token.</param>
public sealed record InputDescription(string Name, string Role, Channels Channels, bool PerUpdate)
{
    /// <summary>
    /// True if a gate of the declaration computes what is used, so that any number may go in. Otherwise the number is used as it is: a log decay
    /// must be at most 0, a write strength, erase gate or write gate is usually between 0 and 1.
    /// </summary>
    public bool Gated { get; init; }
}

/// <summary>A parameter of a gate: a tensor [heads], [heads, K], [heads, V] or a single number.</summary>
/// <param name="Name">The name in the declaration with a capital, such as <c>ALog</c>.</param>
/// <param name="Channels">Its granularity.</param>
/// <param name="Learned">True if it has a gradient; a setting has none.</param>
public sealed record ParameterDescription(string Name, Channels Channels, bool Learned);

/// <summary>A declaration as data: what the runtime checks tensors against, and what programs show.</summary>
public sealed record VariantDescription
{
    /// <summary>Name of the record.</summary>
    public required string Name { get; init; }

    /// <summary>The inputs, in the order of the declaration.</summary>
    public required ImmutableArray<InputDescription> Inputs { get; init; }

    /// <summary>The parameters of the gates, in order of appearance.</summary>
    public required ImmutableArray<ParameterDescription> Parameters { get; init; }

    /// <summary>The recurrence, a line an equation.</summary>
    public required string Recurrence { get; init; }

    /// <summary>The algorithm chosen for the chunk form, and why.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The axes of the declaration in words: decay, write rule, read.</summary>
    public required string Axes { get; init; }

    /// <summary>Lines of the declaration.</summary>
    public required int DeclaredLines { get; init; }

    /// <summary>The declaration's text.</summary>
    public required string Declaration { get; init; }

    /// <summary>Factor on the query if the caller gives none; NaN: 1 / sqrt(K).</summary>
    public required float DefaultScale { get; init; }

    /// <summary>True if a token has several state updates; their number is read off the tensors.</summary>
    public required bool SeveralUpdates { get; init; }

    /// <summary>True if every value column evolves by itself, so that a decode step may be split over columns.</summary>
    public required bool ColumnsAreIndependent { get; init; }

    /// <summary>
    /// True if any run of tokens does the same linear thing to every value column of the state that it begins with: a device may then cut a sequence into
    /// segments that run at the same time.
    /// </summary>
    public bool CarriesOverSegments { get; init; }

    /// <summary>
    /// True if all that a run of tokens does to the state that it begins with is a decay of its rows: what a segment hands on is then known without its transition, a matrix.
    /// Only of variants that <see cref="CarriesOverSegments"/>.
    /// </summary>
    public bool TransitionIsDiagonal { get; init; }

    /// <summary>True if a device computes what does not depend on the state in a pass of its own, <see cref="KernelKind.Prepare"/>; false if every pass computes what it reads of that.</summary>
    public bool PreparesChunks { get; init; } = true;

    /// <summary>True if the backward on a device reads the states of chunks in a pass of its own, <see cref="KernelKind.Project"/>.</summary>
    public bool ProjectsStates { get; init; }

    /// <summary>True if a pair of tokens decays by another factor in every channel: operations on pairs then need more room.</summary>
    public bool PairsDecayByChannel { get; init; }

    /// <summary>True if the output has key channels in place of value channels (read on the value side).</summary>
    public required bool ReadsKeys { get; init; }

    /// <summary>
    /// True if the (decayed) sum of keys is carried beside the state, for the output gate: states then have V + 1 value columns, the last one
    /// being that sum.
    /// </summary>
    public required bool Normalizer { get; init; }

    /// <summary>What the declaration was published as (see <see cref="PublishedAsAttribute"/>); empty if nothing.</summary>
    public required ImmutableArray<Publication> PublishedAs { get; init; }

    /// <summary>
    /// Floating-point operations of the chunk forward, a head and token, as a function of K, V, chunk and updates: products and systems, a multiply-add
    /// counted as two, the halves of matrices that causality leaves empty not taken off.
    /// </summary>
    public required Func<Sizes, double> ForwardOperations { get; init; }
}

/// <summary>One name under which test vectors know a variant.</summary>
/// <param name="Name">The name, such as <c>kda</c>.</param>
/// <param name="Flags">The flags that must be set, separated by blanks, such as <c>use_qk_l2norm_in_kernel</c>.</param>
/// <param name="Tensors">Tensor names in the order of inputs, then parameters, separated by blanks.</param>
public sealed record Publication(string Name, string Flags, string Tensors);
