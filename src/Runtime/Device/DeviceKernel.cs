using ILGPU;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>Launches a compiled device kernel: group i of the grid computes work[i].</summary>
/// <typeparam name="TTile">The device's tile.</typeparam>
/// <typeparam name="TNumber">Its number.</typeparam>
/// <param name="stream">The stream.</param>
/// <param name="config">Grid and group size; the grid has one group for each work item.</param>
/// <param name="operands">The tensors, in the order <see cref="IVariantKernels"/> gives.</param>
/// <param name="sizes">The sizes.</param>
/// <param name="work">The items.</param>
/// <param name="scratch">See <see cref="IDeviceTile{TSelf, TNumber}.ScratchOf"/>.</param>
/// <param name="scratchPerItem">Elements of scratch an item.</param>
/// <param name="between">The workspace between passes; empty for kernels that are no pass.</param>
public delegate void DeviceLaunch<TTile, TNumber>(
    AcceleratorStream stream,
    KernelConfig config,
    ReadOnlySpan<Operand<TTile, TNumber>> operands,
    Sizes sizes,
    ArrayView<Work> work,
    TTile scratch,
    long scratchPerItem,
    Between<TTile> between)
    where TTile : struct, IDeviceTile<TTile, TNumber>
    where TNumber : struct, INumber<TNumber>;

/// <summary>A compiled device kernel.</summary>
/// <typeparam name="TTile">The device's tile.</typeparam>
/// <typeparam name="TNumber">Its number.</typeparam>
/// <param name="Launch">Launches it.</param>
/// <param name="Kernel">The kernel as ILGPU knows it.</param>
public sealed record DeviceKernel<TTile, TNumber>(DeviceLaunch<TTile, TNumber> Launch, Kernel Kernel)
    where TTile : struct, IDeviceTile<TTile, TNumber>
    where TNumber : struct, INumber<TNumber>;
