namespace AttentionDsl.Generator;

/// <summary>
/// How much scratch groups of threads may take of a multiprocessor's shared memory, in numbers of 16 bits, where keys and values have 128 channels (see <see cref="Pass.Cost"/>).
/// </summary>
internal static class SharedMemory
{
    /// <summary>Tokens of a chunk, as orders are compared.</summary>
    public const int Tokens = 32;

    /// <summary>Those of a long one, which only passes are ordered for that have no systems and no decays of channels.</summary>
    public const int ManyTokens = 64;

    // A multiprocessor has 228 KiB; every group takes one besides its scratch, and 8 for its operations, decayed Grams 16, those of such passes 4.
    private const int Multiprocessor = 228;
    private const int Group = 9;
    private const int GroupOfMany = 5;
    private const int More = 8;

    // More groups would leave a thread too few registers.
    public const int MostGroups = 3;

    /// <summary>The most that each of so many groups may take that share a multiprocessor.</summary>
    /// <param name="groups">How many.</param>
    /// <param name="statements">What they do.</param>
    /// <param name="tokens">Tokens of a chunk.</param>
    public static int Of(int groups, IEnumerable<Statement> statements, int tokens = Tokens) =>
        ((Multiprocessor / groups) - (tokens == Tokens ? Group : GroupOfMany) - (statements.OfType<CallStatement>().Any(x => x.Method.Contains("DecayedGram")) ? More : 0)) << 9;

    /// <summary>How many groups share a multiprocessor, at most <see cref="MostGroups"/>; at least one, whatever it takes.</summary>
    /// <param name="scratch">What each takes.</param>
    /// <param name="statements">What it does.</param>
    /// <param name="tokens">Tokens of a chunk.</param>
    public static int Groups(int scratch, IEnumerable<Statement> statements, int tokens = Tokens)
    {
        int groups = MostGroups;
        while (groups > 1 && Of(groups, statements, tokens) < scratch)
        {
            groups--;
        }

        return groups;
    }

    /// <summary>The most that a group may take so that as many share a multiprocessor as do if it takes less.</summary>
    /// <param name="scratch">What it takes at least.</param>
    /// <param name="statements">What it does.</param>
    /// <param name="tokens">Tokens of a chunk.</param>
    public static int Room(int scratch, IEnumerable<Statement> statements, int tokens) => Math.Max(Of(Groups(scratch, statements, tokens), statements, tokens), scratch);
}
