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
/// From a kernel's method to PTX, by ILGPU, with an order of its passes that suits kernels whose hundreds of methods end up in one. ILGPU's own order takes
/// every method through every pass, though most have been copied into their callers by then, and cleans up late.
/// </summary>
internal static class CudaFrontEnd
{
    private static readonly Transformer Inlining = Transformer.Create(TransformerConfiguration.Transformed, new Inliner());

    // Branches on constants go as soon as values are constants: what follows takes longer, the more blocks there are.
    private static readonly Transformer Optimizing = Transformer.Create(
        TransformerConfiguration.Transformed,
        [
            new SimplifyControlFlow(), new SSAConstruction(), new DeadCodeElimination(),
            new UnreachableCodeElimination(), new DeadCodeElimination(), new SimplifyControlFlow(),
            new LowerStructures(), new DeadCodeElimination(),
            new LoopInvariantCodeMotion(), new UnreachableCodeElimination(), new DeadCodeElimination(), new SimplifyControlFlow(),
            new IfConversion(), new SimplifyControlFlow(),
            new InferAddressSpaces(),
        ]);

    /// <summary>Compiles a kernel. It has a context of its own: a context compiles one kernel at a time.</summary>
    /// <param name="method">The kernel.</param>
    /// <param name="specialization">How it is launched.</param>
    /// <param name="architecture">The card's.</param>
    /// <param name="instructionSet">The driver's.</param>
    public static PTXCompiledKernel Compile(MethodInfo method, KernelSpecialization specialization, CudaArchitecture architecture, CudaInstructionSet instructionSet)
    {
        using Context context = Accelerators.Create(_ => { });
        using var backend = new PTXBackend(context, architecture, instructionSet, null!);
        var entry = EntryPointDescription.FromExplicitlyGroupedKernel(method);
        using IRContext kernel = Inlined(context, entry.MethodSource).ExtractToContext(out Method optimized);
        kernel.Transform(Optimizing);
        return (PTXCompiledKernel)backend.Compile(optimized, entry, specialization);
    }

    /// <summary>The kernel with all that it calls in it, but for methods that are not to be inlined.</summary>
    private static Method Inlined(Context context, MethodInfo method)
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

        phase.IRContext.Transform(Inlining);
        return generated.Result!;
    }
}
