namespace AttentionDsl.Generator;

/// <summary>
/// A Gram whose pairs are only scaled by rows, and decay, before anything else reads them is one operation: each pair is scaled in the registers in which it was summed, and where
/// it then is only multiplied it stands in half the bits from the beginning.
/// </summary>
internal static class ScaledGrams
{
    private const string Scaled = "ScaledGram";
    private const string Decayed = "DecayedScaledGram";

    /// <summary>True for the methods: arguments are two factors, a column of scales, and perhaps two of log decays.</summary>
    public static bool Has(string method) => method is Scaled or Decayed;

    /// <param name="statements">In an order that is right.</param>
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (statements[i] is CallStatement { Method: "Gram", Into: Into.Set } gram && Joined(statements, i, gram) is { } joined)
            {
                return Joined(joined);
            }
        }

        return statements;
    }

    private static IReadOnlyList<Statement>? Joined(IReadOnlyList<Statement> statements, int at, CallStatement gram)
    {
        Tile pairs = gram.Written[0];
        RowFactor? scale = null;
        CallStatement? column = null;
        CallStatement? decay = null;
        List<int> steps = [];
        while (Next(statements, pairs) is int next and > 0)
        {
            if (statements[next] is CallStatement { Method: "Decay", Into: Into.Set } x && decay is null && x.Causal == gram.Causal && x.Arguments[0] == pairs)
            {
                decay = x;
            }
            else if (scale is null && column is null && statements[next] is CallStatement { Method: "ScaleRows" } y && y.Arguments[0] == pairs)
            {
                column = y;
            }
            else if (scale is null && column is null && statements[next] is LoopStatement { Stores: { Count: 1 } stores } loop && stores[0].Into == Into.Set
                && RowFactor.Of(stores[0].Result, stores[0].Value, loop.Arguments) is { } factor && factor.Row == pairs)
            {
                scale = factor;
            }
            else
            {
                break;
            }

            steps.Add(next);
            pairs = statements[next].Results.Single();
        }

        // Rows and columns stand as they are until the last step.
        if ((scale is null && column is null) || steps.Any(x => x < at)
            || Enumerable.Range(at, steps[steps.Count - 1] - at).Any(x => statements[x].Results.Any(gram.Arguments.Contains) || (decay is not null && x > steps[0] && statements[x].Results.Any(decay.Arguments.Contains))))
        {
            return null;
        }

        (Tile by, LoopStatement? computed) = scale is null ? (column!.Arguments[1], null) : scale.Column(pairs, pairs.Rows, statements);
        string left = gram.Arguments[0].Name, right = gram.Arguments[1].Name, exist = gram.Causal == Causal.Strict ? "<" : "<=";
        var joined = new CallStatement(
            EquatableArray.Of(pairs),
            decay is null ? Scaled : Decayed,
            EquatableArray.Of([gram.Arguments[0], gram.Arguments[1], by, .. decay is null ? [] : decay.Arguments.Skip(1)]),
            gram.Causal,
            null,
            decay is null
                ? $"{pairs.Name}_ij = {by.Name}_i ({left}_i . {right}_j) for j {exist} i"
                : $"{pairs.Name}_ij = {by.Name}_i exp({decay.Arguments[1].Name}_i - {decay.Arguments[2].Name}_j) ({left}_i . {right}_j) for j {exist} i, masked before the exponential");
        int last = steps[steps.Count - 1];
        return [.. statements.Where((_, x) => x < last && x != at && !steps.Contains(x)), .. computed is null ? [] : new Statement[] { computed }, joined, .. statements.Skip(last + 1)];
    }

    /// <summary>The only statement that reads pairs, which one statement wrote; 0: there is none, or more.</summary>
    private static int Next(IReadOnlyList<Statement> statements, Tile pairs)
    {
        int[] readers = [.. Enumerable.Range(0, statements.Count).Where(x => statements[x].Reads.Contains(pairs))];
        return readers.Length == 1 && statements.Count(x => x.Results.Contains(pairs)) == 1 && !statements[readers[0]].Results.Contains(pairs) ? readers[0] : 0;
    }
}
