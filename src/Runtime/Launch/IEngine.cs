namespace AttentionDsl.Runtime;

/// <summary>What a kernel does with a tensor: decides which way an engine with its own memory copies it.</summary>
[Flags]
internal enum Access
{
    /// <summary>The kernel only asks whether there is a tensor.</summary>
    None = 0,

    /// <summary>The kernel reads what the tensor holds.</summary>
    Read = 1,

    /// <summary>The kernel writes the tensor (zeros until then, unless it is also read).</summary>
    Write = 2,
}

/// <summary>A tensor bound to one operand of a kernel; no tensor: the operand is absent.</summary>
/// <param name="Tensor">The numbers, in the engine's element type: <see cref="IEngine.Number"/>.</param>
/// <param name="Rows">Rows of the matrix the kernel sees.</param>
/// <param name="Heads">Heads side by side in a row.</param>
/// <param name="Width">Channels of one head.</param>
/// <param name="Access">What the kernel does with it.</param>
internal readonly record struct Binding(Tensor? Tensor, long Rows, int Heads, int Width, Access Access);

/// <summary>A kernel and the items it runs over.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Work">The items; no two write the same numbers.</param>
internal readonly record struct Launch(KernelKind Kernel, Work[] Work);

/// <summary>Kernels that run one after the other, over tensors: a call, or a part of one that is run by itself.</summary>
/// <param name="Launches">The kernels.</param>
/// <param name="Bindings">The tensors, in the order <see cref="IVariantKernels"/> gives; one tensor may be bound twice (a state in and out).</param>
internal readonly record struct CallPart(Launch[] Launches, Binding[] Bindings);

/// <summary>Plans of the parts of a call, and what stands between passes, which they alone use: it stays from part to part, whatever else runs in between.</summary>
/// <param name="Plans">A plan for each part.</param>
/// <param name="Between">The memory; dispose it after the plans.</param>
/// <param name="Bytes">What it takes.</param>
internal sealed record HeldPlans(IPlan[] Plans, IDisposable Between, long Bytes);

/// <summary>Elements of each part of the workspace between passes.</summary>
/// <param name="Exact">Of <see cref="Between{TTile}.Exact"/>.</param>
/// <param name="Packed">Of <see cref="Between{TTile}.Packed"/>.</param>
/// <param name="States">Of <see cref="Between{TTile}.States"/>.</param>
/// <param name="Projected">Of <see cref="Between{TTile}.Projected"/>: half as many as of the states.</param>
/// <param name="Borders">Of <see cref="Between{TTile}.Borders"/>.</param>
internal readonly record struct BetweenElements(long Exact, long Packed, long States, long Projected, long Borders)
{
    public long Total => Exact + Packed + States + Projected + Borders;
}

/// <summary>Runs kernels over work items: the seam between the variants and the host, the oracle and devices.</summary>
internal interface IEngine
{
    /// <summary>Element type of every tensor it is given.</summary>
    DataType Number { get; }

    /// <summary>Work items it computes at a time; fewer items than that are split over value columns where the variant allows it.</summary>
    int Parallelism { get; }

    /// <summary>Items that passes over the tokens of a sequence should be cut into at least, if their value columns allow it.</summary>
    /// <param name="sixteenBits">What <see cref="KeepsSixteenBits"/> said of the call.</param>
    int WalkParallelism(bool sixteenBits) => Parallelism;

    /// <summary>How it cuts sequences into segments.</summary>
    /// <param name="sixteenBits">What <see cref="KeepsSixteenBits"/> said of the call.</param>
    /// <param name="channels">Key channels.</param>
    SegmentRule SegmentRule(bool sixteenBits, int channels) => default;

    /// <summary>True if the chunk-parallel kernels run in passes, many chunks at a time.</summary>
    bool TokenParallel { get; }

    /// <summary>Tokens a chunk where the caller leaves it open and inputs are bfloat16 or float16: the first with which <see cref="KeepsSixteenBits"/> holds.</summary>
    /// <param name="kernels">What is called.</param>
    /// <param name="sizes">The sizes, of any chunk.</param>
    /// <param name="description">The variant.</param>
    /// <param name="scratch">Scratch elements of its kernels.</param>
    IReadOnlyList<int> ChunkLengths(KernelKind[] kernels, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) => [];

    /// <summary>True if a call computes on bfloat16 and float16 tensors as they are, without conversion to <see cref="Number"/>.</summary>
    /// <param name="kernel">What is called.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="description">The variant.</param>
    /// <param name="scratch">Scratch elements of its kernels.</param>
    bool KeepsSixteenBits(KernelKind kernel, Sizes sizes, VariantDescription description, Func<KernelKind, Sizes, long> scratch) => false;

    /// <summary>Tokens a chunk of the backward pass where the caller leaves it open; null: the usual number.</summary>
    int? BackwardChunkLength => null;

    /// <summary>Runs kernels one after the other and returns when their results are in the tensors.</summary>
    /// <param name="launches">The kernels.</param>
    /// <param name="bindings">The tensors, in the order <see cref="IVariantKernels"/> gives; one tensor may be bound twice (a state in and out).</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="parts">What passes need between them.</param>
    void Run<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels;

    /// <summary>What <see cref="Run"/> would do, made once and run many times.</summary>
    /// <inheritdoc cref="Run"/>
    IPlan Plan<TKernels>(Launch[] launches, Binding[] bindings, Sizes sizes, BetweenElements parts)
        where TKernels : IVariantKernels => new Plan(() => Run<TKernels>(launches, bindings, sizes, parts));

    /// <summary>Plans of the parts of a call that are run one by one. Only engines that are <see cref="TokenParallel"/> are asked.</summary>
    /// <param name="parts">The parts; all have the same inputs.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="between">What passes need between them.</param>
    HeldPlans PlanParts<TKernels>(CallPart[] parts, Sizes sizes, BetweenElements between)
        where TKernels : IVariantKernels => throw new NotSupportedException("It runs no passes, between which something could stand.");

    /// <summary>All that a prepared call does, made ready to be done again and again.</summary>
    /// <param name="run">What it does: conversions, kernels, sums.</param>
    /// <param name="resident">True if all its tensors are in the engine's own memory.</param>
    IPlan Record(Action run, bool resident) => new Plan(run);
}
