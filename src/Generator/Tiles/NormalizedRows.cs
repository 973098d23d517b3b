namespace AttentionDsl.Generator;

/// <summary>
/// Of the first pass: rows divided by their length that only loops and decayed Grams read are no tile. Loops multiply what the caller gave by a column; Grams take it as it is, and what reads
/// their results multiplies these, which have fewer columns, by the column, and by the same as a row. So inputs are multiplied in 16 bits without being rounded once more.
/// </summary>
internal static class NormalizedRows
{
    private const string Gram = "DecayedGram";

    // What ITile.Normalize adds to the square of a length.
    private const double Epsilon = 1e-6;

    public static IReadOnlyList<Statement> Folded(IReadOnlyList<Statement> statements) =>
        statements.OfType<CallStatement>().FirstOrDefault(x => x.Method == "Normalize" && IsFree(x.Written[0], statements)) is { } normalize ? Folded(Folded(normalize, statements)) : statements;

    private static bool IsFree(Tile tile, IReadOnlyList<Statement> statements)
    {
        Statement[] readers = [.. statements.Where(x => x.Reads.Contains(tile))];
        return tile.Rows != Dim.One && statements.Count(x => x.Results.Contains(tile)) == 1 && readers.Any(x => x is CallStatement) && readers.All(x => x switch
        {
            CallStatement { Method: Gram } gram => !gram.Arguments.Skip(2).Contains(tile),
            LoopStatement loop => loop.Stores.All(y => y.Result != tile && y.Result.Rows == tile.Rows && y.Result.Columns == tile.Columns),
            _ => false,
        });
    }

    private static IReadOnlyList<Statement> Folded(CallStatement normalize, IReadOnlyList<Statement> statements)
    {
        Tile row = normalize.Written[0], given = normalize.Arguments[0];
        Tile squares = new(row.Name + "Squares", row.Rows, Dim.One), column = new(row.Name + "Inverse", row.Rows, Dim.One), across = new(column.Name + "Row", Dim.One, row.Rows);
        Expr inverse = Expr.One / Expr.Function("Sqrt", ProgramBuilder.Name(squares) + new Expr.Number(Epsilon));
        RowFactor whole = new(given, ProgramBuilder.Name(column), [column]);
        bool isRight = statements.Any(x => x is CallStatement { Method: Gram } gram && gram.Arguments[1] == row);
        CallStatement[] grams = [.. statements.OfType<CallStatement>().Where(x => x.Method == Gram && x.Arguments.Contains(row))];
        Dictionary<Tile, RowFactor> pairs = grams.ToDictionary(x => x.Written[0], x => Pairs(x, IsReadByLoops(x.Written[0]) ? x.Written[0] : x.Written[0].Unscaled));
        return [.. statements.SelectMany(Replaced)];

        IEnumerable<Statement> Replaced(Statement statement)
        {
            if (ReferenceEquals(statement, normalize))
            {
                yield return new CallStatement(
                    EquatableArray.Of(squares), "RowDot", EquatableArray.Of(given, given), null, Into.Set, $"{squares.Name} = |{given.Name}|^2, where {normalize.Equation}");
                yield return new LoopStatement(
                    EquatableArray.Of(new Store(column, Into.Set, inverse)), EquatableArray.Of(squares), $"{column.Name} = {ExprPrinter.Equation(inverse)}");
                if (isRight)
                {
                    yield return new CallStatement(EquatableArray.Of(across), "Transpose", EquatableArray.Of(column), null, Into.Set, $"{across.Name}: {column.Name}, as a row");
                }
            }
            else if (statement is CallStatement gram && grams.Contains(gram))
            {
                Tile result = gram.Written[0], plain = pairs[result].Row;
                string equation = gram.Equation.Replace($"{result.Name}_ij", $"{plain.Name}_ij").Replace($" {row.Name}_", $" {given.Name}_");
                yield return gram with { Written = EquatableArray.Of(plain), Arguments = gram.Arguments.Select(x => x == row ? given : x).ToEquatableArray(), Equation = equation };
                if (plain != result)
                {
                    yield return pairs[result].Computed(result);
                }
            }
            else if (statement is LoopStatement loop)
            {
                foreach (Tile read in loop.Arguments.Where(x => x == row || (pairs.TryGetValue(x, out RowFactor? factor) && factor.Row == x)))
                {
                    loop = (read == row ? whole : pairs[read]).In(loop, read);
                }

                yield return loop;
            }
            else
            {
                yield return statement;
            }
        }

        bool IsReadByLoops(Tile result) => statements.Where(x => x.Reads.Contains(result)).All(x => x is LoopStatement loop && loop.Results.All(y => y.Rows == result.Rows && y.Columns == result.Columns));

        // What multiplies a Gram of rows as they were given.
        RowFactor Pairs(CallStatement gram, Tile plain)
        {
            Tile[] factors = [.. gram.Arguments[0] == row ? new[] { column } : [], .. gram.Arguments[1] == row ? new[] { across } : []];
            return new(plain, factors.Select(ProgramBuilder.Name).Aggregate((x, y) => x * y), factors);
        }
    }
}
