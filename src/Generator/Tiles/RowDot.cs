namespace AttentionDsl.Generator;

/// <summary>
/// The sum along rows of a product, sum_j a_ij b_ij f_i, without the product as a matrix: what is constant along a row is multiplied
/// with the sum, not with every term.
/// </summary>
/// <param name="A">A tile.</param>
/// <param name="B">Another of its shape; null if a alone is summed.</param>
/// <param name="Factor">What is constant along a row.</param>
/// <param name="Negative">True if the sum is subtracted.</param>
internal sealed record RowDot(Tile A, Tile? B, Expr Factor, bool Negative)
{
    /// <summary>The name of its column.</summary>
    public string Name => B is null ? $"{A.Name}Sum" : $"{A.Name}Dot{B.Name}";

    public string Method => B is null ? "RowSum" : "RowDot";

    public Tile[] Arguments => B is null ? [A] : [A, B];

    public string Equation => B is null ? $"sum over j of {A.Name}_ij" : $"sum over j of {A.Name}_ij {B.Name}_ij";

    /// <summary>The form of a product of tiles of one shape and of factors that are constant along a row; null if it has more, or other, factors.</summary>
    /// <param name="product">The product.</param>
    /// <param name="tiles">The tiles it may read; other names are numbers.</param>
    /// <param name="shape">The shape that is summed.</param>
    public static RowDot? Of(Expr product, IReadOnlyDictionary<string, Tile> tiles, Tile shape)
    {
        bool negative = false;
        Expr constant = Expr.One;
        var varying = new List<Tile>();
        foreach (Expr factor in Factors(product))
        {
            if (factor is Expr.Negate)
            {
                negative = !negative;
            }
            else if (factor.ArgumentNames().All(x => !tiles.TryGetValue(x, out Tile? tile) || tile.Columns == Dim.One))
            {
                constant = constant * factor;
            }
            else if (factor is Expr.Argument argument && tiles[argument.Name] is Tile tile && tile.Rows == shape.Rows && tile.Columns == shape.Columns)
            {
                varying.Add(tile);
            }
            else
            {
                return null;
            }
        }

        return varying.Count is 1 or 2 ? new RowDot(varying[0], varying.Count == 2 ? varying[1] : null, constant, negative) : null;
    }

    // A minus stands for itself, before what it negates.
    private static IEnumerable<Expr> Factors(Expr f) => f switch
    {
        Expr.Negate n => Factors(n.X).Prepend(f),
        Expr.Binary { Operator: '*' } b => Factors(b.A).Concat(Factors(b.B)),
        _ => [f],
    };
}
