namespace AttentionDsl.Generator;

/// <summary>
/// Joins statements that each walk over the whole state into one that walks once: the recurrent step is bound by the memory of its state.
/// The write and the output's read become WriteAndRead; the decay joins whoever reads or writes the decayed state, which is never written down.
/// A chunk's decay and writes become DecayAndWrite.
/// </summary>
internal static class StateSweep
{
    /// <summary>The statements of a program, with few walks.</summary>
    public static IReadOnlyList<Statement> Of(TileProgram program) => JoinDecay(JoinWrite(Lowering.Of(program.Needed(program.Results))));

    /// <summary>The statements of a step: everything it loads is begun first, and waited for once. What needs no state is computed while that is on its way.</summary>
    public static IReadOnlyList<Statement> Fetching(TileProgram program)
    {
        IReadOnlyList<Statement> statements = Of(program);
        return
        [
            .. statements.OfType<LoadStatement>().Select(x => x with { Fetched = true }),
            new ArriveStatement(),
            .. StateLast([.. statements.Where(x => x is not LoadStatement)], program.StateIn),
        ];
    }

    private static IEnumerable<Statement> StateLast(Statement[] statements, Tile state)
    {
        HashSet<Tile> late = [state], used = [];
        List<Statement> early = [], waiting = [];
        foreach (Statement statement in statements)
        {
            if (statement.Reads.Any(late.Contains) || statement.Results.Any(x => late.Contains(x) || used.Contains(x)))
            {
                waiting.Add(statement);
                late.UnionWith(statement.Results);
                used.UnionWith(statement.Reads);
            }
            else
            {
                early.Add(statement);
            }
        }

        // What can be done at once stands together: threads wait for each other once for all of it.
        Uses[] uses = [.. Uses.Of(early)];
        int[] depths = new int[early.Count];
        for (int i = 0; i < depths.Length; i++)
        {
            depths[i] = Enumerable.Range(0, i).Where(x => uses[x].Precede(uses[i])).Select(x => depths[x] + 1).DefaultIfEmpty().Max();
        }

        return [.. early.Select((x, i) => (Statement: x, Depth: depths[i])).OrderBy(x => x.Depth).Select(x => x.Statement), .. waiting];
    }

    /// <summary>True if the last that happens to the state is a walk that writes it.</summary>
    public static bool EndsInWalk(TileProgram program)
    {
        Statement? last = Of(program).LastOrDefault(x => x.Reads.Contains(program.StateOut) || x.Results.Contains(program.StateOut));
        return last is CallStatement { Method: "WriteAndRead" or "DecayWriteAndRead" or "DecayWritesAndRead" };
    }

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
            int renamed = statements.FirstIndex(x => x is CallStatement { Method: "Copy", Into: Into.Set } y && y.Arguments[0] == decay.Result);
            Tile result = renamed > i ? statements[renamed].Results.Single() : decay.Result;
            int from = Math.Max(i, renamed) + 1;
            int write = statements.FirstIndex(x => x is CallStatement { Method: "TransposedProduct", Into: Into.Add } && x.Results.Single() == result);
            if (write < from || !IsFree(statements, from, write, [result]) || (renamed > i && !IsFree(statements, i + 1, renamed, [decay.Result])))
            {
                continue;
            }

