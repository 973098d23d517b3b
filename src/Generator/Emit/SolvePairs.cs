namespace AttentionDsl.Generator;

/// <summary>Two systems of one matrix become one operation: a tile that inverts the matrix inverts it once.</summary>
internal static class SolvePairs
{
    public const string Method = "SolveUnitLowers";
    public const string Transposed = "SolveUnitLowersTransposed";
    public const string Scaled = "SolveUnitLowersScaled";

    /// <summary>The statements with pairs joined, where the later of the two stood; what uses the earlier one's result moves behind it.</summary>
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (statements[i] is CallStatement { Method: "SolveUnitLower" or "SolveUnitLowerTransposed" or ScaledRows.Solve } first
                && Enumerable.Range(i + 1, statements.Count - i - 1).FirstOrDefault(x => IsOther(first, statements[x])) is int at and > 0
                && Uses.Joined(statements, [i, at], Both(first, (CallStatement)statements[at])) is { } joined)
            {
                return Joined(joined);
            }
        }

        return statements;
    }

    private static bool IsOther(CallStatement first, Statement statement) =>
        statement is CallStatement second && second.Method == first.Method && second.Arguments[0] == first.Arguments[0];

    private static CallStatement Both(CallStatement first, CallStatement second) => new(
        EquatableArray.Of(first.Written[0], second.Written[0]),
        first.Method switch { "SolveUnitLower" => Method, ScaledRows.Solve => Scaled, _ => Transposed },
        EquatableArray.Of([first.Arguments[0], .. first.Arguments.Skip(1), .. second.Arguments.Skip(1)]),
        null,
        null,
        $"{first.Equation}\n{second.Equation}");
}
