namespace AttentionDsl.Generator;

/// <summary>
/// Sums along rows to which all warps of a group add, of strips in their registers or of pairs that decay, come in two statements: parts of them, and those added up. In between all wait
/// for each other, and what else must wait waits there, too.
/// </summary>
internal static class RowParts
{
    /// <summary>How many parts a sum comes in (<c>Padded.Parts</c>).</summary>
    public const int Count = 8;

    /// <summary>Parts of the sums of two tiles' products, number by number.</summary>
    public const string Dot = "RowDotParts";

    /// <summary>Parts that are added up.</summary>
    public const string Sum = "SumOfParts";

    /// <param name="statements">In an order that is right.</param>
    /// <param name="strips">What stands in registers.</param>
    public static IReadOnlyList<Statement> Of(IReadOnlyList<Statement> statements, ISet<string> strips) => [.. statements.SelectMany(x => x switch
    {
        CallStatement { Method: "RowDot" } dot when dot.Arguments.Any(y => strips.Contains(y.Name)) => Parted(dot, Dot, $"{dot.Arguments[0].Name}Dot{dot.Arguments[1].Name}"),
        CallStatement { Method: DecayAdjoints.Method } adjoint => Parted(adjoint, DecayAdjoints.Parts, $"{adjoint.Arguments[0].Name}Exponents"),
        _ => [x],
    })];

    private static Statement[] Parted(CallStatement call, string method, string name)
    {
        Tile sum = call.Written[0], parts = new(name + "Parts", Dim.One, sum.Rows == Dim.Update ? Dim.UpdateParts : Dim.TokenParts);
        return
        [
            new CallStatement(EquatableArray.Of(parts), method, call.Arguments, null, null, $"{parts.Name}, for every i: parts of {call.Equation.Substring(call.Equation.IndexOf("= ", StringComparison.Ordinal) + 2)}"),
            new CallStatement(EquatableArray.Of(sum), Sum, EquatableArray.Of(parts), null, call.Into, $"{sum.Name} {Statement.Sign(call.Into!.Value)} every row's sum over its parts in {parts.Name}"),
        ];
    }
}