            var product = (CallStatement)statements[write];
            string equation = Lines(Lines(statements[i].Equation, renamed > i ? statements[renamed].Equation : ""), product.Equation);
            Statement[] joined =
            [
                new CallStatement(EquatableArray.Of(result), "Copy", EquatableArray.Of(decay.State), null, Into.Set, equation),
                new CallStatement(EquatableArray.Of(result), "DecayAndWrite", EquatableArray.Of([decay.Row, .. product.Arguments]), null, null, ""),
            ];
            return [.. statements.SelectMany((x, at) => at == write ? joined : at == i || at == renamed || at == decay.Column ? [] : new[] { x })];
        }

        return statements;
    }

    /// <summary>The statements of a chunk whose next state has storage of its own: the walk of its decay and writes reads the state where it stands.</summary>
    public static IReadOnlyList<Statement> WithoutCopy(IReadOnlyList<Statement> statements)
    {
        int walk = statements.FirstIndex(x => x is CallStatement { Method: "DecayAndWrite" });
        return walk < 1 || statements[walk - 1] is not CallStatement { Method: "Copy", Into: Into.Set } copy || !copy.Written.SequenceEqual(((CallStatement)statements[walk]).Written)
            ? statements
            : [.. statements.Take(walk - 1), Walk((CallStatement)statements[walk], copy), .. statements.Skip(walk + 1)];
    }

    private static CallStatement Walk(CallStatement walk, CallStatement copy) =>
        walk with { Method = "DecayAndWriteTo", Arguments = EquatableArray.Of([copy.Arguments[0], .. walk.Arguments]), Equation = copy.Equation };

    // S' = exp(g) S is not written down where S' is only read by rows and written to once: those walks decay as they go.
    private static IReadOnlyList<Statement> JoinDecay(IReadOnlyList<Statement> statements)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (DecayIn(statements, i) is StateDecay decay && JoinDecay([.. statements.Where((_, at) => at != i && at != decay.Column)], statements[i].Equation, decay) is { } joined)
            {
                return joined;
            }
        }

        return statements;
    }

    private static IReadOnlyList<Statement>? JoinDecay(List<Statement> statements, string equation, StateDecay decay)
    {
        (Tile decayed, Tile state, Tile g, _) = decay;
        // A row of factors, which the rows that read take up in themselves.
        HashSet<string> names = [.. statements.SelectMany(x => x.Results).Select(x => x.Name)];
        var kept = new Tile(Free(names, "kept"), Dim.One, g.Columns);
        var joined = new List<Statement>();
        CallStatement? copy = null;
        int after = 0;
        foreach (Statement statement in statements)
        {
            after = copy is null ? joined.Count + 1 : after;
            if (!statement.Reads.Contains(decayed))
            {
                joined.Add(statement);
            }
            else if (statement is CallStatement { Method: "Product" } product && product.Arguments[1] == decayed && product.Arguments[0] is { Rows: Dim.One } c)
            {
                var reading = new Tile(Free(names, c.Name + "Kept"), Dim.One, c.Columns);
                joined.Add(Loop(reading, ProgramBuilder.Name(c) * ProgramBuilder.Name(kept), [c, kept], $"{reading.Name} = {c.Name} * {kept.Name}"));
                joined.Add(product with { Arguments = EquatableArray.Of(reading, state), Equation = Lines(equation, product.Equation) });
                equation = "";
            }
            else if (copy is null && statement is CallStatement { Method: "Copy", Into: Into.Set } x)
            {
                // In truth the same storage: what is written.
                copy = x;
            }
            else
            {
                return null;
            }
        }

        int write = copy is null ? -1 : NextUse(joined, after - 1, copy.Written[0]);
        if (write < 0 || joined[write] is not CallStatement walk || joined.FindLastIndex(x => x.Reads.Contains(state)) > write)
        {
            return null;
        }

        Tile written = copy!.Written[0];
        string lines = Lines(equation, copy.Equation);
        int next = NextUse(joined, write + 1, written);
        if (walk.Method == "WriteAndRead")
        {
            joined[write] = new CallStatement(
                walk.Written,
                "DecayWriteAndRead",
                EquatableArray.Of(state, kept, walk.Arguments[1], walk.Arguments[2], walk.Arguments[3]),
                null,
                null,
                Lines(lines, walk.Equation));
        }
        else if (!IsWrite(walk))
        {
            return null;
        }
        else if (next > 0 && joined[next] is CallStatement { Method: "WriteAndRead" } second && IsFree(joined, write + 1, next, [written, .. walk.Arguments]))
        {
            joined[next] = new CallStatement(
                second.Written,
                "DecayWritesAndRead",
                EquatableArray.Of(state, kept, walk.Arguments[0], walk.Arguments[1], second.Arguments[1], second.Arguments[2], second.Arguments[3]),
                null,
                null,
                Lines(lines, second.Equation));
            joined.RemoveAt(write);
        }
        else
        {
            joined[write] = new CallStatement(walk.Written, "DecayAndWrite", EquatableArray.Of(g, walk.Arguments[0], walk.Arguments[1]), null, null, Lines(equation, walk.Equation));
            joined.Insert(after - 1, copy with { Arguments = EquatableArray.Of(state) });
        }

        int use = joined.FindIndex(x => x.Reads.Contains(kept));
        if (use >= 0)
        {
            joined.Insert(use, Loop(kept, Expr.Exp(ProgramBuilder.Name(g)), [g], $"{kept.Name} = exp({g.Name})"));
        }

        return joined;
    }

    // A declaration may have given a name to something of its own.
    private static string Free(HashSet<string> names, string name)
    {
        while (!names.Add(name))
        {
            name += "_";
        }

        return name;
    }

    private static LoopStatement Loop(Tile result, Expr value, Tile[] arguments, string equation) =>
        new(EquatableArray.Of(new Store(result, Into.Set, value)), arguments.ToEquatableArray(), equation);

    private static bool IsWrite(Statement statement) => statement is CallStatement { Method: "TransposedProduct", Into: Into.Add } x && x.Arguments[0].Rows == Dim.One;

    private static int NextUse(List<Statement> statements, int from, Tile tile) => statements.FindIndex(from, x => x.Reads.Contains(tile) || x.Results.Contains(tile));

    // S' += k^T u, later r = q S'.
    private static IReadOnlyList<Statement> JoinWrite(IReadOnlyList<Statement> statements)
    {
        int write = -1;
        for (int i = 0; i < statements.Count; i++)
        {
            write = IsWrite(statements[i]) ? i : write;
        }

        if (write < 0)
        {
            return statements;
        }

        var written = (CallStatement)statements[write];
        Tile state = written.Written[0];
        int read = statements.FirstIndex(x => x is CallStatement { Method: "Product", Into: Into.Set } y && y.Arguments[1] == state);
        if (read < write || !IsFree(statements, write + 1, read, [state, .. written.Arguments]))
        {
            return statements;
        }

        var product = (CallStatement)statements[read];
        var joined = new CallStatement(
            EquatableArray.Of(state, product.Written[0]),
            "WriteAndRead",
            EquatableArray.Of(state, written.Arguments[0], written.Arguments[1], product.Arguments[0]),
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

        if (loop.Arguments.FirstOrDefault(x => x.Name == g.Name) is not Tile decay || loop.Arguments.FirstOrDefault(x => x.Name == s.Name) is not Tile state)
        {
            return null;
        }

        if (decay.Rows == Dim.One && decay.Columns == Dim.One)
        {
            return new(store.Result, state, decay, -1);
        }

        // A column that is a row transposed; it stays where others read it too.
        int column = statements.FirstIndex(x => x is CallStatement { Method: "Transpose" } && x.Results.Single() == decay);
        return decay.Columns == Dim.One && column >= 0
            ? new(store.Result, state, statements[column].Reads.Single(), statements.Count(x => x.Reads.Contains(decay)) == 1 ? column : -1)
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

    private static string Lines(string first, string second) => first.Length == 0 || second.Length == 0 ? first + second : first + "\n" + second;

    /// <param name="Result">The decayed state.</param>
    /// <param name="State">The state.</param>
    /// <param name="Row">The log decay: a number for every row of the state, or one for all.</param>
    /// <param name="Column">The statement that makes it a column, for the decay alone; -1 if there is none.</param>
    private sealed record StateDecay(Tile Result, Tile State, Tile Row, int Column);
}
