namespace AttentionDsl.Generator;

/// <summary>
/// How much scratch groups of threads may take of a multiprocessor's shared memory, in numbers of 16 bits, where keys and values have 128 channels and chunks 32 tokens
/// (see <see cref="Pass.Cost"/>).
/// </summary>
internal static class SharedMemory
{
    // A multiprocessor has 228 KiB; every group takes one besides its scratch, and 8 for its operations, decayed Grams 16.
    private const int Multiprocessor = 228;
    private const int Group = 9;
    private const int More = 8;

    /// <summary>Tokens of a long chunk.</summary>
    public const int LongChunk = 64;

    // A system of a long chunk takes two kibibytes more for its operations.
    private const int LongMore = 2 << 9;

    // More groups would leave a thread too few registers.
    private const int MostGroups = 3;

    /// <summary>The most that each of so many groups may take that share a multiprocessor.</summary>
    /// <param name="groups">How many.</param>
    /// <param name="statements">What they do.</param>
    public static int Of(int groups, IEnumerable<Statement> statements) =>
        ((Multiprocessor / groups) - Group - (statements.OfType<CallStatement>().Any(x => x.Method.StartsWith("DecayedGram", StringComparison.Ordinal)) ? More : 0)) << 9;

    /// <summary>What a group may take so that as many share a multiprocessor as do if it takes less, and that one has room where chunks are long, if one has.</summary>
    /// <param name="least">What it takes at least.</param>
    /// <param name="statements">What it does.</param>
    public static Room RoomOf(TileStorage least, IReadOnlyList<Statement> statements)
    {
        int groups = MostGroups, one = Of(1, statements) - LongMore;
        while (groups > 1 && Of(groups, statements) < least.Weight)
        {
            groups--;
        }

        return new(Math.Max(Of(groups, statements), least.Weight), least.LongWeight <= one ? one : int.MaxValue);
    }

    /// <summary>What a group may take.</summary>
    /// <param name="weight">The most (see <see cref="TileStorage.Weight"/>).</param>
    /// <param name="longWeight">The most where chunks are long.</param>
    internal readonly struct Room(int weight, int longWeight)
    {
        /// <summary>True if there is room for what was taken.</summary>
        public bool Holds(TileStorage taken) => taken.Weight <= weight && taken.LongWeight <= longWeight;
    }
}
