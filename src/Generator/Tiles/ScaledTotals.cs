namespace AttentionDsl.Generator;

/// <summary>The sum over a column times a number is the number times its sum: what is summed up then needs no number, and is one number itself.</summary>
internal static class ScaledTotals
{
    public static IReadOnlyList<Statement> Of(IReadOnlyList<Statement> statements)
    {
        Dictionary<Tile, RowFactor> columns = [];
        foreach (LoopStatement loop in statements.OfType<LoopStatement>())
        {
            if (loop.Stores is [{ Into: Into.Set, Result: { Rows: not Dim.One, Columns: Dim.One } result } store] && RowFactor.OfNumbers(result, store.Value, loop.Arguments) is { } factor
                && statements.Where(x => x.Reads.Contains(result)).ToArray() is [CallStatement { Method: "Sum" }])
            {
                columns.Add(result, factor);
            }
        }

        return [.. statements.Where(x => x is not LoopStatement loop || !columns.ContainsKey(loop.Stores[0].Result)).SelectMany(x => x is CallStatement { Method: "Sum" } sum ? Scaled(sum) : [x])];

        IEnumerable<Statement> Scaled(CallStatement sum)
        {
            if (!columns.TryGetValue(sum.Arguments[0], out RowFactor? factor))
            {
                return [sum];
            }

            Tile result = sum.Written[0], total = new(factor.Row.Name + "Sum", Dim.One, Dim.One);
            Expr value = factor.Factor * ProgramBuilder.Name(total);
            return
            [
                new CallStatement(EquatableArray.Of(total), "Sum", EquatableArray.Of(factor.Row), null, Into.Set, $"{total.Name} = sum over all of {factor.Row.Name}"),
                new LoopStatement(EquatableArray.Of(new Store(result, sum.Into!.Value, value)), EquatableArray.Of([.. factor.Columns, total]), $"{result.Name} {Statement.Sign(sum.Into!.Value)} {ExprPrinter.Equation(value)}"),
            ];
        }
    }
}
