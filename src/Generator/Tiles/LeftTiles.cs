namespace AttentionDsl.Generator;

/// <summary>
/// What a loop of the first pass computes for later ones, and nothing else reads, needs no scratch, nor does an inverse: it is stored where it is left. Loops that read the same rows are then one,
/// which reads them once.
/// </summary>
internal static class LeftTiles
{
    /// <summary>The statements with these tiles marked; those that store them stay, as what asks for them.</summary>
    /// <param name="statements">The pass.</param>
    /// <param name="others">Names of tiles that must stand in scratch all the same.</param>
    /// <param name="inPlace">True if a loop with a result in scratch stays by itself: it may then overwrite what it reads.</param>
    public static IReadOnlyList<Statement> Marked(IReadOnlyList<Statement> statements, ISet<string> others, bool inPlace)
    {
        HashSet<Tile> left =
        [
            .. statements.OfType<LoopStatement>().Where(x => x.Stores.Count == 1 && x.Stores[0].Into == Into.Set).Select(x => x.Stores[0].Result).Where(x => IsOfRows(x) && IsLeft(x)),
            .. statements.OfType<CallStatement>().Where(x => x.Method == InverseForm.Invert).Select(x => x.Written[0]).Where(IsLeft),
        ];
        IReadOnlyList<Statement> marked = [.. statements.Select(Marked)];
        return Joined(marked, inPlace ? 0 : 1);

        bool IsOfRows(Tile tile) => tile.Rows is Dim.Token or Dim.Update && tile.Columns is not (Dim.One or Dim.ValueAndOne);

        bool IsLeft(Tile tile) => !others.Contains(tile.Name) && statements.Count(x => x.Results.Contains(tile)) == 1
            && statements.Where(x => x.Reads.Contains(tile)).ToArray() is [StoreStatement { Scale: null, Normalized: null, Backward: false, After.Count: 0 } store] && store.To == tile.Name;

        Statement Marked(Statement statement) => statement switch
        {
            LoopStatement x when left.Contains(x.Stores[0].Result) => x with { Stores = EquatableArray.Of(x.Stores[0] with { Result = Left(x.Stores[0].Result) }) },
            CallStatement { Method: InverseForm.Invert } x when left.Contains(x.Written[0]) => x with { Written = EquatableArray.Of(Left(x.Written[0])) },
            StoreStatement x when left.Contains(x.X) => x with { X = Left(x.X) },
            _ => statement,
        };
    }

    /// <summary>The statements without those that store what loops have stored.</summary>
    public static IReadOnlyList<Statement> Stored(IReadOnlyList<Statement> statements) => [.. statements.Where(x => x is not StoreStatement { X.IsLeft: true })];

    private static Tile Left(Tile tile) => tile with { IsLeft = true };

    /// <summary>Each loop that stores what is left, with the first that reads rows of the same tile and may be done with it.</summary>
    /// <param name="statements">The pass.</param>
    /// <param name="most">How many results of a loop with several may stand in scratch.</param>
    private static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements, int most)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            for (int k = i + 1; statements[i] is LoopStatement first && k < statements.Count; k++)
            {
                if (statements[k] is LoopStatement second && MayJoin(first, second, most) && Uses.Joined(statements, [i, k], Both(first, second)) is { } joined)
                {
                    return Joined(joined, most);
                }
            }
        }

        return statements;
    }

    private static bool MayJoin(LoopStatement first, LoopStatement second, int most)
    {
        Store[] stores = [.. first.Stores, .. second.Stores];
        return stores.Count(x => !x.Result.IsLeft) <= most && stores.All(x => x.Into == Into.Set && IsAlike(x.Result, stores[0].Result))
            && first.Arguments.Any(x => IsAlike(x, stores[0].Result) && second.Arguments.Contains(x));
    }

    private static bool IsAlike(Tile x, Tile y) => x.Rows == y.Rows && x.Columns == y.Columns;

    private static LoopStatement Both(LoopStatement first, LoopStatement second) => new(
        first.Stores.Concat(second.Stores).ToEquatableArray(), first.Arguments.Union(second.Arguments).ToEquatableArray(), $"{first.Equation}\n{second.Equation}");
}
