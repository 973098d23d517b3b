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
/// Compiles the kernels of a call, each by itself, as many at a time as there are processors: ILGPU writes PTX, and the driver makes device code of it. ILGPU does
/// not do two things at once in one context, so each kernel has one of its own. The driver does not either; but a context of its takes longer than most of what it
/// would compile there, so it makes device code in the accelerator's, of one text after the other, while the texts of larger kernels are still being written. The same
/// program writes the same PTX: a later process finds what the driver made in the driver's cache on disk, and the PTX itself in <see cref="PtxCache"/>.
/// </summary>
internal sealed class CudaCompiler(CudaAccelerator accelerator)
{
    /// <summary>The kernels, in the order of the methods.</summary>
    public Kernel[] Load(IReadOnlyList<(MethodInfo Method, KernelSpecialization Specialization)> methods)
    {
        using ScopedAcceleratorBinding bound = accelerator.BindScoped();
        Task<string>[] compiling = [.. methods.Select(x => Task.Factory.StartNew(() => Compile(x.Method, x.Specialization), TaskCreationOptions.LongRunning))];
        var kernels = new Kernel[methods.Count];
        foreach (Task<string> text in Task.WhenEach(compiling).ToBlockingEnumerable())
        {
            int i = Array.IndexOf(compiling, text);
            kernels[i] = accelerator.LoadKernel(Kernel(accelerator.Context, methods[i].Method, methods[i].Specialization, text.GetAwaiter().GetResult()));
        }

        return kernels;
    }

    /// <summary>A kernel of a text. Its scratch is dynamic shared memory; none is static.</summary>
    internal static PTXCompiledKernel Kernel(Context context, MethodInfo method, KernelSpecialization specialization, string ptx) =>
        Compiled(context, new(EntryPointDescription.FromExplicitlyGroupedKernel(method), new(0, true), specialization), null, ptx);

    private string Compile(MethodInfo method, KernelSpecialization specialization)
    {
        string key = PtxCache.Key(method, specialization, $"{accelerator.Architecture} {accelerator.InstructionSet}");
        string? ptx = PtxCache.Default.Find(key);
        if (ptx is null)
        {
            ptx = CudaFrontEnd.Compile(method, specialization, accelerator.Architecture, accelerator.InstructionSet);
            PtxCache.Default.Keep(key, ptx);
        }

        return ptx;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern PTXCompiledKernel Compiled(Context context, EntryPoint entry, CompiledKernel.KernelInfo? information, string ptx);
}
