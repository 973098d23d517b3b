namespace AttentionDsl.Generator;

/// <summary>The derivative of a tile program: statements that run after (a part of) its operations were computed again.</summary>
/// <param name="Statements">In order.</param>
/// <param name="Gradients">The gradient tile of every loaded operand that has one, by field.</param>
/// <param name="State">The gradient of the incoming state.</param>
/// <param name="Values">Names of the forward tiles that the statements read.</param>
/// <param name="Output">The gradient of the output, which the caller gives; null if the program has no output.</param>
internal sealed record Adjoint(IReadOnlyList<Statement> Statements, IReadOnlyDictionary<string, Tile> Gradients, Tile State, ISet<string> Values, Tile? Output)
{
    /// <summary>Some of the statements, the output's gradient loaded first if they read it.</summary>
    public IReadOnlyList<Statement> WithOutputGradient(IReadOnlyList<Statement> statements) => Output is null || !statements.Any(x => x.Reads.Contains(Output))
        ? statements
        : [new LoadStatement(Output, "OutputGradient", false, $"--- the derivative\n{Output.Name}: the gradient of the output"), .. statements];
}

/// <summary>
/// Reverse mode over a tile program. The derivative of every operation is again operations of the vocabulary; the derivative of an
/// elementwise expression is symbolic. The gradient of tile x is called dx; it is set by its first contribution and added to by the others.
/// </summary>
internal sealed partial class ReverseMode
{
    private readonly TileProgram program;
    private readonly Dictionary<string, Operation> definitions;
    private readonly Dictionary<string, int> uses = [];
    private readonly Dictionary<string, Tile> gradients = [];
    private readonly HashSet<string> started = [];
    private readonly HashSet<string> differentiable = [];
    private readonly List<Statement> statements = [];

    private ReverseMode(TileProgram program, Func<string, bool> learned)
    {
        this.program = program;
        definitions = program.Operations.ToDictionary(x => x.Result.Name);
        differentiable.Add(program.StateIn.Name);
        foreach (Operation operation in program.Operations)
        {
            if (operation is Load load ? learned(load.Field) : operation.Reads.Any(x => differentiable.Contains(x.Name)))
            {
                differentiable.Add(operation.Result.Name);
            }

            foreach (Tile tile in operation.Reads)
            {
                uses[tile.Name] = uses.TryGetValue(tile.Name, out int count) ? count + 1 : 1;
            }
        }
    }

    /// <summary>The adjoint of the program, given the gradients of its output (tile <c>do</c>) and of the state it leaves.</summary>
    /// <param name="program">The program.</param>
    /// <param name="stateOutGradient">The gradient of the state it leaves.</param>
    /// <param name="stateInGradient">Where the gradient of the incoming state goes; the same tile if the program leaves the state as it is.</param>
    /// <param name="learned">Which operands have a gradient.</param>
    public static Adjoint Of(TileProgram program, Tile stateOutGradient, Tile stateInGradient, Func<string, bool> learned)
    {
        var mode = new ReverseMode(program, learned);
        Tile? outputGradient = program.Output is Tile output ? new Tile("dOutput", output.Rows, output.Columns) : null;
        if (outputGradient is not null)
        {
            mode.Seed(program.Output!, outputGradient);
        }

        mode.gradients[program.StateIn.Name] = stateInGradient;
        if (program.StateOut != program.StateIn)
        {
            mode.Seed(program.StateOut, stateOutGradient);
        }
        else
        {
            mode.started.Add(program.StateIn.Name);
        }

        foreach (Operation operation in program.Operations.Reverse())
        {
            if (mode.started.Contains(operation.Result.Name))
            {
                mode.Differentiate(operation, mode.gradients[operation.Result.Name]);
            }
        }

        if (!mode.started.Contains(program.StateIn.Name))
        {
            mode.statements.Add(Call(stateInGradient, "Clear", [], null, null, "dS = 0: nothing reads the incoming state"));
        }

        Dictionary<string, Tile> operands = program.Operations.OfType<Load>()
            .Where(x => mode.started.Contains(x.Result.Name))
            .ToDictionary(x => x.Field, x => mode.gradients[x.Result.Name]);
        var forward = new HashSet<string>(mode.definitions.Keys) { program.StateIn.Name };
        return new Adjoint(mode.statements, operands, stateInGradient, new HashSet<string>(mode.statements.SelectMany(x => x.Reads).Select(x => x.Name).Where(forward.Contains)), outputGradient);
    }

    /// <summary>The name of the gradient of the exponents of pairs that decay.</summary>
    public static string ExponentName(DecayPairs x) => $"dExponentOf{x.Result.Name}";

