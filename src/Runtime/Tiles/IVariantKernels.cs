using ILGPU;
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

    /// <summary>Scratch elements that one item of a kernel takes.</summary>
    static abstract long Scratch(KernelKind kernel, Sizes sizes);

    /// <summary>Compiles one kernel for a device.</summary>
    static abstract DeviceLaunch Load(KernelKind kernel, Accelerator accelerator);
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
}

/// <summary>Launches a compiled device kernel: group i of the grid computes work[i] with its own stretch of scratch (scratch.Columns / number of groups elements).</summary>
/// <param name="stream">The stream.</param>
/// <param name="config">Grid and group size; the grid has one group for each work item.</param>
/// <param name="operands">The tensors, in the order <see cref="IVariantKernels"/> gives.</param>
/// <param name="sizes">The sizes.</param>
/// <param name="work">The items.</param>
/// <param name="scratch">A one-row tile: all scratch, items one after the other.</param>
/// <param name="scratchPerItem">Elements of scratch an item.</param>
public delegate void DeviceLaunch(
    AcceleratorStream stream,
    KernelConfig config,
    ReadOnlySpan<Operand<DeviceTile, F32>> operands,
    Sizes sizes,
    ArrayView<Work> work,
    DeviceTile scratch,
    long scratchPerItem);
