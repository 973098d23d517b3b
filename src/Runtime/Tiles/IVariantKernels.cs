using System.Reflection;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>
/// What the generator writes for one declaration; <c>Variant&lt;TKernels&gt;</c> checks tensors, allocates and launches it.
/// </summary>
/// <remarks>
/// Tensors are passed as one list of operands, in this order (absent ones have <see cref="Operand{TTile, TNumber}.Present"/> false):
/// inputs, parameters, initial state, output, final state; for gradients then d output, d final state, d inputs, d parameters, d initial state.
/// A state operand has one head, width V and K rows for each (slot, value head): slot s, head h begins at row (s * Heads + h) * K.
/// (With <see cref="Sizes.StateValueFirst"/>: width K and V rows.) A parameter has one row. The gradient of a parameter has one row for each
/// sequence, and the gradients of inputs and parameters always have a head for each value head: the caller sums.
/// The state may be the same storage in and out (decode in place).
/// </remarks>
public interface IVariantKernels
{
    /// <summary>The declaration, as data.</summary>
    static abstract VariantDescription Description { get; }

    /// <summary>The recurrent step for every token of the item, in order, state read once and written once.</summary>
    static abstract void Decode<TTile, TNumber>(ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>;

    /// <summary>The adjoint of the recurrent step, token by token from the last to the first: the oracle of every gradient.</summary>
    static abstract void DecodeBackward<TTile, TNumber>(ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>;

    /// <summary>The chunk-parallel forward of the item.</summary>
    static abstract void Forward<TTile, TNumber>(ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>;

    /// <summary>The chunk-parallel backward of the item.</summary>
    static abstract void Backward<TTile, TNumber>(ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>;

    /// <summary>
    /// One of the passes into which a token-parallel device cuts <see cref="Forward"/> (Prepare, Advance) and <see cref="Backward"/>
    /// (Prepare, Trail, Retreat, Project, Gradients). In a training step, whose forward is given the gradient of the output, Advance leaves what Trail does, and the backward
    /// begins with Retreat. Items of Prepare, Project and Gradients are chunks, items of the others whole sequences
    /// or segments of them: Carry (CarryBack; CarryAndAdvance) then works out first what segments hand on, and Compose (ComposeBack), where a transition is a matrix, the states between them.
    /// </summary>
    static abstract void Pass<TTile, TNumber>(
        KernelKind pass, ReadOnlySpan<Operand<TTile, TNumber>> operands, Sizes sizes, Work at, TTile scratch, Between<TTile> between)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>;

    /// <summary>Elements that a chunk of one head takes in the workspace between passes: its exact part, or its packed part.</summary>
    static abstract long KeptElements(bool exact, Sizes sizes);

    /// <summary>
    /// Elements that a chunk of one head takes in <see cref="Between{TTile}.States"/>: the state before it and the gradient of the state after it, or what Project leaves in
    /// their place, of which exact numbers are two each.
    /// </summary>
    static abstract long StateElements(Sizes sizes);

    /// <summary>Scratch elements that one item of a kernel takes.</summary>
    static abstract long Scratch(KernelKind kernel, Sizes sizes);

    /// <summary>The method that is one kernel for a device's tile: generic over tile, number and <see cref="IKnownSizes"/>, closed with <see cref="AnySizes"/>.</summary>
    static abstract MethodInfo Method<TTile, TNumber>(KernelKind kernel)
        where TTile : struct, IDeviceTile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>;

    /// <summary>What launches that kernel, once it is compiled.</summary>
    static abstract DeviceLaunch<TTile, TNumber> Launcher<TTile, TNumber>(Kernel kernel)
        where TTile : struct, IDeviceTile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>;
}

/// <summary>The kernels of a variant.</summary>
public enum KernelKind
{
    /// <summary><see cref="IVariantKernels.Decode"/>.</summary>
    Decode,

    /// <summary><see cref="IVariantKernels.DecodeBackward"/>.</summary>
    DecodeBackward,

    /// <summary><see cref="IVariantKernels.Forward"/>.</summary>
    Forward,

    /// <summary><see cref="IVariantKernels.Backward"/>.</summary>
    Backward,

    /// <summary>Pass 1, chunk by chunk in any order: what does not depend on the state. Only of variants that have one (<see cref="VariantDescription.PreparesChunks"/>).</summary>
    Prepare,

    /// <summary>Pass 2 of the forward, in order over the chunks: the state and the output; in a training step it leaves what Trail does.</summary>
    Advance,

    /// <summary>Pass 2 of a backward by itself, in order over the chunks: the state before every chunk.</summary>
    Trail,

    /// <summary>Pass 3 of the backward, from the last chunk to the first: the gradient of the state after every chunk.</summary>
    Retreat,

    /// <summary>Pass 5 of the backward, chunk by chunk in any order: the gradients of inputs and parameters.</summary>
    Gradients,

    /// <summary>
    /// Before Advance or Trail where sequences are cut into segments, segment by segment in any order: what a segment hands on, were it handed nothing, and
    /// its transition: its log decay, or a matrix (<see cref="Work.Homogeneous"/>). Only of variants that <see cref="VariantDescription.CarriesOverSegments"/>.
    /// </summary>
    Carry,

    /// <summary>After Carry, border by border: the states at the borders. Only where transitions are matrices (see <see cref="VariantDescription.TransitionIsDiagonal"/>).</summary>
    Compose,

    /// <summary>Before Retreat, segment by segment in any order: the gradient that a segment hands back, were it handed none.</summary>
    CarryBack,

    /// <summary>After CarryBack, from the last border to the first, likewise: the gradients of the states at the borders.</summary>
    ComposeBack,

    /// <summary>Pass 4 of the backward, chunk by chunk in any order: what the gradients need of the state before a chunk and of the gradient of the state after it.</summary>
    Project,

    /// <summary>
    /// Carry of a forward that no backward goes on from: the first segment of a sequence, who has its state, advances there and then (<see cref="Work.Leaves"/>), and Advance does the others.
    /// </summary>
    CarryAndAdvance,
}
