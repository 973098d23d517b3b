namespace AttentionDsl.Generator;

/// <summary>What a quantity is for in the state update.</summary>
internal enum Role
{
    /// <summary>An input that only gates read.</summary>
    Auxiliary,
    Query,
    Key,
    Value,
    LogDecay,
    WriteStrength,
    EraseGate,
    WriteGate,
    EraseKey,
    TransitionRead,
    TransitionWrite,
    Bonus,
    Output,
}

/// <summary>The granularity of an operand: which channels a token (or a head) has.</summary>
internal enum Channels
{
    Scalar,
    Key,
    Value,

    /// <summary>One number for all heads (settings).</summary>
    Single,
}

/// <summary>A parameter of the record: an input tensor.</summary>
internal sealed record InputModel(string Name, Role Role, Channels Channels, bool L2Normalize, double LowerBound);

/// <summary>What a parameter of a gate stands for.</summary>
internal enum GateParameterKind
{
    Input,
    PerHead,
    PerKeyChannel,
    PerValueChannel,
    Setting,
    HeadIndex,
    HeadCount,

    /// <summary>The first parameter of an output gate: what was read from the state.</summary>
    Readout,
    Normalizer,
}

/// <summary>A parameter of a gate method.</summary>
/// <param name="Name">The name in the method, the argument's name in the expression.</param>
/// <param name="Kind">What it stands for.</param>
/// <param name="Input">For <see cref="GateParameterKind.Input"/>: the input's name.</param>
internal sealed record GateParameter(string Name, GateParameterKind Kind, string Input);

/// <summary>A gate method: it computes an input anew (Target) or plays a role of its own.</summary>
/// <param name="Name">The method.</param>
/// <param name="Target">The input it computes; empty for a derived role or the output.</param>
/// <param name="Role">The role its value plays.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Body">Its expression.</param>
/// <param name="LowerBound">A promised lower bound (log decays).</param>
internal sealed record GateModel(string Name, string Target, Role Role, EquatableArray<GateParameter> Parameters, Expr Body, double LowerBound);

/// <summary>One name under which test vectors know the variant.</summary>
internal sealed record PublicationModel(string Name, string Flags, string Tensors);

/// <summary>A declaration as written: names, enums, numbers and expressions, no symbols. Equal declarations generate equal code.</summary>
internal sealed record Declaration
{
    /// <summary>Namespace, empty for the global one.</summary>
    public required string Namespace { get; init; }

    /// <summary>Heads of the enclosing types, outermost first, such as <c>partial class Outer</c>.</summary>
    public required EquatableArray<string> EnclosingTypes { get; init; }

    /// <summary>The record's own head without its parameters, such as <c>public partial record KimiDelta</c>.</summary>
    public required string Head { get; init; }

    public required string Name { get; init; }

    /// <summary>Metadata name, the stem of the generated files.</summary>
    public required string HintName { get; init; }

    /// <summary>public or internal: what the generated members can be.</summary>
    public required string Accessibility { get; init; }

    public required string Summary { get; init; }

    public required double Scale { get; init; }

    /// <summary>Key channels of a head that it is meant for; 0: not said. Kernels do not depend on it.</summary>
    public required int KeyChannels { get; init; }

    /// <summary>Value channels of a head that it is meant for; 0: not said. Kernels do not depend on it.</summary>
    public required int ValueChannels { get; init; }

    public required bool SeveralUpdates { get; init; }

    public required bool ReadBeforeWrite { get; init; }

    public required bool DeltaRule { get; init; }

    public required bool EraseBeforeDecay { get; init; }

    /// <summary>True for Oja's rule: the erase works on the value side.</summary>
    public required bool ValueSide { get; init; }

    public required EquatableArray<InputModel> Inputs { get; init; }

    public required EquatableArray<GateModel> Gates { get; init; }

    public required EquatableArray<PublicationModel> Publications { get; init; }

    /// <summary>The declaration's text, leading comments left out; empty where the kernels are written, which do not depend on it.</summary>
    public required string Text { get; init; }

    /// <summary>How many lines of <see cref="Text"/> are not blank.</summary>
    public int DeclaredLines => Text.Split('\n').Count(x => x.Trim().Length != 0);

    /// <summary>Identifier of the first error, with its message; empty if the declaration is legal.</summary>
    public required string Error { get; init; }
}

/// <summary>Something wrong with a declaration: a diagnostic without its location.</summary>
/// <param name="Id">The diagnostic, such as ATTN020.</param>
/// <param name="Member">What is underlined: a parameter of the record or a method by its name, a method's parameter as <c>Method.parameter</c>; empty: the record's name.</param>
/// <param name="Arguments">The arguments of the message.</param>
internal sealed record Problem(string Id, string Member, EquatableArray<string> Arguments)
{
    /// <summary>What a code fix can do about it, a verb and its object, such as <c>type:KeyVector</c> or <c>remove:EraseKey</c>; empty if nothing.</summary>
    public string Fix { get; init; } = "";

    public Problem FixedBy(string fix) => this with { Fix = fix };

    public static Problem At(string id, string member, params string[] arguments) => new(id, member, EquatableArray.Of(arguments));
}