    private static CallStatement Call(Tile result, string method, Tile[] arguments, Causal? causal, Into? into, string equation) =>
        new(EquatableArray.Of(result), method, arguments.ToEquatableArray(), causal, into, equation);

    private void Seed(Tile tile, Tile gradient)
    {
        gradients[tile.Name] = gradient;
        started.Add(tile.Name);
    }

    private Tile GradientOf(Tile x)
    {
        if (!gradients.TryGetValue(x.Name, out Tile? gradient))
        {
            gradient = new Tile("d" + x.Name, x.Rows, x.Columns);
            gradients.Add(x.Name, gradient);
        }

        return gradient;
    }

    /// <summary>The gradient of a tile, ready to be added to; null if it has none.</summary>
    private Tile? Accumulator(Tile x)
    {
        if (!differentiable.Contains(x.Name))
        {
            return null;
        }

        Tile gradient = GradientOf(x);
        if (started.Add(x.Name))
        {
            statements.Add(Call(gradient, "Clear", [], null, null, $"{gradient.Name} = 0"));
        }

        return gradient;
    }

    /// <summary>Adds a contribution, whose statement is written by <paramref name="write"/>, to the gradient of a tile.</summary>
    private void Contribute(Tile x, bool negative, Func<Tile, Into, Statement> write)
    {
        if (!differentiable.Contains(x.Name))
        {
            return;
        }

        Tile gradient = GradientOf(x);
        Into into = negative ? Into.Subtract : Into.Add;
        if (started.Add(x.Name))
        {
            if (negative)
            {
                statements.Add(Call(gradient, "Clear", [], null, null, $"{gradient.Name} = 0"));
            }
            else
            {
                into = Into.Set;
            }
        }

        statements.Add(write(gradient, into));
    }

    private void ContributeCall(Tile x, bool negative, string method, Tile[] arguments, string equation, Causal? causal = null) =>
        Contribute(x, negative, (gradient, into) => Call(gradient, method, arguments, causal, into, $"{gradient.Name} {Statement.Sign(into)} {equation}"));

    private void Differentiate(Operation operation, Tile d)
    {
        switch (operation)
        {
            case Map x:
                DifferentiateMap(x, d);
                break;
            case Sum x:
                foreach (Term term in x.Terms)
                {
                    DifferentiateTerm(term, d);
                }

                break;
            case Gram { E: null } x:
                ContributeCall(x.Left, false, "Product", [d, x.Right], $"{d.Name} {x.Right.Name}");
                ContributeCall(x.Right, false, "TransposedProduct", [d, x.Left], $"{d.Name}^T {x.Left.Name}");
                break;
            case Gram x:
                DifferentiateDecayedGram(x, d);
                break;
            case DecayPairs x:
                DifferentiateDecayPairs(x, d);
                break;
            case Solve x:
                DifferentiateSolve(x, d);
                break;
            case Unary x:
                DifferentiateUnary(x, d);
                break;
        }
    }

    private void DifferentiateTerm(Term term, Tile d)
    {
        Tile a = term.A;
        Tile? b = term.B;
        switch (term.Kind)
        {
            case TermKind.Tile when !term.Negative && uses[a.Name] == 1 && !started.Contains(a.Name) && differentiable.Contains(a.Name) && a != program.StateIn:
                // Its only use: the gradient is the sum's own.
                Seed(a, d);
                break;
            case TermKind.Tile:
                ContributeCall(a, term.Negative, "Copy", [d], d.Name);
                break;
            case TermKind.Product:
                if (definitions.TryGetValue(a.Name, out Operation? operation) && CausalOf(operation) is Causal causal)
                {
                    // Only the pairs that exist have a gradient.
                    ContributeCall(a, term.Negative, "Gram", [d, b!], $"{d.Name} {b!.Name}^T where pairs exist", causal);
                }
                else
                {
                    ContributeCall(a, term.Negative, "ProductTransposed", [d, b!], $"{d.Name} {b!.Name}^T");
                }

                ContributeCall(b!, term.Negative, "TransposedProduct", [a, d], $"{a.Name}^T {d.Name}");
                break;
            case TermKind.TransposedProduct:
                ContributeCall(a, term.Negative, "ProductTransposed", [b!, d], $"{b!.Name} {d.Name}^T");
                ContributeCall(b!, term.Negative, "Product", [a, d], $"{a.Name} {d.Name}");
                break;
            case TermKind.ProductTransposed:
                ContributeCall(a, term.Negative, "Product", [d, b!], $"{d.Name} {b!.Name}");
                ContributeCall(b!, term.Negative, "TransposedProduct", [d, a], $"{d.Name}^T {a.Name}");
                break;
            default:
                DifferentiateDecayedProduct(term, d);
                break;
        }
    }

