namespace AttentionDsl.Generator;

/// <summary>
/// Which tiles of a pass hold rows of the caller's as they are (<c>ITile.TakeLike</c>): those that are loaded, and after that only multiplied, solved for, summed up, read by loops or
/// stored, or normalised. In sixteen bits these are as exact as in more.
/// </summary>
internal static class GivenTiles
{
    /// <summary>The statements with the tiles marked.</summary>
    /// <param name="statements">The pass.</param>
    /// <param name="sources">What the caller gives.</param>
    /// <param name="loops">False: not those that loops, decayed Grams or running sums read. What a loop makes of them could then stand in their place.</param>
    public static IReadOnlyList<Statement> Marked(IReadOnlyList<Statement> statements, IEnumerable<Source> sources, bool loops)
    {
        var wide = new HashSet<string>(sources.Where(x => x.IsLogDecay).Select(x => x.Field));
        Dictionary<Tile, Tile> given = statements.OfType<LoadStatement>()
            .Where(x => !x.IsParameter && x.Result.Rows != Dim.One && x.Result.Columns != Dim.One)
            .Where(x => statements.All(y => ReferenceEquals(x, y) || (!y.Results.Contains(x.Result) && (!y.Reads.Contains(x.Result) || (TakesAny(y, x.Result) || (loops && Reads(y, x.Result)))))))
            .ToDictionary(x => x.Result, x => x.Result with { Given = x.Field, IsWide = wide.Contains(x.Field) });
        return [.. statements.Select(x => Marked(x, y => given.TryGetValue(y, out Tile? tile) ? tile : y))];
    }

    private static bool TakesAny(Statement statement, Tile tile) => statement switch
    {
        StoreStatement x => x.X == tile && x.Normalized is null,
        CallStatement { Method: "Gram", Into: Into.Set } => true,
        CallStatement x when ScaledGrams.Has(x.Method) => x.Arguments.Take(2).Contains(tile),
        _ => false,
    };

    private static bool Reads(Statement statement, Tile tile) => statement switch
    {
        CallStatement { Method: "DecayedGram" or "DecayedGrams" } x => !x.Arguments.Skip(x.Arguments.Count - 2).Contains(tile),
        CallStatement { Method: "CrossedDecayedGrams" } x => !x.Arguments.Skip(4).Contains(tile),
        CallStatement { Method: "CumulativeSum" or "RowDot" or "Normalize" } => true,
        LoopStatement x => x.Stores[0].Result is var result && result.Rows == tile.Rows && result.Columns == tile.Columns,
        _ => false,
    };

    private static Statement Marked(Statement statement, Func<Tile, Tile> other) => statement switch
    {
        LoadStatement x => x with { Result = other(x.Result) },

        // A loop knows its tiles by name.
        LoopStatement x => x with { Arguments = x.Arguments.Select(other).ToEquatableArray() },
        _ => statement.Reading(other),
    };
}
