using System.Collections.Immutable;

namespace AttentionDsl.Runtime;

/// <summary>The sizes of a call, and the shapes its other tensors must have.</summary>
public sealed record VariantShapes
{
    /// <summary>Number of sequences, N: the batch, or one less than the number of offsets.</summary>
    public required int Sequences { get; init; }

    /// <summary>Tokens in all sequences.</summary>
    public required long Tokens { get; init; }

    /// <summary>Value heads: the most heads any input has.</summary>
    public required int Heads { get; init; }

    /// <summary>Key channels of a head; 1 if no input has key channels.</summary>
    public required int K { get; init; }

    /// <summary>Value channels of a head; 1 if no input has value channels.</summary>
    public required int V { get; init; }

    /// <summary>State updates a token; 1 unless the variant has several.</summary>
    public required int Updates { get; init; }

    /// <summary>Shape of the output and of its gradient.</summary>
    public required ImmutableArray<long> Output { get; init; }

    /// <summary>Shape of the initial and the final state and of their gradients.</summary>
    public required ImmutableArray<long> State { get; init; }

    /// <summary>Shape of each parameter with its own number for every value head (fewer heads are fine if they divide them).</summary>
    public required ImmutableArray<ImmutableArray<long>> Parameters { get; init; }
}
