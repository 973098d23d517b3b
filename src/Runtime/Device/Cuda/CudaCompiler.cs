using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>
/// Compiles the kernels of a call: ILGPU writes PTX, one kernel after the other, and the driver makes device code of it, which takes longer. A context
/// of the driver's does one at a time; so each kernel is compiled in a context of its own, and the accelerator then finds the code in the driver's cache on
/// disk. The same program writes the same PTX: a later process finds it there, too.
/// </summary>
internal sealed class CudaCompiler(CudaAccelerator accelerator)
{
    /// <summary>The kernels, in the order of the methods.</summary>
    public Kernel[] Load(IReadOnlyList<(MethodInfo Method, KernelSpecialization Specialization)> methods)
    {
        using ScopedAcceleratorBinding bound = accelerator.BindScoped();
        int device = CudaDriver.CurrentDevice();
        bool ahead = methods.Count > 1 && CudaDriver.Caches;
        var compiled = new PTXCompiledKernel[methods.Count];
        var code = new List<Task>();
        for (int i = 0; i < compiled.Length; i++)
        {
            EntryPointDescription entry = EntryPointDescription.FromExplicitlyGroupedKernel(methods[i].Method);
            PTXCompiledKernel kernel = compiled[i] = (PTXCompiledKernel)accelerator.GetBackend().Compile(entry, methods[i].Specialization);
            if (ahead)
            {
                code.Add(Task.Factory.StartNew(() => CudaDriver.Cache(kernel.PTXAssembly, device), TaskCreationOptions.LongRunning));
            }
        }

        Task.WaitAll([.. code]);
        return [.. compiled.Select(accelerator.LoadKernel)];
    }
}
