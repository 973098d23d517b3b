namespace AttentionDsl.Generator;

/// <summary>An elementwise product of a tile and of what is the same all along a row.</summary>
/// <param name="Row">The tile.</param>
/// <param name="Factor">An expression over columns and numbers.</param>
/// <param name="Columns">The columns, and tiles that are one number.</param>
internal sealed record RowFactor(Tile Row, Expr Factor, IReadOnlyList<Tile> Columns)
{
    public Expr Value => Factor * ProgramBuilder.Name(Row);

    /// <summary>The factor of a value; null if it is no such product.</summary>
    /// <param name="result">The tile of the value.</param>
    /// <param name="value">The value.</param>
    /// <param name="arguments">The tiles it reads.</param>
    public static RowFactor? Of(Tile result, Expr value, IEnumerable<Tile> arguments) =>
        result.Columns == Dim.One ? null : Of(result, value, arguments, [.. arguments.Where(x => x.Columns != Dim.One)]);

    /// <summary>The same of a column and numbers.</summary>
    /// <inheritdoc cref="Of"/>
    public static RowFactor? OfNumbers(Tile result, Expr value, IEnumerable<Tile> arguments) => Of(result, value, arguments, [.. arguments.Where(x => x.Rows != Dim.One)]);

    /// <summary>The factor as a column: one of <see cref="Columns"/>, if it is that by itself, or one that the statement computes.</summary>
    /// <param name="of">The tile after which it is named.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="statements">What else there is: no other column has its name.</param>
    public (Tile Column, LoopStatement? Computed) Column(Tile of, Dim rows, IEnumerable<Statement> statements)
    {
        if (Columns.FirstOrDefault(x => Factor == ProgramBuilder.Name(x) && x.Rows == rows) is { } known)
        {
            return (known, null);
        }

        string name = of.Name + "Factor";
        for (int i = 2; statements.Any(x => x.Results.Any(y => y.Name == name)); i++)
        {
            name = $"{of.Name}Factor{i}";
        }

        var column = new Tile(name, rows, Dim.One);
        return (column, new(EquatableArray.Of(new Store(column, Into.Set, Factor)), Columns.ToEquatableArray(), $"{name} = {ExprPrinter.Equation(Factor)}"));
    }

    /// <summary>The statement that multiplies them.</summary>
    public LoopStatement Computed(Tile result) =>
        new(EquatableArray.Of(new Store(result, Into.Set, Value)), EquatableArray.Of([.. Columns, Row]), $"{result.Name} = {ExprPrinter.Equation(Value)}");

    /// <summary>A loop with the row and its factor in place of a tile.</summary>
    public LoopStatement In(LoopStatement loop, Tile tile)
    {
        Store[] stores = [.. loop.Stores.Select(x => x with { Value = x.Value.Replace(y => y.Name == tile.Name ? Value : y) })];
        return loop with
        {
            Stores = stores.ToEquatableArray(),
            Arguments = loop.Arguments.Where(x => x != tile).Concat(Columns).Append(Row).Distinct().ToEquatableArray(),
            Equation = string.Join("\n", stores.Select(x => $"{x.Result.Name} {Statement.Sign(x.Into)} {ExprPrinter.Equation(x.Value)}")),
        };
    }

    /// <summary>Both factors of a tile that is scaled twice.</summary>
    public RowFactor Then(RowFactor second) => new(Row, Factor * second.Factor, [.. Columns.Union(second.Columns)]);

    private static RowFactor? Of(Tile result, Expr value, IEnumerable<Tile> arguments, Tile[] scaled) =>
        scaled is [Tile tile] && tile.Rows == result.Rows && tile.Columns == result.Columns && Without(value, tile.Name) is { } factor && factor != Expr.One
            ? new(tile, factor, [.. arguments.Where(x => x != tile)])
            : null;

    /// <summary>What is left of a product without one of its factors; null if it is no product with that factor.</summary>
    public static Expr? Without(Expr product, string name) => product switch
    {
        Expr.Argument x when x.Name == name => Expr.One,
        Expr.Negate x => Without(x.X, name) is { } left ? -left : null,
        Expr.Binary { Operator: '*' } x when !x.B.ArgumentNames().Contains(name) => Without(x.A, name) is { } left ? left * x.B : null,
        Expr.Binary { Operator: '*' } x when !x.A.ArgumentNames().Contains(name) => Without(x.B, name) is { } right ? x.A * right : null,
        _ => null,
    };
}
