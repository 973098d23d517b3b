namespace AttentionDsl.Generator;

/// <summary>
/// Operations to statements. A sum becomes one product after the other added up in place; a tile that only the next operation uses,
/// and that this operation may overwrite, shares storage with its result.
/// </summary>
internal static class Lowering
{
    /// <summary>The statements of the operations.</summary>
    /// <param name="operations">In order.</param>
    /// <param name="keep">Tiles that are read after the last operation and must not be overwritten by others.</param>
    public static IReadOnlyList<Statement> Of(IReadOnlyList<Operation> operations, ICollection<string> keep)
    {
        Dictionary<string, Tile> shared = SharedStorage(operations, keep);
        Tile Storage(Tile tile)
        {
            while (shared.TryGetValue(tile.Name, out Tile? other))
            {
                tile = other;
            }

            return tile;
        }

        var statements = new List<Statement>();
        foreach (Operation operation in operations)
        {
            foreach (Statement statement in Lower(operation, x => shared.ContainsKey(x.Name)))
            {
                statements.Add(statement.Renamed(Storage));
            }
        }

        return statements;
    }

    /// <summary>Which tile is overwritten by which result.</summary>
    private static Dictionary<string, Tile> SharedStorage(IReadOnlyList<Operation> operations, ICollection<string> keep)
    {
        var uses = new Dictionary<string, int>();
        foreach (Tile tile in operations.SelectMany(x => x.Reads))
        {
            uses[tile.Name] = uses.TryGetValue(tile.Name, out int count) ? count + 1 : 1;
        }

        // Only what an operation computed itself may be overwritten: no view, no tile of the caller.
        var owned = new HashSet<string>(operations.Where(x => x is Map or Sum or Gram or DecayPairs or Solve or Unary { Kind: UnaryKind.AppendOnes }).Select(x => x.Result.Name));
        var shared = new Dictionary<string, Tile>();
        foreach (Operation operation in operations)
        {
            Tile? overwritten = operation switch
            {
                DecayPairs x => x.X,
                Solve x => x.X,
                Sum x => x.Terms.FirstOrDefault(t => t.Kind == TermKind.Tile && !t.Negative && MayOverwrite(t.A))?.A,
                _ => null,
            };
            if (overwritten is not null && MayOverwrite(overwritten))
            {
                shared[overwritten.Name] = operation.Result;
            }

            bool MayOverwrite(Tile tile) => uses[tile.Name] == 1 && owned.Contains(tile.Name) && !keep.Contains(tile.Name) &&
                tile.Rows == operation.Result.Rows && tile.Columns == operation.Result.Columns;
        }

        return shared;
    }

    private static IEnumerable<Statement> Lower(Operation operation, Func<Tile, bool> isShared)
    {
        string equation = operation.Equation;
        Tile result = operation.Result;
        switch (operation)
        {
            case Load x:
                return [new LoadStatement(result, x.Field, x.IsParameter, equation)];
            case Map x:
                return [new LoopStatement(EquatableArray.Of(new Store(result, Into.Set, x.Value)), x.Arguments, equation)];
            case Unary x:
                return LowerUnary(x);
            case Gram { E: null } x:
                return [Call(result, "Gram", [x.Left, x.Right], x.Causal, Into.Set, equation)];
            case Gram x:
                return [Call(result, "DecayedGram", [x.Left, x.Right, x.E!, x.G!], x.Causal, null, equation)];
            case DecayPairs x:
                return [Call(result, "Decay", [x.X, x.E, x.G], x.Causal, Into.Set, equation)];
            case Solve x:
                return x.G is null
                    ? [Call(result, "SolveUnitLower", [x.L, x.X], null, null, equation)]
                    : [Call(result, "DecayedSolve", [x.L, x.X, x.G], null, null, equation)];
            case Sum x:
                return LowerSum(x, isShared);
            default:
                throw new InvalidOperationException(operation.ToString());
        }
    }

    private static IEnumerable<Statement> LowerUnary(Unary x) => x.Kind switch
    {
        UnaryKind.LastRow => [new ViewStatement(x.Result, x.X, Part.LastRow, x.Equation)],
        UnaryKind.AllButLastColumn => [new ViewStatement(x.Result, x.X, Part.AllButLastColumn, x.Equation)],
        UnaryKind.LastColumn => [new ViewStatement(x.Result, x.X, Part.LastColumn, x.Equation)],
        UnaryKind.AppendOnes =>
        [
            new LoopStatement(EquatableArray.Of(new Store(x.Result, Into.Set, Expr.One)), EquatableArray<Tile>.Empty, x.Equation),
            new PartStatement(x.Result, Part.AllButLastColumn, x.X, Into.Set, ""),
        ],
        UnaryKind.Transpose or UnaryKind.RowSum => [Call(x.Result, x.Kind.ToString(), [x.X], null, Into.Set, x.Equation)],
        _ => [Call(x.Result, x.Kind.ToString(), [x.X], null, null, x.Equation)],
    };

    private static IEnumerable<Statement> LowerSum(Sum sum, Func<Tile, bool> isShared)
    {
        // The first term sets the result: the one that already stands in its storage, else a positive one.
        Term? first = sum.Terms.FirstOrDefault(x => x.Kind == TermKind.Tile && !x.Negative && isShared(x.A));
        bool started = first is not null;
        if (first is null)
        {
            first = sum.Terms.FirstOrDefault(x => !x.Negative);
        }

        var statements = new List<Statement>();
        if (first is null)
        {
            statements.Add(Call(sum.Result, "Clear", [], null, null, ""));
        }
        else if (!started)
        {
            statements.Add(Add(sum.Result, first, Into.Set, ""));
        }

        statements.AddRange(sum.Terms.Where(x => !ReferenceEquals(x, first)).Select(x => Add(sum.Result, x, x.Negative ? Into.Subtract : Into.Add, "")));
        if (statements.Count > 0)
        {
            statements[0] = statements[0] with { Equation = sum.Equation };
        }

        return statements;
    }

    private static Statement Add(Tile result, Term term, Into into, string equation) => term.Kind switch
    {
        TermKind.Tile => Call(result, "Copy", [term.A], null, into, equation),
        TermKind.DecayedProduct => Call(result, "DecayedProduct", [term.A, term.B!, term.E!, term.G!], term.Causal, into, equation),
        _ => Call(result, term.Kind.ToString(), [term.A, term.B!], null, into, equation),
    };

    private static CallStatement Call(Tile result, string method, Tile[] arguments, Causal? causal, Into? into, string equation) =>
        new(EquatableArray.Of(result), method, arguments.ToEquatableArray(), causal, into, equation);
}
