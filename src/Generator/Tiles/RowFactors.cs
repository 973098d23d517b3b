namespace AttentionDsl.Generator;

/// <summary>
/// A chunk program in which what multiplies the rows of a Gram's left factor multiplies its result instead: L_ij = (beta_i k_i) . k_j is beta_i (k_i . k_j).
/// A Gram has a quarter of the columns that a row of keys has, and what else is made of such rows has its own factor anyway: the row times its factor is
/// then no tile, neither on the way forward nor in the derivative, and inputs are multiplied as they are.
/// </summary>
internal sealed class RowFactors
{
    private readonly TileProgram program;
    private readonly Dictionary<string, Scaled> scaled = [];
    private readonly ILookup<string, Operation> readers;

    private RowFactors(TileProgram program)
    {
        this.program = program;
        readers = program.Operations.SelectMany(x => x.Reads.Distinct().Select(y => (Operation: x, y.Name))).ToLookup(x => x.Name, x => x.Operation);
        foreach (Map map in program.Operations.OfType<Map>())
        {
            if (Factor(map) is { } factor)
            {
                // What is scaled twice is scaled once, by both.
                scaled.Add(map.Result.Name, IsGone(factor.Row) ? Twice(scaled[factor.Row.Name], factor) : factor);
            }
        }
    }

    /// <summary>A row times a factor.</summary>
    /// <param name="Row">The tile of rows.</param>
    /// <param name="Factor">An expression over columns and numbers.</param>
    /// <param name="Columns">The columns.</param>
    private sealed record Scaled(Tile Row, Expr Factor, IReadOnlyList<Tile> Columns);

    public static TileProgram Of(TileProgram program)
    {
        var factors = new RowFactors(program);
        return (program with { Operations = program.Operations.SelectMany(factors.Of).ToEquatableArray() }).Pruned();
    }

    private static Scaled Twice(Scaled first, Scaled second) => new(first.Row, first.Factor * second.Factor, [.. first.Columns.Union(second.Columns)]);

    private static Expr N(Tile tile) => ProgramBuilder.Name(tile);

    private IEnumerable<Operation> Of(Operation operation)
    {
        switch (operation)
        {
            case Map map when scaled.TryGetValue(map.Result.Name, out Scaled? x) && !map.Arguments.Contains(x.Row):
                return [Mapped(map.Result, x)];
            case Gram { E: null } gram when IsGone(gram.Left) && DecayOf(gram) is null:
                Tile plain = gram.Result with { Name = gram.Result.Name + "Unscaled" };
                return [gram with { Result = plain, Left = scaled[gram.Left.Name].Row, Equation = Bare(gram, plain) }, Mapped(gram.Result, scaled[gram.Left.Name] with { Row = plain })];
            case Gram { E: null } gram when IsGone(gram.Left):
                return [gram with { Left = scaled[gram.Left.Name].Row, Equation = Bare(gram, gram.Result) }];
            case DecayPairs decay when program.Operations.OfType<Gram>().FirstOrDefault(x => x.Result == decay.X && IsGone(x.Left) && DecayOf(x) == decay) is { } of:
                Tile unscaled = decay.Result with { Name = decay.Result.Name + "Unscaled" };
                return [decay with { Result = unscaled, Equation = decay.Equation.Replace($"{decay.Result.Name}_ij", $"{unscaled.Name}_ij") }, Mapped(decay.Result, scaled[of.Left.Name] with { Row = unscaled })];
            default:
                return [operation];
        }
    }

    private string Bare(Gram gram, Tile result)
    {
        Tile row = scaled[gram.Left.Name].Row;
        string pairs = gram.Causal == Causal.Strict ? "j < i" : "j <= i";
        return $"{result.Name}_ij = {row.Name}_i . {gram.Right.Name}_j for {pairs}";
    }

    private static Map Mapped(Tile result, Scaled x)
    {
        Expr value = x.Factor * N(x.Row);
        return new(result, value, EquatableArray.Of([.. x.Columns, x.Row]), $"{result.Name} = {ExprPrinter.Equation(value)}");
    }

    /// <summary>The decay of a Gram that nothing else reads.</summary>
    private DecayPairs? DecayOf(Gram gram) => readers[gram.Result.Name].ToArray() is [DecayPairs { Result: var decayed } only] && decayed != gram.Result && only.X == gram.Result ? only : null;

    /// <summary>True for a row times a factor that Grams, as their left side, and elementwise maps alone read.</summary>
    private bool IsGone(Tile tile) => scaled.ContainsKey(tile.Name) && !program.Results.Contains(tile)
        && readers[tile.Name].OfType<Gram>().Any() && readers[tile.Name].All(x => x is Gram { E: null } gram ? gram.Right != tile : x is Map map && Factor(map)?.Row == tile);

    /// <summary>The row and the factor of an elementwise product, with one row alone; null if it is something else.</summary>
    private static Scaled? Factor(Map map)
    {
        Tile[] rows = [.. map.Arguments.Where(x => x.Columns != Dim.One)];
        return map.Result.Columns != Dim.One && rows is [Tile row] && row.Rows == map.Result.Rows && row.Columns == map.Result.Columns && Without(map.Value, row.Name) is { } factor && factor != Expr.One
            ? new(row, factor, [.. map.Arguments.Where(x => x != row)])
            : null;
    }

    /// <summary>What is left of a product without one of its factors; null if it is no product with that factor.</summary>
    private static Expr? Without(Expr product, string name) => product switch
    {
        Expr.Argument x when x.Name == name => Expr.One,
        Expr.Negate x => Without(x.X, name) is { } left ? -left : null,
        Expr.Binary { Operator: '*' } x when !x.B.ArgumentNames().Contains(name) => Without(x.A, name) is { } left ? left * x.B : null,
        Expr.Binary { Operator: '*' } x when !x.A.ArgumentNames().Contains(name) => Without(x.B, name) is { } right ? x.A * right : null,
        _ => null,
    };
}
