namespace AttentionDsl.Generator;

/// <summary>
/// What multiplies the rows of an input that is a factor of products with the state (or its gradient) multiplies the other side of these: diag(f) q S is
/// diag(f) (q S), and k^T diag(f) U is k^T (diag(f) U). What multiplies the rows of one that a system's right side begins with is multiplied where it is added. The walks then read
/// the input where the caller has it, and a column: the first pass leaves no copy of the rows (of rows that are made of an input it leaves one,
/// and no more of them times a factor).
/// </summary>
internal sealed class StateFactors
{
    private readonly Dictionary<string, (RowFactor Rows, Tile Column)> factors = [];
    private readonly HashSet<Tile> loaded;

    /// <param name="program">The chunk program.</param>
    /// <param name="rows">Tiles that the first pass would leave for products alone.</param>
    /// <param name="walks">What the walks do.</param>
    /// <param name="gradients">What the gradients hang on.</param>
    public StateFactors(TileProgram program, IEnumerable<Tile> rows, IReadOnlyList<Statement> walks, IReadOnlyList<Statement> gradients)
    {
        Program = program;
        loaded = [.. program.Operations.OfType<Load>().Where(x => !x.IsParameter).Select(x => x.Result)];
        HashSet<string> names = [.. program.Operations.Select(x => x.Result.Name)];
        Tile[] candidates = [.. rows];

        // What right sides begin with comes first: a product may be scaled that nothing else has been added to.
        Array.ForEach(candidates, x => Scale(x, IsBeginning));
        Left = [.. candidates.Where(IsFactor).Select(Factor).OfType<RowFactor>().Select(x => x.Row).Where(x => !IsThere(x)).GroupBy(x => x).Where(x => x.Count() > 1).Select(x => x.Key)];
        Array.ForEach(candidates, x => Scale(x, IsFactor));

        void Scale(Tile tile, Func<Tile, bool> may)
        {
            if (factors.ContainsKey(tile.Name) || Factor(tile) is not { } factor || !(IsThere(factor.Row) || Left.Contains(factor.Row)) || !may(tile))
            {
                return;
            }

            if (factor.Columns.FirstOrDefault(x => factor.Factor == ProgramBuilder.Name(x) && x.Rows == tile.Rows) is { } known)
            {
                factors.Add(tile.Name, (factor, known));
            }
            else if (names.Add(tile.Name + "Factor"))
            {
                var column = new Tile(tile.Name + "Factor", tile.Rows, Dim.One);
                factors.Add(tile.Name, (factor, column));
                var operation = new Map(column, factor.Factor, factor.Columns.ToEquatableArray(), $"{column.Name} = {ExprPrinter.Equation(factor.Factor)}");
                Program = Program with { Operations = Program.Operations.SelectMany(x => x.Result == tile ? new Operation[] { x, operation } : [x]).ToEquatableArray() };
            }
        }

        RowFactor? Factor(Tile tile) => program.Operations.FirstOrDefault(x => x.Result == tile) is Map map ? RowFactor.Of(tile, map.Value, map.Arguments) : null;

        bool IsThere(Tile row) => loaded.Contains(row) || (candidates.Contains(row) && !factors.ContainsKey(row.Name));

        bool IsBeginning(Tile tile) => walks.Concat(gradients).All(x => !x.Reads.Contains(tile) || BeginsRightSide(x, tile));

        bool IsFactor(Tile tile) => walks.Concat(gradients).All(x => !x.Reads.Contains(tile) || IsProduct(x, tile))
            && walks.All(x => !x.Reads.Contains(tile) || !IsSum(x) || walks.OfType<CallStatement>().Any(y => y.Written[0] == x.Results.First() && Begins(y)));

        // A right side: one tile and one product.
        bool BeginsRightSide(Statement statement, Tile tile) => statement is CallStatement { Method: "Copy", Into: Into.Set } x && x.Arguments[0] == tile
            && walks.All(y => !y.Results.Contains(x.Written[0]) || y == x || (y is CallStatement { Method: "Product" } product && product.Arguments[1] == program.StateIn))
            && walks.OfType<CallStatement>().Any(y => y.Method == InverseForm.Apply && y.Arguments[1] == x.Written[0]);
    }

    /// <summary>The program with the columns.</summary>
    public TileProgram Program { get; private set; }

    /// <summary>Rows made of an input that the first pass leaves in place of several tiles that are these times a factor.</summary>
    public IReadOnlyList<Tile> Left { get; } = [];

    /// <summary>True if a tile is read no more.</summary>
    public bool Has(string name) => factors.ContainsKey(name);

