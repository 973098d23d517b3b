using System.Reflection;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>The kernels of one tile that were compiled for an accelerator.</summary>
/// <typeparam name="TTile">The tile.</typeparam>
/// <typeparam name="TNumber">Its number.</typeparam>
/// <param name="accelerator">The accelerator.</param>
/// <param name="specialization">How a kernel is launched.</param>
/// <param name="load">Compiles several kernels.</param>
internal sealed class KernelCache<TTile, TNumber>(
    Accelerator accelerator, Func<KernelKind, KernelSpecialization> specialization, Func<IReadOnlyList<(MethodInfo Method, KernelSpecialization Specialization)>, Kernel[]> load)
    where TTile : struct, IDeviceTile<TTile, TNumber>
    where TNumber : struct, INumber<TNumber>
{
    private readonly Dictionary<(Type, KernelKind), DeviceKernel<TTile, TNumber>> kernels = [];

    /// <summary>The kernels of a call, one for each of its launches.</summary>
    public DeviceKernel<TTile, TNumber>[] Get<TKernels>(Launch[] launches, Action<string>? compiling)
        where TKernels : IVariantKernels
    {
        KernelKind[] missing = [.. launches.Select(x => x.Kernel).Distinct().Where(x => !kernels.ContainsKey((typeof(TKernels), x)))];
        foreach (KernelKind kind in missing)
        {
            compiling?.Invoke($"compiling {TKernels.Description.Name}, {kind.ToString().ToLowerInvariant()}, for {accelerator.Name}");
        }

        foreach ((KernelKind kind, Kernel kernel) in missing.Zip(load([.. missing.Select(x => (TKernels.Method<TTile, TNumber>(x), specialization(x)))])))
        {
            kernels.Add((typeof(TKernels), kind), new(TKernels.Launcher<TTile, TNumber>(kernel), kernel));
        }

        return [.. launches.Select(x => kernels[(typeof(TKernels), x.Kernel)])];
    }
}
