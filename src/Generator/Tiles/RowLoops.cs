namespace AttentionDsl.Generator;

/// <summary>
/// A loop over columns whose result is turned to a row is a loop over rows: on the host a register holds sixteen numbers of a row, and one of a column.
/// </summary>
internal static class RowLoops
{
    public static IReadOnlyList<Statement> Of(IReadOnlyList<Statement> statements)
    {
        List<Statement> result = [.. statements];
        for (int i = 0; i < result.Count; i++)
        {
            if (result[i] is LoopStatement { Stores: [{ Into: Into.Set, Result: { Rows: not Dim.One, Columns: Dim.One } column } store] } loop
                && loop.Arguments.All(x => x.Columns == Dim.One && (x.Rows == Dim.One || x.Rows == column.Rows))
                && result.Where(x => x.Reads.Contains(column)).ToArray() is [CallStatement { Method: "Transpose" } turn]
                && result.Count(x => x.Results.Contains(column)) == 1)
            {
                // What is a row already is read as it is; other columns are turned, each once.
                var turned = new List<Statement>();
                Dictionary<string, Tile> rows = loop.Arguments.Where(x => x.Rows != Dim.One).ToDictionary(x => x.Name, x => Row(result, i, x, turned));
                Tile[] arguments = [.. loop.Arguments.Select(x => rows.TryGetValue(x.Name, out Tile? row) ? row : x)];
                Expr value = store.Value.Replace(x => rows.TryGetValue(x.Name, out Tile? row) ? new Expr.Argument(row.Name) : x);
                Into into = turn.Into ?? Into.Set;
                Tile to = turn.Written[0];
                string equation = $"{to.Name} {Statement.Sign(into)} {ExprPrinter.Equation(value)}";
                int at = result.FindIndex(x => ReferenceEquals(x, turn));
                result[at] = new LoopStatement(EquatableArray.Of(new Store(to, into, value)), arguments.ToEquatableArray(), equation);
                result.InsertRange(at, turned);
                result.RemoveAt(i--);
            }
        }

        // Columns that only such loops read.
        result.RemoveAll(x => x is CallStatement { Method: "Transpose", Into: Into.Set } y && y.Arguments[0].Rows == Dim.One && y.Written[0].Columns == Dim.One && !result.Any(z => z.Reads.Contains(y.Written[0])));
        return result;
    }

    private static Tile Row(List<Statement> statements, int before, Tile column, List<Statement> turned)
    {
        if (statements.Take(before).LastOrDefault(x => x.Results.Contains(column)) is CallStatement { Method: "Transpose", Into: Into.Set } known)
        {
            return known.Arguments[0];
        }

        var row = new Tile(column.Name + "Row", Dim.One, column.Rows);
        turned.Add(new CallStatement(EquatableArray.Of(row), "Transpose", EquatableArray.Of(column), null, Into.Set, $"{row.Name}: {column.Name}, as a row"));
        return row;
    }
}
