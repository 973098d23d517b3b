namespace AttentionDsl.Generator;

/// <summary>Two systems of one matrix become one operation: a tile that inverts the matrix inverts it once.</summary>
internal static class SolvePairs
{
    public const string Method = "SolveUnitLowers";
    public const string Transposed = "SolveUnitLowersTransposed";
    private const string Scaled = "SolveUnitLowersScaled";

    /// <summary>The statements with pairs joined, where the later of the two stood; what uses the earlier one's result moves behind it.</summary>
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (statements[i] is CallStatement { Method: "SolveUnitLower" or "SolveUnitLowerTransposed" or ScaledRows.Solve } first
                && Enumerable.Range(i + 1, statements.Count - i - 1).FirstOrDefault(x => IsOther(first, statements[x])) is int at and > 0
                && Joined(statements, i, at) is { } joined)
            {
                return Joined(joined);
            }
        }

        return statements;
    }

    private static bool IsOther(CallStatement first, Statement statement) =>
        statement is CallStatement second && second.Method == first.Method && second.Arguments[0] == first.Arguments[0];

    private static IReadOnlyList<Statement>? Joined(IReadOnlyList<Statement> statements, int i, int at)
    {
        Uses[] uses = [.. Uses.Of(statements)];
        var behind = new List<int> { i };
        for (int k = i + 1; k <= at; k++)
        {
            if (behind.Exists(x => uses[x].Precede(uses[k])))
            {
                behind.Add(k);
            }
        }

        if (behind.Contains(at))
        {
            return null;
        }

        var (first, second) = ((CallStatement)statements[i], (CallStatement)statements[at]);
        var both = new CallStatement(
            EquatableArray.Of(first.Written[0], second.Written[0]),
            first.Method switch { "SolveUnitLower" => Method, ScaledRows.Solve => Scaled, _ => Transposed },
            EquatableArray.Of([first.Arguments[0], .. first.Arguments.Skip(1), .. second.Arguments.Skip(1)]),
            null,
            null,
            $"{first.Equation}\n{second.Equation}");
        return
        [
            .. statements.Take(i),
            .. Enumerable.Range(i, at - i).Where(x => !behind.Contains(x)).Select(x => statements[x]),
            both,
            .. behind.Skip(1).Select(x => statements[x]),
            .. statements.Skip(at + 1),
        ];
    }
}
