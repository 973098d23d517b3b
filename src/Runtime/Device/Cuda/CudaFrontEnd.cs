using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Frontend;
using ILGPU.IR;
using ILGPU.IR.Transformations;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttentionDsl.Runtime;

/// <summary>
/// From a kernel's method to PTX, by ILGPU's passes in an order of our own. A kernel is some hundred short methods, copied into each other many times, and most
/// of what it copies is for sizes it does not have. ILGPU copies everything first, and then takes all methods through all passes; here a method is cleaned
/// before it is copied, constants are known before what depends on them is copied, and branches on constants go at once.
/// </summary>
internal static class CudaFrontEnd
{
    // Values of a method that is copied into the kernel before the others: those that say where tiles stand and how large they are.
    private const int SmallMethod = 40;

    private static readonly Transformation[] Clean =
    [
        new SimplifyControlFlow(), new SSAConstruction(), new ConstantFolding(), new UnreachableCodeElimination(), new DeadCodeElimination(), new SimplifyControlFlow(),
    ];

    // What a branch on a constant has chosen is a constant, too.
    private static readonly Transformation[] CleanTwice =
    [
        new SimplifyControlFlow(), new SSAConstruction(), new ConstantFolding(), new UnreachableCodeElimination(),
        new ConstantFolding(), new UnreachableCodeElimination(), new DeadCodeElimination(), new SimplifyControlFlow(),
    ];

    // Their time grows with the number of blocks times that of structures: last.
    private static readonly Transformation[] Flatten =
    [
        new LowerStructures(), new ConstantFolding(), new UnreachableCodeElimination(), new DeadCodeElimination(), new SimplifyControlFlow(),
        new LoopInvariantCodeMotion(), new IfConversion(), new SimplifyControlFlow(),
    ];

    private static readonly Transformation[] Spaces = [new InferAddressSpaces()];

    /// <summary>The PTX of a kernel: the same text in every process. The kernel has a context of its own: a context compiles one kernel at a time.</summary>
    /// <param name="method">The kernel.</param>
    /// <param name="specialization">How it is launched.</param>
    /// <param name="architecture">The card's.</param>
    /// <param name="instructionSet">The driver's.</param>
    public static string Compile(MethodInfo method, KernelSpecialization specialization, CudaArchitecture architecture, CudaInstructionSet instructionSet)
    {
        using Context context = Accelerators.Create(_ => { });
        using var backend = new PTXBackend(context, architecture, instructionSet, null!);
        var entry = EntryPointDescription.FromExplicitlyGroupedKernel(method);
        string ptx = ((PTXCompiledKernel)backend.Compile(Optimized(context, entry.MethodSource), entry, specialization)).PTXAssembly;
        return PtxText.Renumbered(PtxText.For(ptx, architecture));
    }

    private static Method Optimized(Context context, MethodInfo method)
    {
        using ContextCodeGenerationPhase phase = context.BeginCodeGeneration();
        CodeGenerationResult generated;
        using (CodeGenerationPhase frontEnd = phase.BeginFrontendCodeGeneration())
        {
            generated = frontEnd.GenerateCode(method);
        }

        if (phase.IsFaulted)
        {
            throw phase.LastException!;
        }

        Optimize(phase.IRContext, generated.Result!);
        return generated.Result!;
    }

    private static void Optimize(IRContext context, Method kernel)
    {
        var calls = new CallGraph(kernel);
        foreach (Method[] methods in calls.FromLeaves())
        {
            Apply(context, methods, [new Inliner(), .. Clean, .. Flatten]);
        }

        Method[] large = [.. calls.Shared.Where(x => x.HasFlags(MethodFlags.Inline) && x.Blocks.Sum(y => y.Count) > SmallMethod)];
        Array.ForEach(large, x => x.RemoveFlags(MethodFlags.Inline));
        Inline(context, kernel);
        Apply(context, [kernel], Clean);
        Array.ForEach(large, x => x.AddFlags(MethodFlags.Inline));
        Inline(context, kernel);
        Apply(context, [kernel], CleanTwice);
        Apply(context, [kernel], Flatten);
        Apply(context, [kernel, .. calls.Shared.Where(x => !x.HasFlags(MethodFlags.Inline))], Spaces);

        // Or ILGPU takes them through its own order when it adds a method for an intrinsic.
        foreach (Method method in context.Methods)
        {
            method.AddTransformationFlags(MethodTransformationFlags.Transformed);
        }
    }

    /// <summary>Copies methods into the kernel until it calls no more that can be.</summary>
    private static void Inline(IRContext context, Method kernel)
    {
        while (CallGraph.Calls(kernel).Any(x => x.HasFlags(MethodFlags.Inline)))
        {
            Apply(context, [kernel], [new Inliner()]);
        }
    }

    private static void Apply(IRContext context, Method[] methods, Transformation[] passes)
    {
        MethodCollection collection = context.GetMethodCollection(new OneOf([.. methods]));
        Array.ForEach(passes, x => x.Transform(collection));
    }

    private readonly struct OneOf(HashSet<Method> methods) : IMethodCollectionPredicate
    {
        public bool Match(Method method) => methods.Contains(method);
    }
}
