namespace AttentionDsl.Generator;

/// <summary>
/// What the sweep forward of a chunk-parallel backward keeps of every chunk for the sweep back, beside the state: Grams, solved systems and products, and gates,
/// of which a number costs more to compute again than to bring from memory. The rest is a loop or two from the inputs.
/// </summary>
/// <param name="Tiles">The tiles that are kept.</param>
/// <param name="First">The operations that they need, in order.</param>
/// <param name="Next">What the next state needs besides.</param>
/// <param name="Later">What the derivative needs besides.</param>
internal sealed record KeptValues(IReadOnlyList<Tile> Tiles, IReadOnlyList<Operation> First, IReadOnlyList<Operation> Next, IReadOnlyList<Operation> Later)
{
    public static KeptValues Of(TileProgram program, Adjoint adjoint)
    {
        IReadOnlyList<Operation> forward = program.Needed([program.StateOut]);
        var costly = new HashSet<string>(forward.Where(IsCostly).Select(x => x.Result.Name));
        var read = new HashSet<string>(adjoint.Values);
        var later = new List<Operation>();
        foreach (Operation operation in program.Operations.Reverse().Where(x => read.Contains(x.Result.Name) && !costly.Contains(x.Result.Name)))
        {
            later.Add(operation);
            read.UnionWith(operation.Reads.Select(x => x.Name));
        }

        later.Reverse();
        Tile[] kept = [.. forward.Select(x => x.Result).Where(x => costly.Contains(x.Name) && read.Contains(x.Name))];
        IReadOnlyList<Operation> first = program.Needed(kept);
        return new(kept, first, [.. forward.Except(first)], later);
    }

    private static bool IsCostly(Operation operation) => operation switch
    {
        Gram or DecayPairs or Solve => true,
        Sum x => x.Terms.Any(y => y.Kind != TermKind.Tile),
        Map x => x.Result.Rows != Dim.One && IsCostly(x, x.Value),
        _ => false,
    };

    /// <summary>
    /// True if a number takes a logarithm, or the like: an exponential alone is as quick as memory. Of a column a register holds one number, so that any function counts.
    /// </summary>
    private static bool IsCostly(Map map, Expr value) => value switch
    {
        Expr.Negate x => IsCostly(map, x.X),
        Expr.Binary x => IsCostly(map, x.A) || IsCostly(map, x.B),
        Expr.Call { Name: "Less" or "Abs" or "Sqrt" } x => x.Arguments.Any(y => IsCostly(map, y)),
        Expr.Call { Name: "Exp" or "Sigmoid" } x when map.Result.Columns != Dim.One => x.Arguments.Any(y => IsCostly(map, y)),
        Expr.Call x => IsOfAllNumbers(map, x),
        _ => false,
    };

    /// <summary>False if it is the same for all numbers of a row, or for all rows: it is computed once a row, or a chunk.</summary>
    private static bool IsOfAllNumbers(Map map, Expr value)
    {
        IReadOnlyList<string> names = value.ArgumentNames();
        Tile[] tiles = [.. map.Arguments.Items.Where(x => names.Contains(x.Name))];
        return tiles.Any(x => x.Rows == map.Result.Rows) && tiles.Any(x => x.Columns == map.Result.Columns);
    }
}
