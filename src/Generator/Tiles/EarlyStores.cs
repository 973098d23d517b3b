namespace AttentionDsl.Generator;

/// <summary>
/// What leaves a chunk on the host leaves where it is final, one tile here and one there: its lines are on their way to memory while something is computed,
/// and it is still in the first cache. Gradients of rows that were normalised are no tile (see <see cref="LeftGradients"/>).
/// </summary>
internal static class EarlyStores
{
    /// <param name="statements">The statements of a chunk.</param>
    /// <param name="leaving">Tiles, by the name of what they leave for.</param>
    public static IReadOnlyList<Statement> Of(IReadOnlyList<Statement> statements, IEnumerable<KeyValuePair<string, Tile>> leaving)
    {
        ILookup<int, Statement> stores = leaving.ToLookup(x => Last(statements, x.Value), x => (Statement)new StoreStatement(x.Value, x.Key));
        return LeftGradients.Normalized([.. statements.SelectMany((x, i) => stores[i].Prepend(x))]);
    }

    private static int Last(IReadOnlyList<Statement> statements, Tile tile)
    {
        int last = statements.Count - 1;
        while (last > 0 && !statements[last].Results.Contains(tile))
        {
            last--;
        }

        return last;
    }
}
