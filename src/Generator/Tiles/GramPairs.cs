namespace AttentionDsl.Generator;

/// <summary>
/// Joins two decayed Grams of the same columns and decays, of which one is strictly causal (what is erased and what is read of the same keys):
/// the decayed columns serve both.
/// </summary>
internal static class GramPairs
{
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            for (int k = i + 1; statements[i] is CallStatement { Method: "DecayedGram" } first && k < statements.Count; k++)
            {
                if (statements[k] is CallStatement { Method: "DecayedGram" } second
                    && first.Arguments.Skip(1).SequenceEqual(second.Arguments.Skip(1))
                    && (first.Causal == Causal.Strict || second.Causal == Causal.Strict)
                    && !statements.Skip(i + 1).Take(k - i - 1).Any(x => x.Results.Any(second.Arguments.Contains)))
                {
                    Statement joined = first.Causal == Causal.Strict ? Pair(first, second) : Pair(second, first);
                    return Joined([.. statements.Take(i), joined, .. statements.Skip(i + 1).Where(x => x != (Statement)second)]);
                }
            }
        }

        return statements;
    }

    private static CallStatement Pair(CallStatement strict, CallStatement other) => new(
        EquatableArray.Of(strict.Written[0], other.Written[0]),
        "DecayedGrams",
        EquatableArray.Of([strict.Arguments[0], other.Arguments[0], .. other.Arguments.Skip(1)]),
        other.Causal,
        null,
        $"{strict.Equation}\n{other.Equation}");
}
