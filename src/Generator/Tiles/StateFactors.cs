namespace AttentionDsl.Generator;

/// <summary>
/// What multiplies the rows of an input that is a factor of products with the state (or its gradient) multiplies the other side of these: diag(f) q S is
/// diag(f) (q S), and k^T diag(f) U is k^T (diag(f) U). The walks then read the input where the caller has it, and a column: the first pass leaves no copy of the rows.
/// </summary>
internal sealed class StateFactors
{
    private readonly Dictionary<string, (RowFactor Rows, Tile Column)> factors = [];

    /// <param name="program">The chunk program.</param>
    /// <param name="rows">Tiles that the first pass would leave for products alone.</param>
    /// <param name="walks">What the walks do.</param>
    /// <param name="gradients">What the gradients hang on.</param>
    public StateFactors(TileProgram program, IEnumerable<Tile> rows, IReadOnlyList<Statement> walks, IReadOnlyList<Statement> gradients)
    {
        Program = program;
        HashSet<Tile> loaded = [.. program.Operations.OfType<Load>().Where(x => !x.IsParameter).Select(x => x.Result)];
        HashSet<string> names = [.. program.Operations.Select(x => x.Result.Name)];
        foreach (Tile tile in rows)
        {
            if (program.Operations.FirstOrDefault(x => x.Result == tile) is Map map && RowFactor.Of(tile, map.Value, map.Arguments) is { } factor && loaded.Contains(factor.Row)
                && walks.Concat(gradients).All(x => !x.Reads.Contains(tile) || IsProduct(x, tile)) && walks.All(x => !x.Reads.Contains(tile) || !IsSum(x)) && names.Add(tile.Name + "Factor"))
            {
                var column = new Tile(tile.Name + "Factor", tile.Rows, Dim.One);
                factors.Add(tile.Name, (factor, column));
                var operation = new Map(column, factor.Factor, factor.Columns.ToEquatableArray(), $"{column.Name} = {ExprPrinter.Equation(factor.Factor)}");
                Program = Program with { Operations = Program.Operations.SelectMany(x => x == map ? new Operation[] { x, operation } : [x]).ToEquatableArray() };
            }
        }
    }

    /// <summary>The program with the columns.</summary>
    public TileProgram Program { get; }

    /// <summary>True if a tile is read no more.</summary>
    public bool Has(string name) => factors.ContainsKey(name);

    /// <summary>The column that multiplied a tile's rows.</summary>
    public Tile Column(Tile tile) => factors[tile.Name].Column;

    /// <summary>A walk, which reads the inputs itself.</summary>
    public IReadOnlyList<Statement> OfWalk(IReadOnlyList<Statement> statements)
    {
        var rewritten = new List<Statement>();
        HashSet<Tile> rows = [];
        foreach (Statement statement in statements)
        {
            if (Read(statement) is not Tile tile)
            {
                rewritten.Add(statement);
                continue;
            }

            (RowFactor factor, Tile column) = factors[tile.Name];
            var product = (CallStatement)statement.Reading(x => x == tile ? factor.Row : x);
            Tile other = product.Arguments[product.Arguments.Count - 1];
            rows.Add(factor.Row);
            if (product.Method == "Product")
            {
                Tile result = product.Written[0];
                rewritten.Add(product with { Equation = product.Equation.Replace($"{tile.Name} {other.Name}", $"{column.Name} * ({factor.Row.Name} {other.Name})") });
                rewritten.Add(Scaling(result, result, column));
                continue;
            }

            Tile scaled = new($"{other.Name}Of{tile.Name}", other.Rows, other.Columns);
            rewritten.Add(Scaling(scaled, other, column));
            rewritten.Add(product.Reading(x => x == other ? scaled : x));
        }

        return [.. Lowering.Of(Program.Operations.Where(x => rows.Contains(x.Result))), .. rewritten.Where(x => x is not LoadStatement load || !rows.Contains(load.Result))];
    }

    /// <summary>The gradients, in which the product is a tile of its own: the sum that takes it scales its rows.</summary>
    public IReadOnlyList<Statement> OfGradients(IReadOnlyList<Statement> statements)
    {
        var rewritten = new List<Statement>();
        foreach (Statement statement in statements)
        {
            if (Read(statement) is not Tile tile)
            {
                rewritten.Add(statement);
                continue;
            }

            (RowFactor factor, Tile column) = factors[tile.Name];
            var product = (CallStatement)statement;
            Tile sum = product.Written[0], plain = sum with { Name = $"{sum.Name}Of{factor.Row.Name}" };
            Tile state = product.Arguments[1];
            rewritten.Add(product with { Written = EquatableArray.Of(plain), Arguments = EquatableArray.Of(factor.Row, state), Into = Into.Set, Equation = $"{plain.Name} = {factor.Row.Name} {state.Name}" });
            Expr value = ProgramBuilder.Name(column) * ProgramBuilder.Name(plain);
            rewritten.Add(new LoopStatement(
                EquatableArray.Of(new Store(sum, product.Into!.Value, value)), EquatableArray.Of(column, plain), $"{sum.Name} {Statement.Sign(product.Into!.Value)} {ExprPrinter.Equation(value)}"));
        }

        return rewritten;
    }

    private Tile? Read(Statement statement) => statement.Reads.FirstOrDefault(x => factors.ContainsKey(x.Name));

    private static CallStatement Scaling(Tile result, Tile x, Tile column) =>
        new(EquatableArray.Of(result), "ScaleRows", EquatableArray.Of(x, column), null, null, result == x ? "" : $"{result.Name} = {column.Name} * {x.Name}");

    /// <summary>True for a product of which a tile is the left factor and nothing else.</summary>
    private static bool IsProduct(Statement statement, Tile tile) => statement switch
    {
        CallStatement { Method: "Product", Into: Into.Set or Into.Add } x => x.Arguments[0] == tile && x.Arguments[1] != tile,
        CallStatement { Method: "TransposedProduct" } x => x.Arguments[0] == tile && x.Arguments[1] != tile,
        _ => false,
    };

    /// <summary>True for a product that is added to a sum whose rows are not to be scaled.</summary>
    private static bool IsSum(Statement statement) => statement is CallStatement { Method: "Product", Into: not Into.Set };
}
