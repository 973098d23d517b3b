namespace AttentionDsl.Generator;

/// <summary>
/// A chunk program for passes. Where a system's right side hangs on the state, U = (I + L)^-1 R, the inverse does not: it is computed before the state is known, and what is left
/// of the system in the recurrence over chunks is a product of tokens with tokens. (The WY form, which solves for all that R is made of, would bring as many rows of keys and values
/// through memory as the inverse has rows of tokens.)
/// </summary>
internal sealed class InverseForm
{
    /// <summary>The operation that inverts I + L.</summary>
    public const string Invert = "InvertUnitLower";

    /// <summary>The one that multiplies by the inverse.</summary>
    public const string Apply = "SolveByInverse";

    /// <summary>The same with the inverse transposed.</summary>
    public const string ApplyTransposed = "SolveByInverseTransposed";

    // By the name of L.
    private readonly Dictionary<string, Tile> inverses = [];

    private InverseForm(TileProgram program)
    {
        var dependent = new HashSet<Tile> { program.StateIn };
        var operations = new List<Operation>();
        foreach (Operation operation in program.Operations)
        {
            if (operation.Reads.Any(dependent.Contains))
            {
                dependent.Add(operation.Result);
            }

            operations.AddRange(operation is Solve { G: null } solve && dependent.Contains(solve.X) ? Of(solve) : [operation]);
        }

        Program = program with { Operations = operations.ToEquatableArray() };
    }

    /// <summary>The program with inverses.</summary>
    public TileProgram Program { get; }

    public static InverseForm Of(TileProgram program) => new(program);

    /// <summary>The derivative, which multiplies by the same inverses.</summary>
    public IReadOnlyList<Statement> Of(IReadOnlyList<Statement> derivative) =>
    [
        .. derivative.Select(x => x is CallStatement { Method: "SolveUnitLowerTransposed" } solve && inverses.TryGetValue(solve.Arguments[0].Name, out Tile? inverse)
            ? solve with { Method = ApplyTransposed, Arguments = EquatableArray.Of(inverse, solve.Arguments[1]) }
            : x),
    ];

    private IEnumerable<Operation> Of(Solve solve)
    {
        Tile l = solve.L;
        if (!inverses.TryGetValue(l.Name, out Tile? inverse))
        {
            inverse = new Tile(l.Name + "Inverse", Dim.One, l.Rows == Dim.Update ? Dim.UpdatePairs : Dim.TokenPairs);
            inverses.Add(l.Name, inverse);
            yield return new Invert(inverse, l, $"{inverse.Name} = (I + {l.Name})^-1");
        }

        yield return new SolveByInverse(solve.Result, inverse, solve.X, solve.Equation);
    }
}
