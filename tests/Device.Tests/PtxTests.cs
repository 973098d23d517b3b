using System.Reflection;
using System.Text.RegularExpressions;
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
    private static readonly string[] Kernels = ["Decode", "Advance", "Trail", "Retreat", "Gradients"], First = ["Prepare"], Segments = ["Carry", "CarryAndAdvance", "CarryBack"], Compositions = ["Compose", "ComposeBack"];

    // Their states stand in registers, and four warps multiply at once.
    private static readonly string[] Walks = ["Carry", "CarryAndAdvance", "Advance", "Trail", "CarryBack", "Retreat"];

    public static TheoryData<string> Variants => [.. Catalog.All.Select(x => x.Description.Name)];

    /// <summary>One variant for each kind of decay, with and without the delta rule, and of each further axis: the kernels of CUDA tiles take long to compile.</summary>
    public static TheoryData<string> Main =>
        ["LinearAttention", "RetNet", "Mamba2", "DeltaNet", "GatedDeltaNet", "Gla", "KimiDelta", "BoundedKimiDelta", "Rwkv7"];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Portable_kernels_compile_and_stay_in_registers(string name)
    {
        foreach (string ptx in Compile<DeviceTile, F32>(name).Values)
        {
            Check(ptx);
        }
    }

    [Theory]
    [MemberData(nameof(Main))]
    public void Cuda_kernels_stay_in_registers_and_run_on_the_tensor_cores(string name)
    {
        foreach ((string kernel, string ptx) in Compile<CudaTile, CudaLanes>(name))
        {
            Check(ptx);
            CheckSharedMemory(ptx);

            // A decode step has no product that is worth a tensor core.
            if (kernel != "Decode")
            {
                Assert.Contains(Walks.Contains(kernel) ? "wgmma.mma_async.sync.aligned.m64n" : "mma.sync.aligned.m16n8k16", ptx, StringComparison.Ordinal);
            }
        }
    }

    public static TheoryData<string> Steps => [.. Catalog.All.Where(x => x.Description is { ColumnsAreIndependent: true, Normalizer: false }).Select(x => x.Description.Name)];

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_fetches_its_state_and_waits_for_no_other_warp(string name)
    {
        string ptx = Compile<CudaStepTile, CudaQuad>(name, ["Decode"])["Decode"];
        Check(ptx);
        CheckSharedMemory(ptx);
        Assert.Contains("cp.async.cg.shared.global", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("bar.sync", ptx, StringComparison.Ordinal);
    }

    /// <summary>What a step knows is constant in it: one access to memory for what a thread has of a row, no list of items, no branch for another type.</summary>
    [Fact]
    public void A_step_knows_its_items_and_its_tensors()
    {
        string ptx = Compile<CudaStepTile, CudaQuad>("KimiDeltaRule", ["Decode"])["Decode"];
        string kernel = ptx[ptx.IndexOf(".entry", StringComparison.Ordinal)..];
        Assert.DoesNotMatch(@"(?m)^\s*ld\.[busf]\d", kernel);
        Assert.DoesNotContain("f32.f16", kernel, StringComparison.Ordinal);
        Assert.Equal(4, Regex.Count(kernel, @"\bld\.global\.v2\b"));
    }

    /// <summary>Where rows of the caller's are known to be in sixteens of bytes nothing is there that copies others; where they are not, they are asked for.</summary>
    [Theory]
    [InlineData(128, false)]
    [InlineData(20, true)]
    public void A_walk_knows_how_rows_stand(int channels, bool others)
    {
        Type kernels = Catalog.All.Single(x => x.Description.Name == "GatedDeltaRule").GetType().GetGenericArguments()[0];
        Type known = KnownSizes.Of(
            new Sizes { K = channels, V = channels, Chunk = 32, Updates = 1 }, [new Work { Heads = 3, Columns = Math.Min(channels, 64) }], [.. Enumerable.Repeat((CudaElement.BFloat16, 3), 30)]);
        MethodInfo method = kernels.GetMethod("AdvanceKernel", BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(typeof(CudaTile), typeof(CudaLanes), known);
        string ptx = CudaFrontEnd.Compile(method, new KernelSpecialization(256, 1), CudaArchitecture.SM_90, CudaInstructionSet.ISA_84);
        Assert.Equal(others, ptx.Contains("OneByOne", StringComparison.Ordinal));
    }

    /// <summary>Only where the tensor cores read shared memory by themselves must what is written there be made known to them.</summary>
    [Fact]
    public void Only_what_the_tensor_cores_read_is_waited_for() => Assert.All(
        Compile<CudaTile, CudaLanes>("GatedDeltaRule"),
        x =>
        {
            bool strips = Walks.Contains(x.Key) || x.Key == "Gradients";
            Assert.Equal(strips, x.Value.Contains(PtxStrip.ReadsShared, StringComparison.Ordinal));
            Assert.Equal(strips, x.Value.Contains(PtxStrip.Await, StringComparison.Ordinal));
        });

    [Fact]
    public void Text_is_deterministic() => Assert.Equal(Compile<CudaTile, CudaLanes>("RetNet"), Compile<CudaTile, CudaLanes>("RetNet"));

    private static void Check(string ptx)
    {
        Assert.Contains(".entry", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain(".local", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("depot", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("tanh.approx.ftz", ptx, StringComparison.Ordinal);
    }

    // What CudaCompiler.Kernel says of every kernel.
    private static void CheckSharedMemory(string ptx)
    {
        Assert.Contains(".extern .shared", ptx, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?m)^\s*\.shared", ptx);
    }

    private static Dictionary<string, string> Compile<TTile, TNumber>(string name)
    {
        VariantDescription description = Catalog.All.Single(x => x.Description.Name == name).Description;
        return Compile<TTile, TNumber>(name, [.. Kernels, .. description.PreparesChunks ? First : [], .. description.CarriesOverSegments ? Segments : [], .. description.CarriesOverSegments && !description.TransitionIsDiagonal ? Compositions : []]);
    }

    private static Dictionary<string, string> Compile<TTile, TNumber>(string name, string[] which)
    {
        IVariant variant = Catalog.All.Single(x => x.Description.Name == name);
        Type kernels = variant.GetType().GetGenericArguments()[0];
        return which.ToDictionary(x => x, kernel =>
        {
            MethodInfo method = kernels.GetMethod(kernel + "Kernel", BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(typeof(TTile), typeof(TNumber), Known<TTile>(variant.Description, kernel));
            return typeof(TTile) == typeof(DeviceTile) ? Portable(method) : CudaFrontEnd.Compile(method, new KernelSpecialization(256, 1), CudaArchitecture.SM_90, CudaInstructionSet.ISA_84);
        });
    }

    /// <summary>As an accelerator of ILGPU's compiles it.</summary>
    private static string Portable(MethodInfo method)
    {
        using Context context = Accelerators.Create(_ => { });
        using var backend = new PTXBackend(context, CudaArchitecture.SM_90, CudaInstructionSet.ISA_84, null!);
        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(256, 1))).PTXAssembly;
    }

    /// <summary>Kernels of CUDA cards know their sizes when they are compiled; the others serve all.</summary>
    private static Type Known<TTile>(VariantDescription variant, string kernel) => typeof(TTile) == typeof(DeviceTile) ? typeof(AnySizes)
        : typeof(TTile) == typeof(CudaStepTile) ? Step(variant)
        : KnownSizes.Of(new Sizes { K = 128, V = 128, Chunk = 32, Updates = 1 }, [new Work { Heads = 16, Columns = kernel is "Prepare" or "Gradients" ? 128 : 64 }], [.. Enumerable.Repeat((CudaElement.BFloat16, 16), 30)]);

    /// <summary>A step of one sequence with 16 heads in panels of 32 columns: tokens in bfloat16, parameters and states in single precision.</summary>
    private static Type Step(VariantDescription variant)
    {
        const int Heads = 16, Channels = 128, Columns = 32;
        Work[] work = [.. Enumerable.Range(0, Heads * Channels / Columns).Select(x => KnownStep.Item(x, Heads, Channels, Columns) with { Heads = Heads, Length = 1, Columns = Columns })];
        using Tensor tokens = new(DataType.BFloat16, 1), exact = new(DataType.Float32, 1);
        var state = new Binding(exact, Heads * Channels, 1, Channels, Access.Read | Access.Write);
        Binding[] bindings =
        [
            .. variant.Inputs.Select(_ => new Binding(tokens, 1, Heads, Channels, Access.Read)), .. variant.Parameters.Select(_ => new Binding(exact, 1, Heads, Channels, Access.Read)),
            state, new(tokens, 1, Heads, Channels, Access.Write), state,
        ];
        return KnownStep.Of(new Sizes { K = Channels, V = Channels, Updates = 1 }, work, bindings);
    }
}
