using System.Reflection;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Device.Tests;

/// <summary>What needs no card: the PTX of the kernels of every sample variant.</summary>
public class PtxTests
{
    private static readonly string[] Kernels = ["DecodeKernel", "PrepareKernel", "AdvanceKernel", "TrailKernel", "RetreatKernel", "GradientsKernel"];

    public static TheoryData<string> Variants => [.. Catalog.All.Select(x => x.Description.Name)];

    // The kernels of CUDA tiles take seconds each to compile.
    public static TheoryData<string> Main => ["RetNet", "Mamba2", "GatedDeltaNet", "KimiDelta"];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Portable_kernels_compile_and_stay_in_registers(string name)
    {
        foreach (string kernel in Kernels)
        {
            Check(Compile<DeviceTile, F32>(name, kernel));
        }
    }

    [Theory]
    [MemberData(nameof(Main))]
    public void Cuda_kernels_stay_in_registers_and_run_on_the_tensor_cores(string name)
    {
        foreach (string kernel in new[] { "PrepareKernel", "AdvanceKernel" })
        {
            string ptx = Compile<CudaTile, CudaLanes>(name, kernel);
            Check(ptx);
            Assert.Contains("mma.sync.aligned.m16n8k16", ptx, StringComparison.Ordinal);
            Assert.Contains("ld.shared.v4.f32", ptx, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Text_is_deterministic() => Assert.Equal(Normal(Compile<CudaTile, CudaLanes>("KimiDelta", "PrepareKernel")), Normal(Compile<CudaTile, CudaLanes>("KimiDelta", "PrepareKernel")));

    private static void Check(string ptx)
    {
        Assert.Contains("bar.sync", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain(".local", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("tanh.approx.ftz", ptx, StringComparison.Ordinal);
    }

    private static string Compile<TTile, TNumber>(string name, string kernel)
    {
        Type kernels = Catalog.All.Single(x => x.Description.Name == name).GetType().GetGenericArguments()[0];
        MethodInfo method = kernels.GetMethod(kernel, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(typeof(TTile), typeof(TNumber));
        using Context context = Accelerators.Create(_ => { });
        using var backend = new PTXBackend(context, CudaArchitecture.SM_90, CudaInstructionSet.ISA_84, null!);
        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(256, 1))).PTXAssembly;
    }

    // Numbers of labels and functions count on over all kernels of the process.
    private static string Normal(string ptx) => System.Text.RegularExpressions.Regex.Replace(ptx, @"_\d+", "_");
}
