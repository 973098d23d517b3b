namespace AttentionDsl.Generator;

/// <summary>Operations to statements: a sum becomes one product after the other, added up in place.</summary>
internal static class Lowering
{
    /// <summary>The statements of the operations, in order.</summary>
    public static IReadOnlyList<Statement> Of(IEnumerable<Operation> operations) => operations.SelectMany(Lower).ToList();

    private static IEnumerable<Statement> Lower(Operation operation)
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
            case Invert x:
                return [Call(result, InverseForm.Invert, [x.L], null, null, equation)];
            case SolveByInverse x:
                return [Call(result, InverseForm.Apply, [x.Inverse, x.X], null, null, equation)];
            case Sum x:
                return LowerSum(x);
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

    private static IEnumerable<Statement> LowerSum(Sum sum)
    {
        // The first term sets the result: a tile, which may give it its storage, else a positive product.
        Term? first = sum.Terms.FirstOrDefault(x => x.Kind == TermKind.Tile && !x.Negative) ?? sum.Terms.FirstOrDefault(x => !x.Negative);
        var statements = new List<Statement>
        {
            first is null ? Call(sum.Result, "Clear", [], null, null, sum.Equation) : Add(sum.Result, first, Into.Set, sum.Equation),
        };
        statements.AddRange(sum.Terms.Where(x => !ReferenceEquals(x, first)).Select(x => Add(sum.Result, x, x.Negative ? Into.Subtract : Into.Add, "")));
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
