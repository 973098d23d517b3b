using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>
/// Compiles the kernels of a call: ILGPU writes PTX, one kernel after the other, and the driver, who takes longer, makes device code of all of them at a
/// time. In a fixed order ILGPU writes the same text in every process, for which the driver's own cache on disk then has the code.
/// </summary>
internal sealed partial class CudaCompiler(CudaAccelerator accelerator)
{
    /// <summary>The kernels, in the order of the methods.</summary>
    public Kernel[] Load(IReadOnlyList<(MethodInfo Method, KernelSpecialization Specialization)> methods)
    {
        using ScopedAcceleratorBinding bound = accelerator.BindScoped();
        int device = CudaDriver.CurrentDevice();
        var compiled = new (PTXCompiledKernel Kernel, Task<byte[]?>? Code)[methods.Count];
        for (int i = 0; i < compiled.Length; i++)
        {
            EntryPointDescription entry = EntryPointDescription.FromExplicitlyGroupedKernel(methods[i].Method);
            var kernel = (PTXCompiledKernel)accelerator.GetBackend().Compile(entry, methods[i].Specialization);

            // A single kernel needs no context beside the accelerator's.
            compiled[i] = (kernel, methods.Count == 1 ? null : Task.Factory.StartNew(() => CudaDriver.Compile(kernel.PTXAssembly, device), TaskCreationOptions.LongRunning));
        }

        return [.. compiled.Select(x => x.Code?.GetAwaiter().GetResult() is { } code ? Load(x.Kernel, code) : accelerator.LoadKernel(x.Kernel))];
    }

    // ILGPU loads text only: it gets a kernel of the same name that does nothing, whose function is then exchanged.
    private CudaKernel Load(PTXCompiledKernel compiled, byte[] code)
    {
        string text = compiled.PTXAssembly;
        Text(compiled) = $"{string.Join('\n', Directives().Matches(text).Select(x => x.Value))}\n.visible .entry {compiled.Name}() {{ ret; }}\n";
        CudaKernel kernel;
        try
        {
            kernel = (CudaKernel)accelerator.LoadKernel(compiled);
        }
        finally
        {
            Text(compiled) = text;
        }

        (nint module, nint function) = CudaDriver.Load(code, compiled.Name);
        CudaDriver.Unload(Module(kernel));
        (Module(kernel), Function(kernel)) = (module, function);
        return kernel;
    }

    [GeneratedRegex(@"^\.(version|target|address_size)\b.*$", RegexOptions.Multiline)]
    private static partial Regex Directives();

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<PTXAssembly>k__BackingField")]
    private static extern ref string Text(PTXCompiledKernel kernel);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "modulePtr")]
    private static extern ref nint Module(CudaKernel kernel);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "functionPtr")]
    private static extern ref nint Function(CudaKernel kernel);
}
