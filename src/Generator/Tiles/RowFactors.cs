namespace AttentionDsl.Generator;

/// <summary>
/// A chunk program in which what multiplies the rows of a Gram's left factor multiplies its result instead: L_ij = (beta_i k_i) . k_j is beta_i (k_i . k_j).
/// A Gram has a quarter of the columns that a row of keys has, and what else is made of such rows has its own factor anyway: the row times its factor is
/// then no tile, neither on the way forward nor in the derivative (unless the state is multiplied by it), and inputs are multiplied as they are.
/// </summary>
internal sealed class RowFactors
{
    private readonly TileProgram program;
    private readonly Dictionary<string, RowFactor> scaled = [];
    private readonly ILookup<string, Operation> readers;

    private RowFactors(TileProgram program)
    {
        this.program = program;
        readers = program.Operations.SelectMany(x => x.Reads.Distinct().Select(y => (Operation: x, y.Name))).ToLookup(x => x.Name, x => x.Operation);
        foreach (Map map in program.Operations.OfType<Map>())
        {
            if (Factor(map) is { } factor)
            {
                scaled.Add(map.Result.Name, IsFree(factor.Row) ? scaled[factor.Row.Name].Then(factor) : factor);
            }
        }
    }

    public static TileProgram Of(TileProgram program)
    {
        var factors = new RowFactors(program);
        return (program with { Operations = program.Operations.SelectMany(factors.Of).ToEquatableArray() }).Pruned();
    }

    private IEnumerable<Operation> Of(Operation operation)
    {
        switch (operation)
        {
            case Map map when scaled.TryGetValue(map.Result.Name, out RowFactor? x) && !map.Arguments.Contains(x.Row):
                return [Mapped(map.Result, x)];
            case Gram { E: null } gram when IsFree(gram.Left) && DecayOf(gram) is null:
                Tile plain = gram.Result.Unscaled;
                return [gram with { Result = plain, Left = scaled[gram.Left.Name].Row, Equation = Equation(gram, plain) }, Mapped(gram.Result, scaled[gram.Left.Name] with { Row = plain })];
            case Gram { E: null } gram when IsFree(gram.Left):
                return [gram with { Left = scaled[gram.Left.Name].Row, Equation = Equation(gram, gram.Result) }];
            case DecayPairs decay when program.Operations.OfType<Gram>().FirstOrDefault(x => IsFree(x.Left) && DecayOf(x) == decay) is { } gram:
                Tile unscaled = decay.Result.Unscaled;
                string equation = decay.Equation.Replace($"{decay.Result.Name}_ij", $"{unscaled.Name}_ij");
                return [decay with { Result = unscaled, Equation = equation }, Mapped(decay.Result, scaled[gram.Left.Name] with { Row = unscaled })];
            default:
                return [operation];
        }
    }

    private string Equation(Gram gram, Tile result) => $"{result.Name}_ij = {scaled[gram.Left.Name].Row.Name}_i . {gram.Right.Name}_j for {(gram.Causal == Causal.Strict ? "j < i" : "j <= i")}";

    private static Map Mapped(Tile result, RowFactor x) => new(result, x.Value, EquatableArray.Of([.. x.Columns, x.Row]), $"{result.Name} = {ExprPrinter.Equation(x.Value)}");

    private static RowFactor? Factor(Map map) => RowFactor.Of(map.Result, map.Value, map.Arguments);

    /// <summary>The decay of a Gram that nothing else reads.</summary>
    private DecayPairs? DecayOf(Gram gram) => gram.E is null && readers[gram.Result.Name].ToArray() is [DecayPairs decay] && decay.X == gram.Result ? decay : null;

    /// <summary>True for a row times a factor that nothing reads but Grams, as their left side, products with further factors, and products with the state.</summary>
    private bool IsFree(Tile tile) => scaled.ContainsKey(tile.Name) && !program.Results.Contains(tile) && readers[tile.Name].OfType<Gram>().Any() && readers[tile.Name].All(x => x switch
    {
        Gram { E: null } gram => gram.Right != tile,
        Map map => Factor(map)?.Row == tile,
        Sum sum => sum.Terms.All(y => !y.Reads.Contains(tile) || (y.Kind == TermKind.Product && y.A == tile && y.B == program.StateIn)),
        _ => false,
    });
}
