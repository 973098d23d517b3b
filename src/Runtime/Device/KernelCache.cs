using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>The kernels of one tile that were compiled for an accelerator.</summary>
/// <typeparam name="TTile">The tile.</typeparam>
/// <typeparam name="TNumber">Its number.</typeparam>
internal sealed class KernelCache<TTile, TNumber>(Accelerator accelerator, Func<KernelKind, KernelSpecialization> specialization)
    where TTile : struct, IDeviceTile<TTile, TNumber>
    where TNumber : struct, INumber<TNumber>
{
    private readonly Dictionary<(Type, KernelKind), DeviceKernel<TTile, TNumber>> kernels = [];

    public DeviceKernel<TTile, TNumber> Get<TKernels>(KernelKind kind, Action<string>? compiling)
        where TKernels : IVariantKernels
    {
        if (!kernels.TryGetValue((typeof(TKernels), kind), out DeviceKernel<TTile, TNumber>? kernel))
        {
            compiling?.Invoke($"compiling {TKernels.Description.Name}, {kind.ToString().ToLowerInvariant()}, for {accelerator.Name}");
            kernel = TKernels.Load<TTile, TNumber>(kind, accelerator, specialization(kind));
            kernels.Add((typeof(TKernels), kind), kernel);
        }

        return kernel;
    }
}
