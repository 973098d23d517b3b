using System.Reflection;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>
/// Compiles the kernels of a call, each by itself, as many at a time as there are processors: ILGPU writes PTX, and the driver makes device code of it. Neither
/// does two things at once in one context, so each kernel has a context of ILGPU's and one of the driver's; the accelerator then finds the code in the
/// driver's cache on disk. The same program writes the same PTX: a later process finds it there, too.
/// </summary>
internal sealed class CudaCompiler(CudaAccelerator accelerator)
{
    /// <summary>The kernels, in the order of the methods.</summary>
    public Kernel[] Load(IReadOnlyList<(MethodInfo Method, KernelSpecialization Specialization)> methods)
    {
        using ScopedAcceleratorBinding bound = accelerator.BindScoped();
        int device = CudaDriver.CurrentDevice();
        bool ahead = methods.Count > 1 && CudaDriver.Caches;
        Task<PTXCompiledKernel>[] compiling = [.. methods.Select(x => Task.Factory.StartNew(() => Compile(x.Method, x.Specialization, ahead ? device : null), TaskCreationOptions.LongRunning))];
        return [.. compiling.Select(x => accelerator.LoadKernel(x.GetAwaiter().GetResult()))];
    }

    private PTXCompiledKernel Compile(MethodInfo method, KernelSpecialization specialization, int? cacheFor)
    {
        PTXCompiledKernel kernel = CudaFrontEnd.Compile(method, specialization, accelerator.Architecture, accelerator.InstructionSet);
        if (cacheFor is int device)
        {
            CudaDriver.Cache(kernel.PTXAssembly, device);
        }

        return kernel;
    }
}
