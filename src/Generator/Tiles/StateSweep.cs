namespace AttentionDsl.Generator;

/// <summary>
/// Joins statements that each walk over the whole state into one that walks once: the recurrent step is bound by the memory of its state.
/// Decay and the erase's read become DecayAndRead, the write and the output's read WriteAndRead.
/// </summary>
internal static class StateSweep
{
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements) => JoinWrite(JoinDecay(statements));

    // S' = exp(g) S, later r (=, +=, -=) c S'.
    private static IReadOnlyList<Statement> JoinDecay(IReadOnlyList<Statement> statements)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (statements[i] is not LoopStatement { Stores.Count: 1 } loop
                || loop.Stores[0] is not { Into: Into.Set, Value: Expr.Binary { Operator: '*', A: Expr.Call { Name: "Exp" } exp, B: Expr.Argument s } } store
                || exp.Arguments[0] is not Expr.Argument g)
            {
                continue;
            }

            Tile decay = loop.Arguments.Single(x => x.Name == g.Name), state = loop.Arguments.Single(x => x.Name == s.Name);
            int column = Index(statements, x => x is CallStatement { Method: "Transpose" } && x.Results.Single() == decay);
            bool onlyHere = column >= 0 && statements.Count(x => x.Reads.Contains(decay)) == 1;
            Tile? row = onlyHere ? statements[column].Reads.Single() : decay.Rows == Dim.One && decay.Columns == Dim.One ? decay : null;
            int read = Index(statements, x => x is CallStatement { Method: "Product" } y && y.Arguments[1] == store.Result);
            if (row is null || decay.Columns != Dim.One || read < i || !IsFree(statements, i + 1, read, [store.Result, state, row]))
            {
                continue;
            }

            var product = (CallStatement)statements[read];
            var joined = new CallStatement(
                EquatableArray.Of(store.Result, product.Written[0]),
                "DecayAndRead",
                EquatableArray.Of(state, row, product.Arguments[0]),
                null,
                product.Into,
                Lines(loop.Equation, product.Equation));
            return [.. statements.Select((x, at) => at == read ? joined : x).Where((_, at) => at != i && (at != column || !onlyHere))];
        }

        return statements;
    }

    // S' += k^T u, later r = q S'.
    private static IReadOnlyList<Statement> JoinWrite(IReadOnlyList<Statement> statements)
    {
        int write = -1;
        for (int i = 0; i < statements.Count; i++)
        {
            write = statements[i] is CallStatement { Method: "TransposedProduct", Into: Into.Add } x && x.Arguments[0].Rows == Dim.One ? i : write;
        }

        if (write < 0)
        {
            return statements;
        }

        var written = (CallStatement)statements[write];
        Tile state = written.Written[0];
        int read = Index(statements, x => x is CallStatement { Method: "Product", Into: Into.Set } y && y.Arguments[1] == state);
        if (read < write || !IsFree(statements, write + 1, read, [state, .. written.Arguments]))
        {
            return statements;
        }

        var product = (CallStatement)statements[read];
        var joined = new CallStatement(
            EquatableArray.Of(state, product.Written[0]),
            "WriteAndRead",
            EquatableArray.Of(written.Arguments[0], written.Arguments[1], product.Arguments[0]),
            null,
            null,
            Lines(written.Equation, product.Equation));
        return [.. statements.Select((x, at) => at == read ? joined : x).Where((_, at) => at != write)];
    }

    /// <summary>True if no statement in a range uses the state or writes what moves past it.</summary>
    private static bool IsFree(IReadOnlyList<Statement> statements, int from, int to, IReadOnlyList<Tile> tiles)
    {
        for (int i = from; i < to; i++)
        {
            if (statements[i].Results.Any(tiles.Contains) || statements[i].Reads.Contains(tiles[0]))
            {
                return false;
            }
        }

        return true;
    }

    private static int Index(IReadOnlyList<Statement> statements, Func<Statement, bool> which)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (which(statements[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static string Lines(string first, string second) => first.Length == 0 || second.Length == 0 ? first + second : first + "\n" + second;
}
