namespace AttentionDsl.Lab.Tasks;

/// <summary>A task: random sequences, and which tokens of them a model must predict.</summary>
internal abstract record SequenceTask
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What a sequence is and what must be predicted, in one line.</summary>
    public abstract string Summary { get; }

    /// <summary>Tokens of a sequence.</summary>
    public abstract int Length { get; }

    /// <summary>Number of different tokens.</summary>
    public abstract int Vocabulary { get; }

    /// <summary>Whether the loss is worth more than the accuracy (language: in bits a byte).</summary>
    public virtual bool IsLanguage => false;

    /// <summary>Harder and easier versions of the task for the trained model: the name of what changes, its value, the task.</summary>
    public virtual IEnumerable<(string Axis, int Value, SequenceTask Task)> Sweep => [];

    /// <summary>Writes one sequence. <paramref name="targets"/> comes filled with -1; a target of 0 or more is what the model must say at this place.</summary>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="tokens">The sequence, <see cref="Length"/> long.</param>
    /// <param name="targets">The targets, as long.</param>
    /// <param name="heldOut">For tasks on data: from the part that no training batch comes from.</param>
    public abstract void Sample(ref RandomStream random, Span<int> tokens, Span<int> targets, bool heldOut);

    /// <summary>A batch of sequences, one after the other.</summary>
    public (int[] Tokens, int[] Targets) Batch(RandomStream random, int sequences, bool heldOut)
    {
        int[] tokens = new int[sequences * Length], targets = new int[sequences * Length];
        Array.Fill(targets, -1);
        for (int i = 0; i < sequences; i++)
        {
            Sample(ref random, tokens.AsSpan(i * Length, Length), targets.AsSpan(i * Length, Length), heldOut);
        }

        return (tokens, targets);
    }
}
