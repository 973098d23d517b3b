namespace AttentionDsl.Generator;

/// <summary>
/// A row times its factor that is added to a sum of products is an operation, and no elementwise loop, in the passes that compute gradients: both tiles may then stand in registers
/// (see <see cref="StripTiles"/>).
/// </summary>
internal static class AddedRows
{
    /// <summary>The operation: result += s x, row by row.</summary>
    public const string Method = "AddScaledRows";

    /// <param name="statements">In an order that is right.</param>
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements)
    {
        var sums = new HashSet<Tile>(statements.OfType<CallStatement>().Where(x => x.Into is not null || ScaledSums.Has(x.Method)).SelectMany(x => x.Written));
        List<Statement> joined = [];
        foreach (Statement statement in statements)
        {
            if (statement is not LoopStatement { Stores: { Count: 1 } stores } loop || stores[0].Into != Into.Add || !sums.Contains(stores[0].Result)
                || stores[0].Result is not { Rows: Dim.Token or Dim.Update, Columns: Dim.Key or Dim.Value } sum
                || RowFactor.Of(sum, stores[0].Value, loop.Arguments) is not { } factor || factor.Row == sum)
            {
                joined.Add(statement);
                continue;
            }

            (Tile column, LoopStatement? computed) = factor.Column(factor.Row, sum.Rows, statements.Concat(joined));
            if (computed is not null)
            {
                joined.Add(computed);
            }

            joined.Add(new CallStatement(EquatableArray.Of(sum), Method, EquatableArray.Of(factor.Row, column), null, Into.Add, $"{sum.Name} += {column.Name} * {factor.Row.Name}"));
        }

        return joined;
    }
}
