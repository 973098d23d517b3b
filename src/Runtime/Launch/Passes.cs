namespace AttentionDsl.Runtime;

/// <summary>The launches of a call that runs in passes.</summary>
internal sealed class Passes
{
    private readonly VariantDescription description;
    private readonly CallShape shape;
    private readonly Work[] chunks;
    private readonly Segments segments;

    /// <param name="description">The variant.</param>
    /// <param name="shape">The call.</param>
    /// <param name="whole">Its sequences.</param>
    /// <param name="splitInto">Walks to reach at least, by splitting value columns.</param>
    /// <param name="pieces">Segments of each sequence that walk at the same time.</param>
    /// <param name="carryTime">See <see cref="SegmentRule"/>; 0 if a backward follows, which has the same segments.</param>
    public Passes(VariantDescription description, CallShape shape, List<Stretch> whole, int splitInto, int[] pieces, double carryTime)
    {
        this.description = description;
        this.shape = shape;
        Walks = WorkList.Of(shape, splitInto, whole, pieces.Sum());
        chunks = WorkList.Chunks(WorkList.Of(shape, 1, whole), shape.Chunk);

        // Where transitions are matrices each segment is carried twice.
        segments = new Segments(shape, Walks, pieces, description.TransitionIsDiagonal ? carryTime : 2 * carryTime);
    }

    /// <summary>The walks over whole sequences; none: there is nothing to do.</summary>
    public Work[] Walks { get; }

    /// <summary>From the inputs to the states.</summary>
    /// <param name="walk">What walks over the states: <see cref="KernelKind.Advance"/>, or <see cref="KernelKind.Trail"/> where the output is not asked for.</param>
    public Launch[] Onward(KernelKind walk) =>
    [
        .. description.PreparesChunks ? new Launch[] { new(KernelKind.Prepare, chunks) } : [],
        .. Carry(segments.FirstAdvances ? KernelKind.CarryAndAdvance : KernelKind.Carry, KernelKind.Compose, description.TransitionIsDiagonal ? segments.CarryDecays : segments.Carry),
        new(walk, segments.Onward),
    ];

    /// <summary>From there to the gradients.</summary>
    public Launch[] Back =>
    [
        .. Carry(KernelKind.CarryBack, KernelKind.ComposeBack, segments.CarryBack),
        new(KernelKind.Retreat, segments.Back),
        .. description.ProjectsStates ? new Launch[] { new(KernelKind.Project, chunks) } : [],
        new(KernelKind.Gradients, chunks),
    ];

    /// <summary>What stands between them.</summary>
    /// <param name="backward">True if there is a backward.</param>
    public BetweenElements Between<TKernels>(bool backward)
        where TKernels : IVariantKernels
    {
        Sizes sizes = shape.Sizes();
        long stretches = shape.Chunks() * shape.Heads, states = backward ? stretches * TKernels.StateElements(sizes) : 0;
        return new(
            stretches * TKernels.KeptElements(true, sizes),
            stretches * TKernels.KeptElements(false, sizes),
            states,
            states / 2,
            segments.Borders * (long)shape.Heads * (description.TransitionIsDiagonal ? DiagonalBorders.Elements(sizes) : Borders.Elements(sizes)));
    }

    private Launch[] Carry(KernelKind carry, KernelKind compose, Work[] work) =>
        segments.Borders == 0 ? [] : description.TransitionIsDiagonal ? [new(carry, work)] : [new(carry, work), new(compose, segments.Compose)];
}
