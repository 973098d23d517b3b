namespace AttentionDsl.Generator;

/// <summary>
/// The WY form of a chunk program. Where a system's right side hangs on the state, U = (I + L)^-1 (R +- C S), it is solved for R and for C
/// before the state is known: U = U0 +- W S with U0 = (I + L)^-1 R and W = (I + L)^-1 C. What is left of the recurrence over chunks is products.
/// </summary>
internal sealed class WyForm
{
    private readonly TileProgram original;
    private readonly Dictionary<string, Split> splits = [];

    private WyForm(TileProgram program)
    {
        original = program;
        Dictionary<string, Operation> definitions = program.Operations.ToDictionary(x => x.Result.Name);
        Program = (program with { Operations = program.Operations.SelectMany(x => Of(x, definitions)).ToEquatableArray() }).Pruned();
    }

    /// <summary>The program with its systems solved before the state is known.</summary>
    public TileProgram Program { get; }

    public static WyForm Of(TileProgram program) => new(program);

    /// <summary>
    /// The derivative with what hangs on the state in products alone: with dR = (I + L)^-T dU, the term C^T dR of dS is W^T dU, and
    /// dC = dR S^T is (I + L)^-T dW with dW = dU S^T.
    /// </summary>
    public IReadOnlyList<Statement> Of(IReadOnlyList<Statement> derivative)
    {
        // By the name of dR: the system, and dU.
        Dictionary<string, (Split Split, Tile Gradient)> solved = [];
        foreach (CallStatement solve in derivative.OfType<CallStatement>().Where(x => x.Method == "SolveUnitLowerTransposed"))
        {
            foreach (Split split in splits.Values.Where(x => solve.Arguments[1].Name == "d" + x.Solution.Name))
            {
                solved.Add(solve.Written[0].Name, (split, solve.Arguments[1]));
            }
        }

        var rewritten = new List<Statement>();
        foreach (Statement statement in derivative)
        {
            if (statement is CallStatement { Method: "TransposedProduct" } toState && solved.TryGetValue(toState.Arguments[1].Name, out (Split Split, Tile Gradient) x) && toState.Arguments[0] == x.Split.Factor)
            {
                string from = $"{toState.Arguments[0].Name}^T {toState.Arguments[1].Name}", to = $"{x.Split.W.Name}^T {x.Gradient.Name}";
                rewritten.Add(toState with { Arguments = EquatableArray.Of(x.Split.W, x.Gradient), Equation = toState.Equation.Replace(from, to) });
            }
            else if (statement is CallStatement { Method: "ProductTransposed" } fromState && fromState.Arguments[1] == original.StateIn && solved.TryGetValue(fromState.Arguments[0].Name, out x) && Begins(fromState))
            {
                Tile dW = x.Split.W with { Name = "d" + x.Split.W.Name }, dC = fromState.Written[0];
                if (fromState.Into == Into.Subtract)
                {
                    rewritten[rewritten.Count - 1] = new CallStatement(EquatableArray.Of(dW), "Clear", EquatableArray<Tile>.Empty, null, null, $"{dW.Name} = 0");
                }

                rewritten.Add(fromState with
                {
                    Written = EquatableArray.Of(dW),
                    Arguments = EquatableArray.Of(x.Gradient, original.StateIn),
                    Equation = $"{dW.Name} {(fromState.Into == Into.Subtract ? "-=" : "=")} {x.Gradient.Name} {original.StateIn.Name}^T",
                });
                rewritten.Add(new CallStatement(
                    EquatableArray.Of(dC), "SolveUnitLowerTransposed", EquatableArray.Of(x.Split.Lower, dW), null, null, $"{dC.Name} = (I + {x.Split.Lower.Name})^-T {dW.Name}"));
            }
            else
            {
                rewritten.Add(statement);
            }
        }

        return rewritten;

        // A gradient that others have added to is no solution of a system alone.
        bool Begins(CallStatement product) => product.Into == Into.Set ||
            (product.Into == Into.Subtract && rewritten.Count > 0 && rewritten[rewritten.Count - 1] is CallStatement { Method: "Clear" } clear && clear.Written[0] == product.Written[0]);
    }

    private IEnumerable<Operation> Of(Operation operation, Dictionary<string, Operation> definitions)
    {
        if (operation is not Solve { G: null } solve || !definitions.TryGetValue(solve.X.Name, out Operation? right) || right is not Sum { Terms.Count: 2 } sum ||
            sum.Terms[0] is not { Kind: TermKind.Tile, Negative: false, A: Tile own } || sum.Terms[1] is not { Kind: TermKind.Product, A: Tile factor } product || product.B != original.StateIn)
        {
            return [operation];
        }

        Tile u = solve.Result, u0 = u with { Name = u.Name + "0" }, w = new(splits.Count == 0 ? "W" : "W" + u.Name, factor.Rows, factor.Columns);
        splits.Add(u.Name, new(u, w, factor, solve.L));
        string system = $"(I + {solve.L.Name})^-1";
        return
        [
            new Solve(u0, solve.L, own, null, $"{u0.Name} = {system} {own.Name}"),
            new Solve(w, solve.L, factor, null, $"{w.Name} = {system} {factor.Name}"),
            new Sum(u, EquatableArray.Of(new Term(TermKind.Tile, false, u0), product with { A = w }), $"{u.Name} = {u0.Name} {(product.Negative ? "-" : "+")} {w.Name} S"),
        ];
    }

    /// <param name="Solution">U.</param>
    /// <param name="W">W.</param>
    /// <param name="Factor">C.</param>
    /// <param name="Lower">L.</param>
    private sealed record Split(Tile Solution, Tile W, Tile Factor, Tile Lower);
}
