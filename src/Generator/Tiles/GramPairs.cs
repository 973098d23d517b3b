namespace AttentionDsl.Generator;

/// <summary>
/// Joins two decayed Grams of the same columns and decays, of which one is strictly causal (what is erased and what is read of the same keys):
/// the decayed columns serve both. So it does four, of two left factors with two right ones: each decayed factor serves two.
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

    /// <summary>Joins four Grams, of two left factors with two right ones.</summary>
    public static IReadOnlyList<Statement> Crossed(IReadOnlyList<Statement> statements)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (statements[i] is CallStatement { Method: "DecayedGram", Causal: Causal.Strict } first
                && Other(x => x.Causal == Causal.Strict && IsOf(x, first.Arguments[0], null, first)) is int second and >= 0
                && Other(x => x.Arguments[0] != first.Arguments[0] && IsOf(x, null, first.Arguments[1], first)) is int third and >= 0
                && Other(x => x.Causal == At(third).Causal && x.Arguments[2] == At(third).Arguments[2] && IsOf(x, At(third).Arguments[0], At(second).Arguments[1], first)) is int fourth and >= 0
                && Uses.Joined(statements, [.. new[] { i, second, third, fourth }.OrderBy(x => x)], Cross(first, At(second), At(third), At(fourth))) is { } joined)
            {
                return Crossed(joined);
            }

            int Other(Func<CallStatement, bool> holds) =>
                Enumerable.Range(0, statements.Count).Where(x => x != i && statements[x] is CallStatement { Method: "DecayedGram" } gram && holds(gram)).DefaultIfEmpty(-1).First();

            CallStatement At(int x) => (CallStatement)statements[x];
        }

        return statements;
    }

    /// <summary>True of a Gram with this left factor or any, and with this right factor or another than <paramref name="first"/> has; columns decay as there, and so do rows of the same left factor.</summary>
    private static bool IsOf(CallStatement gram, Tile? left, Tile? right, CallStatement first) =>
        (left is null || gram.Arguments[0] == left) && (right is null ? gram.Arguments[1] != first.Arguments[1] : gram.Arguments[1] == right)
        && gram.Arguments[3] == first.Arguments[3] && (left != first.Arguments[0] || gram.Arguments[2] == first.Arguments[2]);

    private static CallStatement Cross(CallStatement first, CallStatement second, CallStatement third, CallStatement fourth) => new(
        EquatableArray.Of(first.Written[0], second.Written[0], third.Written[0], fourth.Written[0]),
        "CrossedDecayedGrams",
        EquatableArray.Of(first.Arguments[0], third.Arguments[0], first.Arguments[1], second.Arguments[1], first.Arguments[2], third.Arguments[2], first.Arguments[3]),
        third.Causal,
        null,
        $"{first.Equation}\n{second.Equation}\n{third.Equation}\n{fourth.Equation}");

    private static CallStatement Pair(CallStatement strict, CallStatement other) => new(
        EquatableArray.Of(strict.Written[0], other.Written[0]),
        "DecayedGrams",
        EquatableArray.Of([strict.Arguments[0], other.Arguments[0], .. other.Arguments.Skip(1)]),
        other.Causal,
        null,
        $"{strict.Equation}\n{other.Equation}");

    /// <summary>
    /// Joins the derivatives of such Grams too: the earlier one moves down to the later one, where what both add to is read by nobody, and only
    /// added to, in between.
    /// </summary>
    public static IReadOnlyList<Statement> JoinedAdjoints(IReadOnlyList<Statement> statements)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            for (int k = i + 1; statements[i] is CallStatement { Method: "DecayedGramAdjoint" } first && k < statements.Count; k++)
            {
                if (statements[k] is CallStatement { Method: "DecayedGramAdjoint" } second
                    && (first.Causal == Causal.Strict || second.Causal == Causal.Strict)
                    && first.Arguments.Skip(2).SequenceEqual(second.Arguments.Skip(2)) && first.Written.Skip(1).SequenceEqual(second.Written.Skip(1))
                    && !statements.Skip(i + 1).Take(k - i).Any(x => x.Reads.Any(first.Written.Contains) || x.Results.Any(first.Arguments.Contains) || Replaces(x, first)))
                {
                    Statement joined = first.Causal == Causal.Strict ? AdjointPair(first, second) : AdjointPair(second, first);
                    return JoinedAdjoints([.. statements.Take(k).Where((_, at) => at != i), joined, .. statements.Skip(k + 1)]);
                }
            }
        }

        return statements;
    }

    private static CallStatement AdjointPair(CallStatement strict, CallStatement other) => new(
        EquatableArray.Of([strict.Written[0], other.Written[0], .. strict.Written.Skip(1)]),
        "DecayedGramsAdjoint",
        EquatableArray.Of([strict.Arguments[0], other.Arguments[0], strict.Arguments[1], other.Arguments[1], .. strict.Arguments.Skip(2)]),
        other.Causal,
        null,
        $"{strict.Equation}\n{other.Equation}");

    /// <summary>True if a statement sets what a derivative adds to.</summary>
    private static bool Replaces(Statement statement, CallStatement derivative) => statement switch
    {
        LoopStatement loop => loop.Stores.Any(x => x.Into == Into.Set && derivative.Written.Contains(x.Result)),
        CallStatement { Method: "Clear" } or CallStatement { Into: Into.Set } or LoadStatement => statement.Results.Any(derivative.Written.Contains),
        _ => false,
    };
}