    /// <summary>The column that multiplied a tile's rows.</summary>
    public Tile Column(Tile tile) => factors[tile.Name].Column;

    /// <summary>A walk, which reads the inputs itself.</summary>
    public IReadOnlyList<Statement> OfWalk(IReadOnlyList<Statement> statements)
    {
        var rewritten = new List<Statement>();
        HashSet<Tile> rows = [];

        // Right sides that have not begun, by name: what they begin with.
        Dictionary<string, CallStatement> beginnings = [];
        foreach (Statement statement in statements)
        {
            if (statement is CallStatement beginning && Begins(beginning))
            {
                beginnings.Add(beginning.Written[0].Name, beginning);
                rows.Add(factors[beginning.Arguments[0].Name].Rows.Row);
                continue;
            }

            if (statement is CallStatement { Method: "Product" } first && beginnings.TryGetValue(first.Written[0].Name, out CallStatement? begun))
            {
                beginnings.Remove(first.Written[0].Name);
                rewritten.AddRange(RightSide(begun, first, rows));
                continue;
            }

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

        return [.. Lowering.Of(Program.Operations.Where(x => loaded.Contains(x.Result) && rows.Contains(x.Result))), .. rewritten.Where(x => x is not LoadStatement load || !rows.Contains(load.Result))];
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

    /// <summary>True for what begins a right side with rows that are scaled where they are added.</summary>
    private bool Begins(CallStatement statement) => statement is { Method: "Copy", Into: Into.Set } && factors.ContainsKey(statement.Arguments[0].Name);

    /// <summary>A right side, its product first, whose rows may be scaled as long as nothing else is in the sum; if both are scaled alike, the sum is.</summary>
    /// <param name="beginning">What it began with.</param>
    /// <param name="product">The product with the state.</param>
    /// <param name="rows">Takes the rows that it reads.</param>
    private IEnumerable<Statement> RightSide(CallStatement beginning, CallStatement product, HashSet<Tile> rows)
    {
        Tile result = product.Written[0], left = product.Arguments[0], state = product.Arguments[1];
        (RowFactor own, Tile column) = factors[beginning.Arguments[0].Name];
        bool scaled = factors.TryGetValue(left.Name, out (RowFactor Rows, Tile Column) factor), negative = product.Into == Into.Subtract;
        Tile row = scaled ? factor.Rows.Row : left;
        if (scaled)
        {
            rows.Add(row);
        }

        string sign = negative ? "-" : "+";
        CallStatement times = product with { Arguments = EquatableArray.Of(row, state), Equation = "" };
        if (scaled && factor.Column == column)
        {
            yield return beginning with { Arguments = EquatableArray.Of(own.Row), Equation = $"{result.Name} = {column.Name} * ({own.Row.Name} {sign} {row.Name} {state.Name})" };
            yield return times;
            yield return Scaling(result, result, column);
            yield break;
        }

        string equation = $"{result.Name} = {column.Name} * {own.Row.Name} {sign} {(scaled ? $"{factor.Column.Name} * ({row.Name} {state.Name})" : $"{row.Name} {state.Name}")}";
        if (negative)
        {
            yield return new CallStatement(EquatableArray.Of(result), "Clear", EquatableArray<Tile>.Empty, null, null, equation);
        }

        yield return times with { Into = negative ? Into.Subtract : Into.Set, Equation = negative ? "" : equation };
        if (scaled)
        {
            yield return Scaling(result, result, factor.Column);
        }

        yield return new CallStatement(EquatableArray.Of(result), AddedRows.Method, EquatableArray.Of(own.Row, column), null, Into.Add, "");
    }

    private Tile? Read(Statement statement) => statement.Reads.FirstOrDefault(x => factors.ContainsKey(x.Name));

    private static CallStatement Scaling(Tile result, Tile x, Tile column) =>
        new(EquatableArray.Of(result), "ScaleRows", EquatableArray.Of(x, column), null, null, result == x ? "" : $"{result.Name} = {column.Name} * {x.Name}");

    /// <summary>True for a product of which a tile is the left factor and nothing else.</summary>
    private static bool IsProduct(Statement statement, Tile tile) => statement switch
    {
        CallStatement { Method: "Product" } x => x.Arguments[0] == tile && x.Arguments[1] != tile,
        CallStatement { Method: "TransposedProduct" } x => x.Arguments[0] == tile && x.Arguments[1] != tile,
        _ => false,
    };

    /// <summary>True for a product that is added to a sum whose rows are not to be scaled.</summary>
    private static bool IsSum(Statement statement) => statement is CallStatement { Method: "Product", Into: not Into.Set };
}
