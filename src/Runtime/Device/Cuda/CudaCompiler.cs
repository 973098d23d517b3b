using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>
/// Compiles the kernels of a call, each by itself, as many at a time as there are processors: ILGPU writes PTX, and the driver makes device code of it. Neither
/// does two things at once in one context, so each kernel has a context of ILGPU's and one of the driver's; the accelerator then finds the code in the
/// driver's cache on disk. The same program writes the same PTX: a later process finds it there, too, and the PTX itself in <see cref="PtxCache"/>.
/// </summary>
internal sealed class CudaCompiler(CudaAccelerator accelerator)
{
    /// <summary>The kernels, in the order of the methods.</summary>
    public Kernel[] Load(IReadOnlyList<(MethodInfo Method, KernelSpecialization Specialization)> methods)
    {
        using ScopedAcceleratorBinding bound = accelerator.BindScoped();
        int device = CudaDriver.CurrentDevice();
        bool ahead = methods.Count > 1 && CudaDriver.Caches;
        Task<string>[] compiling = [.. methods.Select(x => Task.Factory.StartNew(() => Compile(x.Method, x.Specialization, ahead ? device : null), TaskCreationOptions.LongRunning))];
        return [.. methods.Zip(compiling, (x, ptx) => accelerator.LoadKernel(Kernel(accelerator.Context, x.Method, x.Specialization, ptx.GetAwaiter().GetResult())))];
    }

    /// <summary>A kernel of a text. Its scratch is dynamic shared memory; none is static.</summary>
    internal static PTXCompiledKernel Kernel(Context context, MethodInfo method, KernelSpecialization specialization, string ptx) =>
        Compiled(context, new(EntryPointDescription.FromExplicitlyGroupedKernel(method), new(0, true), specialization), null, ptx);

    private string Compile(MethodInfo method, KernelSpecialization specialization, int? cacheFor)
    {
        string key = PtxCache.Key(method, specialization, $"{accelerator.Architecture} {accelerator.InstructionSet}");
        string? ptx = PtxCache.Default.Find(key);
        if (ptx is null)
        {
            ptx = CudaFrontEnd.Compile(method, specialization, accelerator.Architecture, accelerator.InstructionSet);
            PtxCache.Default.Keep(key, ptx);
        }

        if (cacheFor is int device)
        {
            CudaDriver.Cache(ptx, device);
        }

        return ptx;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern PTXCompiledKernel Compiled(Context context, EntryPoint entry, CompiledKernel.KernelInfo? information, string ptx);
}