    /// <summary>The pairs of a matrix of which only those exist; null if it is something else.</summary>
    private Causal? CausalOf(Operation operation) => operation switch
    {
        Gram x => x.Causal,
        DecayPairs x => x.Causal,
        Map x when x.Arguments.Where(y => y.Rows == x.Result.Rows && y.Columns == x.Result.Columns).ToArray() is [Tile pairs] && definitions.TryGetValue(pairs.Name, out Operation? scaled)
            && !x.Value.By(pairs.Name).ArgumentNames().Contains(pairs.Name) => CausalOf(scaled),
        _ => null,
    };

    private void DifferentiateDecayedProduct(Term term, Tile d)
    {
        if (term.Negative)
        {
            throw new InvalidOperationException("A decayed product is never subtracted.");
        }

        Tile dp = AccumulatorOrScratch(term.A), dx = AccumulatorOrScratch(term.B!), de = AccumulatorOrScratch(term.E!), dg = AccumulatorOrScratch(term.G!);
        statements.Add(new CallStatement(
            EquatableArray.Of(dp, dx, de, dg), "DecayedProductAdjoint", EquatableArray.Of(d, term.A, term.B!, term.E!, term.G!), term.Causal, null,
            $"{dp.Name}_ij += sum_v {d.Name}_iv w_ijv {term.B!.Name}_jv, and so on, with w_ijv = exp({term.E!.Name}_iv - {term.G!.Name}_jv)"));
    }

    private void DifferentiateDecayedGram(Gram x, Tile d)
    {
        Tile dl = AccumulatorOrScratch(x.Left), dr = AccumulatorOrScratch(x.Right, x.Left.Name), de = AccumulatorOrScratch(x.E!), dg = AccumulatorOrScratch(x.G!);
        statements.Add(new CallStatement(
            EquatableArray.Of(dl, dr, de, dg), "DecayedGramAdjoint", EquatableArray.Of(d, x.Left, x.Right, x.E!, x.G!), x.Causal, null,
            $"{dl.Name}_id += sum_j {d.Name}_ij w_ijd {x.Right.Name}_jd, and so on, with w_ijd = exp({x.E!.Name}_id - {x.G!.Name}_jd)"));
        if (x.Right.Name == x.Left.Name)
        {
            ContributeCall(x.Left, false, "Copy", [dr], dr.Name);
        }
    }

    /// <summary>The gradient to add to; a cleared tile that nobody reads if the operand has none, or if it must not be <paramref name="other"/>'s.</summary>
    private Tile AccumulatorOrScratch(Tile x, string other = "")
    {
        if (x.Name != other && Accumulator(x) is Tile gradient)
        {
            return gradient;
        }

        var unused = new Tile($"d{x.Name}{(x.Name == other ? "Right" : "Unused")}{statements.Count}", x.Rows, x.Columns);
        statements.Add(Call(unused, "Clear", [], null, null, ""));
        return unused;
    }

    private void DifferentiateDecayPairs(DecayPairs x, Tile d)
    {
        ContributeCall(x.X, false, "Decay", [d, x.E, x.G], $"{d.Name} exp({x.E.Name}_i - {x.G.Name}_j)", x.Causal);
        if (!differentiable.Contains(x.G.Name) && !differentiable.Contains(x.E.Name))
        {
            return;
        }

        // The exponent's derivative is the value itself.
        Tile result = x.Result;
        var weighted = new Tile(ExponentName(x), result.Rows, result.Columns);
        var columns = new Tile($"dColumnsOf{result.Name}", Dim.One, result.Columns);
        if (x.E.Name == x.G.Name && x.Causal == Causal.Inclusive)
        {
            // A token's pair with itself has no decay. Its term would cancel between rows and columns, and leave its rounding error:
            // where decays are strong, more than all other terms together.
            statements.Add(new LoopStatement(
                EquatableArray.Of(new Store(weighted, Into.Set, new Expr.Argument(d.Name) * new Expr.Argument(x.X.Name))), EquatableArray.Of(d, x.X),
                $"{weighted.Name}_ij = {d.Name}_ij {x.X.Name}_ij exp({x.E.Name}_i - {x.G.Name}_j) for j < i: the exponent of j = i is 0 whatever the decay"));
            statements.Add(Call(weighted, "Decay", [weighted, x.E, x.G], Causal.Strict, Into.Set, ""));
        }
        else
        {
            statements.Add(new LoopStatement(
                EquatableArray.Of(new Store(weighted, Into.Set, new Expr.Argument(d.Name) * new Expr.Argument(result.Name))), EquatableArray.Of(d, result), $"{weighted.Name} = {d.Name} * {result.Name}"));
        }

        ContributeCall(x.E, false, "RowSum", [weighted], $"sum over j of {weighted.Name}_ij");
        statements.Add(Call(columns, "ColumnSum", [weighted], null, Into.Set, $"{columns.Name}_j = sum over i of {weighted.Name}_ij"));
        ContributeCall(x.G, true, "Transpose", [columns], $"{columns.Name}, as a column");
    }

