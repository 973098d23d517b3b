namespace AttentionDsl.Generator;

/// <summary>
/// What a Gram that decays by heads says of its decays is one operation where a device has the rows that the Gram is of: it sums the pairs once more, on the tensor cores, and weighs them
/// with the gradient that products read anyway. Neither the Gram nor its products with that gradient are tiles then, nor are their sums by columns.
/// </summary>
internal static class DecayAdjoints
{
    /// <summary>The operation; arguments are a gradient of pairs, and the rows of which they are products.</summary>
    public const string Method = "DecayAdjoint";

    /// <summary>The same in parts (see <see cref="RowParts"/>).</summary>
    public const string Parts = Method + "Parts";

    /// <param name="statements">The derivative, as <see cref="ReverseMode"/> wrote it.</param>
    /// <param name="program">What it is of.</param>
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements, TileProgram program)
    {
        foreach (DecayPairs decay in program.Operations.OfType<DecayPairs>().Where(x => x.E == x.G))
        {
            if (program.Operations.OfType<Gram>().FirstOrDefault(x => x.Result == decay.X && x.E is null) is { } gram)
            {
                statements = Joined(statements, decay, gram) ?? statements;
            }
        }

        return statements;
    }

    private static IReadOnlyList<Statement>? Joined(IReadOnlyList<Statement> statements, DecayPairs decay, Gram gram)
    {
        string weighted = ReverseMode.ExponentName(decay);
        Statement[] made = [.. statements.Where(x => x.Results.Any(y => y.Name == weighted))];
        CallStatement[] read = [.. statements.OfType<CallStatement>().Where(x => !made.Contains(x) && x.Arguments.Any(y => y.Name == weighted))];
        Statement[] gradients = [.. statements.Where(x => x.Results.Any(y => y.Name == "d" + decay.X.Name))];
        if (made.Length == 0 || gradients is not [CallStatement { Method: "Decay", Into: Into.Set } plain]
            || Array.Find(read, x => x.Method == "RowSum") is not { } rows || Array.Find(read, x => x.Method == "ColumnSum") is not { } columns
            || statements.OfType<CallStatement>().SingleOrDefault(x => x.Arguments.Contains(columns.Written[0])) is not { Method: "Transpose", Into: Into.Subtract } turned
            || turned.Written[0] != rows.Written[0])
        {
            return null;
        }

        Tile sum = rows.Written[0], w = plain.Written[0];
        string pair = $"{w.Name}_ij ({gram.Left.Name}_i . {gram.Right.Name}_j)";
        var joined = new CallStatement(
            EquatableArray.Of(sum), Method, EquatableArray.Of(w, gram.Left, gram.Right), null, rows.Into,
            $"{sum.Name}_i {Statement.Sign(rows.Into!.Value)} sum over j < i of x_ij - sum over j > i of x_ji, with x_ij = {pair}");
        return [.. statements.Where(x => !made.Contains(x) && x != columns && x != turned).Select(x => x == rows ? joined : x)];
    }
}
