namespace AttentionDsl.Generator;

/// <summary>
/// Which tiles of a pass are only ever factors, terms or results of products, or copied: a device may keep them in half the bits
/// (<c>ITile.TakeFactor</c>). Whatever a loop, a solve, a decay or a sum touches stays exact.
/// </summary>
internal static class FactorTiles
{
    /// <summary>The methods that multiply matrices.</summary>
    public static readonly HashSet<string> Products = ["Product", "TransposedProduct", "ProductTransposed", "Gram"];

    /// <summary>The names of the factors.</summary>
    /// <param name="statements">The pass.</param>
    /// <param name="exact">Tiles that leave it and must not be rounded on the way.</param>
    public static ISet<string> Of(IEnumerable<Statement> statements, IEnumerable<Tile> exact)
    {
        var factors = new HashSet<string>();
        var others = new HashSet<string>(exact.Select(x => x.Name));
        foreach (Statement statement in statements)
        {
            Tile[] tiles = [.. statement.Reads, .. statement.Results], multiplied = [.. Multiplied(statement)];
            factors.UnionWith(multiplied.Select(x => x.Name));
            if (!IsCopy(statement))
            {
                others.UnionWith(tiles.Where(x => !multiplied.Contains(x)).Select(x => x.Name));
            }
        }

        factors.ExceptWith(others);

        // What does nothing but begin a factor is one too.
        foreach (CallStatement copy in statements.Reverse().OfType<CallStatement>().Where(x => x.Method == "Copy" && factors.Contains(x.Written[0].Name)))
        {
            factors.UnionWith(copy.Arguments.Select(x => x.Name).Where(x => !others.Contains(x)));
        }

        return factors;
    }

    /// <summary>True for what moves numbers without using them.</summary>
    private static bool IsCopy(Statement statement) => statement is LoadStatement or RecallStatement or StoreStatement or CallStatement { Method: "Copy" or "Clear" };

    private static IEnumerable<Tile> Multiplied(Statement statement) => statement switch
    {
        CallStatement x when Products.Contains(x.Method) => x.Written.Concat(x.Arguments),
        CallStatement { Method: "RowDot" } x => x.Arguments,
        CallStatement { Method: "DecayAndWrite" } x => x.Arguments.Skip(1),
        _ => [],
    };
}