    private void DifferentiateSolve(Solve x, Tile d)
    {
        // (I + L) R = X gives dX = (I + L)^-T dR and dL = -dX R^T where pairs exist.
        bool shared = started.Contains(x.X.Name);
        var right = new Tile(shared ? $"d{x.X.Name}Of{x.Result.Name}" : "d" + x.X.Name, x.X.Rows, x.X.Columns);
        if (!shared)
        {
            Seed(x.X, right);
        }

        if (x.G is null)
        {
            statements.Add(Call(right, "SolveUnitLowerTransposed", [x.L, d], null, null, $"{right.Name} = (I + {x.L.Name})^-T {d.Name}"));
            ContributeCall(x.L, true, "Gram", [right, x.Result], $"{right.Name} {x.Result.Name}^T where pairs exist", Causal.Strict);
        }
        else
        {
            statements.Add(Call(right, "DecayedSolveTransposed", [x.L, d, x.G], null, null, $"{right.Name} = (I + {x.L.Name})^-T {d.Name}, v by v"));
            var negative = new Tile("minus" + right.Name, right.Rows, right.Columns);
            statements.Add(new LoopStatement(
                EquatableArray.Of(new Store(negative, Into.Set, -new Expr.Argument(right.Name))), EquatableArray.Of(right), $"{negative.Name} = -{right.Name}"));
            DifferentiateDecayedProductOfSolve(x, negative);
        }

        if (shared)
        {
            ContributeCall(x.X, false, "Copy", [right], right.Name);
        }
    }

    private void DifferentiateDecayedProductOfSolve(Solve x, Tile d)
    {
        // The solved columns' own gradient is already in dX: what the product would add to it goes nowhere.
        Tile dl = AccumulatorOrScratch(x.L), dg = AccumulatorOrScratch(x.G!), unused = AccumulatorOrScratch(x.Result, x.Result.Name);
        statements.Add(new CallStatement(
            EquatableArray.Of(dl, unused, dg, dg), "DecayedProductAdjoint", EquatableArray.Of(d, x.L, x.Result, x.G!, x.G!), Causal.Strict, null,
            $"{dl.Name}_ij += sum_v {d.Name}_iv w_ijv {x.Result.Name}_jv, and {dg.Name}, with w_ijv = exp({x.G!.Name}_iv - {x.G!.Name}_jv)"));
    }

    private void DifferentiateUnary(Unary x, Tile d)
    {
        switch (x.Kind)
        {
            case UnaryKind.CumulativeSum:
                ContributeCall(x.X, false, "ReverseCumulativeSum", [d], $"sum of {d.Name} from token i on");
                break;
            case UnaryKind.Transpose:
                ContributeCall(x.X, false, "Transpose", [d], $"{d.Name}^T");
                break;
            case UnaryKind.RowSum:
                Contribute(x.X, false, (gradient, into) => new LoopStatement(
                    EquatableArray.Of(new Store(gradient, into, new Expr.Argument(d.Name))), EquatableArray.Of(d), $"{gradient.Name} {Statement.Sign(into)} {d.Name} for every column"));
                break;
            case UnaryKind.AppendOnes:
                Contribute(x.X, false, (gradient, into) => new PartOfStatement(gradient, d, Part.AllButLastColumn, into, $"{gradient.Name} {Statement.Sign(into)} {d.Name} without its last column"));
                break;
            case UnaryKind.LastRow:
                AddPart(x.X, Part.LastRow, d);
                break;
            case UnaryKind.AllButLastColumn:
                AddPart(x.X, Part.AllButLastColumn, d);
                break;
            case UnaryKind.LastColumn:
                AddPart(x.X, Part.LastColumn, d);
                break;
            case UnaryKind.Normalize:
                ContributeCall(x.X, false, "NormalizeAdjoint", [d, x.X], $"what {d.Name} says of {x.Result.Name} = normalize({x.X.Name})");
                break;
            default:
                if (Accumulator(x.X) is Tile dx)
                {
                    statements.Add(Call(dx, x.Kind + "Adjoint", [d], null, null, $"{dx.Name} += what {d.Name} says of {x.Result.Name} = {x.Kind.ToString().ToLowerInvariant()}({x.X.Name})"));
                }

                break;
        }
    }

    private void AddPart(Tile whole, Part part, Tile d)
    {
        if (Accumulator(whole) is Tile gradient)
        {
            statements.Add(new PartStatement(gradient, part, d, Into.Add, $"{gradient.Name} += {d.Name}, in its part of {whole.Name}"));
        }
    }
}
