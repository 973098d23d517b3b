namespace AttentionDsl.Generator;

/// <summary>
/// Joins statements that each walk over the whole state into one that walks once: the recurrent step is bound by the memory of its state.
/// Decay and the erase's read become DecayAndRead, the write and the output's read WriteAndRead; a chunk's decay and writes become DecayAndWrite.
/// </summary>
internal static class StateSweep
{
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements) => JoinWrite(JoinDecay(statements));

    /// <summary>The statements of a chunk with its decay and its writes, S' = exp(g) S + k^T u, in one walk.</summary>
    public static IReadOnlyList<Statement> JoinedChunk(IReadOnlyList<Statement> statements, Tile state)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (DecayIn(statements, i) is not StateDecay decay || decay.State != state)
            {
                continue;
            }

            // The decayed state may get another name before it is written to.
            int renamed = Index(statements, x => x is CallStatement { Method: "Copy", Into: Into.Set } y && y.Arguments[0] == decay.Result);
            Tile result = renamed > i ? statements[renamed].Results.Single() : decay.Result;
            int from = Math.Max(i, renamed) + 1;
            int write = Index(statements, x => x is CallStatement { Method: "TransposedProduct", Into: Into.Add } && x.Results.Single() == result);
            if (write < from || !IsFree(statements, from, write, [result]) || (renamed > i && !IsFree(statements, i + 1, renamed, [decay.Result])))
            {
                continue;
            }

            var product = (CallStatement)statements[write];
            string equation = Lines(statements[i].Equation, product.Equation);
            Statement[] joined =
            [
                new CallStatement(EquatableArray.Of(result), "Copy", EquatableArray.Of(decay.State), null, Into.Set, equation),
                new CallStatement(EquatableArray.Of(result), "DecayAndWrite", EquatableArray.Of([decay.Row, .. product.Arguments]), null, null, ""),
            ];
            return [.. statements.SelectMany((x, at) => at == write ? joined : at == i || at == renamed || at == decay.Column ? [] : new[] { x })];
        }

        return statements;
    }

    // S' = exp(g) S, later r (=, +=, -=) c S'.
    private static IReadOnlyList<Statement> JoinDecay(IReadOnlyList<Statement> statements)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (DecayIn(statements, i) is not StateDecay decay)
            {
                continue;
            }

            int read = Index(statements, x => x is CallStatement { Method: "Product" } y && y.Arguments[1] == decay.Result);
            if (read < i || !IsFree(statements, i + 1, read, [decay.Result, decay.State, decay.Row]))
            {
                continue;
            }

            var product = (CallStatement)statements[read];
            var joined = new CallStatement(
                EquatableArray.Of(decay.Result, product.Written[0]),
                "DecayAndRead",
                EquatableArray.Of(decay.State, decay.Row, product.Arguments[0]),
                null,
                product.Into,
                Lines(statements[i].Equation, product.Equation));
            return [.. statements.Select((x, at) => at == read ? joined : x).Where((_, at) => at != i && at != decay.Column)];
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

    /// <summary>The decay S' = exp(g) S (or S exp(g)) that a statement is, with g as a row; null if it is another, or if its row is not known.</summary>
    private static StateDecay? DecayIn(IReadOnlyList<Statement> statements, int at)
    {
        if (statements[at] is not LoopStatement { Stores.Count: 1 } loop || loop.Stores[0] is not { Into: Into.Set, Value: Expr.Binary { Operator: '*' } value } store)
        {
            return null;
        }

        (Expr factor, Expr rest) = value.A is Expr.Call ? (value.A, value.B) : (value.B, value.A);
        if (factor is not Expr.Call { Name: "Exp" } exp || exp.Arguments[0] is not Expr.Argument g || rest is not Expr.Argument s)
        {
            return null;
        }

        Tile decay = loop.Arguments.Single(x => x.Name == g.Name), state = loop.Arguments.Single(x => x.Name == s.Name);
        if (decay.Rows == Dim.One && decay.Columns == Dim.One)
        {
            return new(store.Result, state, decay, -1);
        }

        // A column that is a row transposed, for this statement alone.
        int column = Index(statements, x => x is CallStatement { Method: "Transpose" } && x.Results.Single() == decay);
        return decay.Columns == Dim.One && column >= 0 && statements.Count(x => x.Reads.Contains(decay)) == 1
            ? new(store.Result, state, statements[column].Reads.Single(), column)
            : null;
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

    /// <param name="Result">The decayed state.</param>
    /// <param name="State">The state.</param>
    /// <param name="Row">The log decay: a number for every row of the state, or one for all.</param>
    /// <param name="Column">The statement that makes it a column, for the decay alone; -1 if there is none.</param>
    private sealed record StateDecay(Tile Result, Tile State, Tile Row, int Column);
}
