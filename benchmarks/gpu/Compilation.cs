using System.Diagnostics;
using System.Reflection;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Gpu;

/// <summary>What a variant's kernels take until they are PTX, which needs no card: K = V = 128, chunks of 32, bfloat16.</summary>
internal static class Compilation
{
    private const int Heads = 16, Chunk = 32;

    private static readonly string[] Kernels = ["Prepare", "Advance", "Trail", "Retreat", "Gradients"];

    /// <summary>Compiles the kernels one by one and then, as a first call does, all at once; the first is the process's first.</summary>
    /// <param name="variants">Variants by name.</param>
    public static void Report(string[] variants)
    {
        Console.WriteLine("| ms until PTX | " + string.Join(" | ", Kernels) + " | together | characters |");
        Console.WriteLine("|---|" + string.Concat(Enumerable.Repeat("---|", Kernels.Length + 2)));
        foreach (string variant in variants)
        {
            (long Ms, int Characters)[] each = [.. Kernels.Select(x => Compile(variant, x))];
            var clock = Stopwatch.StartNew();
            Parallel.ForEach(Kernels, new ParallelOptions { MaxDegreeOfParallelism = Kernels.Length }, x => Compile(variant, x));
            Console.WriteLine($"| {variant} | {string.Join(" | ", each.Select(x => x.Ms))} | {clock.ElapsedMilliseconds} | {string.Join(", ", each.Select(x => x.Characters))} |");
        }
    }

    private static (long Ms, int Characters) Compile(string variant, string kernel)
    {
        Type kernels = (Catalog.All.FirstOrDefault(x => x.Description.Name == variant)
            ?? throw new ArgumentException($"--variants: expected some of {string.Join(", ", Catalog.All.Select(x => x.Description.Name))}, but got {variant}.")).GetType().GetGenericArguments()[0];
        if (kernels.GetMethod(kernel + "Kernel", BindingFlags.NonPublic | BindingFlags.Static) is not { } generic)
        {
            // The variant does without that pass.
            return (0, 0);
        }

        bool panels = kernel is not ("Prepare" or "Gradients");
        Work[] work = [.. Enumerable.Range(0, Heads).Select(x => KnownSizes.Item(x, Heads, Chunk) with { Heads = Heads, Columns = panels ? CudaBackend.PanelColumns : 128 })];
        Type known = KnownSizes.Of(
            new Sizes { K = 128, V = 128, Chunk = Chunk, Updates = 1 }, panels ? work[..1] : work, [.. Enumerable.Repeat((CudaElement.BFloat16, Heads), 30)]);
        MethodInfo method = generic.MakeGenericMethod(typeof(CudaTile), typeof(CudaLanes), known);
        var clock = Stopwatch.StartNew();
        string ptx = CudaFrontEnd.Compile(method, new KernelSpecialization(CudaGroup.Threads, kernel == "Gradients" ? 1 : 2), CudaArchitecture.SM_90, CudaInstructionSet.ISA_84);
        return (clock.ElapsedMilliseconds, ptx.Length);
    }
}
