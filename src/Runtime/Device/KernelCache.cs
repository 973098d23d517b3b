using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>The kernels of one tile that were compiled for an accelerator.</summary>
/// <typeparam name="TTile">The tile.</typeparam>
/// <typeparam name="TNumber">Its number.</typeparam>
/// <param name="accelerator">The accelerator.</param>
/// <param name="load">Compiles several kernels.</param>
internal sealed class KernelCache<TTile, TNumber>(
    Accelerator accelerator, Func<IReadOnlyList<(MethodInfo Method, KernelSpecialization Specialization)>, Kernel[]> load)
    where TTile : struct, IDeviceTile<TTile, TNumber>
    where TNumber : struct, INumber<TNumber>
{
    private readonly Dictionary<Key, DeviceKernel<TTile, TNumber>> kernels = [];

    /// <summary>What a kernel is compiled for.</summary>
    private readonly record struct Key(Type Variant, KernelKind Kind, Type Known, KernelSpecialization Specialization);

    /// <summary>The kernels of a call, one for each of its launches.</summary>
    /// <param name="launches">The kernels that are launched, what each knows of its sizes (a type that is <see cref="IKnownSizes"/>), and what its group of threads is.</param>
    /// <param name="compiling">Is told what is compiled.</param>
    public DeviceKernel<TTile, TNumber>[] Get<TKernels>(IEnumerable<(KernelKind Kernel, Type Known, KernelSpecialization Specialization)> launches, Action<string>? compiling)
        where TKernels : IVariantKernels
    {
        Key[] wanted = [.. launches.Select(x => new Key(typeof(TKernels), x.Kernel, x.Known, x.Specialization))];
        Key[] missing = [.. wanted.Distinct().Where(x => !kernels.ContainsKey(x))];
        foreach (Key key in missing)
        {
            compiling?.Invoke($"compiling {TKernels.Description.Name}, {key.Kind.ToString().ToLowerInvariant()}, for {accelerator.Name}");
        }

        foreach ((Key key, Kernel kernel) in missing.Zip(load([.. missing.Select(x => (Method<TKernels>(x.Kind, x.Known), x.Specialization))])))
        {
            kernels.Add(key, new(TKernels.Launcher<TTile, TNumber>(kernel), kernel));
        }

        return [.. wanted.Select(x => kernels[x])];
    }

    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = ComputeDevice.Guarded)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ComputeDevice.Guarded)]
    private static MethodInfo Method<TKernels>(KernelKind kind, Type known)
        where TKernels : IVariantKernels => TKernels.Method<TTile, TNumber>(kind).GetGenericMethodDefinition().MakeGenericMethod(typeof(TTile), typeof(TNumber), known);
}
