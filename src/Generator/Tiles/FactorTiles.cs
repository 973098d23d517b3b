namespace AttentionDsl.Generator;

/// <summary>
/// Which tiles of a pass are only ever factors, terms or results of products, or copied: a device may keep them in half the bits
/// (<c>ITile.TakeFactor</c>). Whatever a loop, a solve, a decay or a sum touches stays exact. What the caller gave is a factor if it is that there.
/// </summary>
internal static class FactorTiles
{
    /// <summary>The methods that multiply matrices.</summary>
    public static readonly HashSet<string> Products = ["Product", "TransposedProduct", "ProductTransposed", "Gram"];

    /// <summary>The names of the factors.</summary>
    /// <param name="statements">The pass.</param>
    /// <param name="exact">Tiles that leave it and must not be rounded on the way.</param>
    /// <param name="rounded">Names of tiles that came in half the bits.</param>
    public static ISet<string> Of(IEnumerable<Statement> statements, IEnumerable<Tile> exact, ISet<string>? rounded = null)
    {
        // What the right side of a system begins with, or takes scaled, need not be exact: the right side itself is.
        var rights = new HashSet<string>(statements.OfType<CallStatement>().Where(x => x.Method == InverseForm.Apply).Select(x => x.Arguments[1].Name));
        var factors = new HashSet<string>();
        var others = new HashSet<string>(exact.Select(x => x.Name));
        foreach (Statement statement in statements)
        {
            Tile[] tiles = [.. statement.Reads, .. statement.Results], multiplied = [.. Multiplied(statement, rights, rounded)];
            factors.UnionWith(multiplied.Select(x => x.Name));
            if (!IsCopy(statement))
            {
                others.UnionWith(tiles.Where(x => x.Given is null && !multiplied.Contains(x)).Select(x => x.Name));
            }

            factors.UnionWith(tiles.Where(x => x.Given is not null).Select(x => x.Name));
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
    private static bool IsCopy(Statement statement) => statement is LoadStatement or RecallStatement or StoreStatement { Scale: null, Normalized: null } or CallStatement { Method: "Copy" or "Clear" };

    private static IEnumerable<Tile> Multiplied(Statement statement, HashSet<string> rights, ISet<string>? rounded) => statement switch
    {
        CallStatement x when Products.Contains(x.Method) => x.Written.Concat(x.Arguments),
        CallStatement x when ScaledGrams.Has(x.Method) => x.Written.Concat(x.Arguments.Take(2)),
        CallStatement { Method: "RowDot" or RowParts.Dot or DecayAdjoints.Method or DecayAdjoints.Parts } x => x.Arguments,

        // Pairs of tokens are computed, and rounded once they are scaled, or have decayed.
        CallStatement { Method: "Decay", Into: Into.Set } x => x.Arguments[0] == x.Written[0] ? [] : x.Written,
        CallStatement { Method: "ScaleRows" } x => x.Arguments[0].Columns is Dim.Token or Dim.Update ? x.Written : x.Written.Append(x.Arguments[0]),
        CallStatement { Method: InverseForm.Apply or InverseForm.ApplyTransposed } x => x.Written,
        CallStatement { Method: AddedRows.Method or "Copy" } x when rights.Contains(x.Written[0].Name) => [x.Arguments[0]],
        StoreStatement { Scale: not null } x when rounded?.Contains(x.X.Name) == true => [x.X],
        CallStatement x when ScaledSums.Has(x.Method) => x.Arguments.Skip(2),
        CallStatement { Method: "DecayAndWrite" } x => x.Arguments.Skip(1),
        _ => [],
    };
}
