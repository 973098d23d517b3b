namespace AttentionDsl.Generator;

/// <summary>The recurrence in words and equations: what the documentation, the headers and the console program show.</summary>
internal static class Recurrence
{
    /// <summary>The plain recurrence of one head, an equation a line.</summary>
    public static string Equations(StateUpdate update)
    {
        var lines = new List<string>();
        foreach (Quantity quantity in Quantities(update))
        {
            lines.Add($"{quantity.Tile} = {ExprPrinter.Equation(quantity.Value)}");
        }

        foreach (Source source in update.Sources.Where(x => x.Normalized != x.Tile))
        {
            lines.Insert(0, $"{source.Normalized} = {source.Tile} / sqrt(|{source.Tile}|^2 + 1e-6)");
        }

        string decayed = Decayed(update);
        bool decays = decayed != "S";
        string seen = update.EraseBeforeDecay || !decays ? "S" : "S~";
        string token = update.SeveralUpdates ? "for each of the token's n updates: " : "";
        if (decays)
        {
            lines.Add($"S~ = {decayed}");
        }

        string kept = decays ? "S~" : "S";
        if (update.SeveralUpdates && decays)
        {
            lines.Add("S = S~");
            (seen, kept) = ("S", "S");
        }

        string scalar = update.Strength is null ? "" : "beta ";
        string value = (update.WriteGate is null ? "" : "w * ") + "v";
        if (update.General)
        {
            lines.Add($"S' = {kept} + b ({seen}^T a)^T + {scalar}k {Parenthesize(value)}^T");
        }
        else if (update.Delta)
        {
            string erase = (update.EraseGate is null ? "" : "b * ") + (update.EraseKey is null ? "k" : "p");
            lines.Add($"{token}S' = {kept} + {scalar}k ({value} - {seen}^T {Parenthesize(erase)})^T");
        }
        else
        {
            lines.Add($"{token}S' = {kept} + {scalar}k {Parenthesize(value)}^T");
        }

        string read = update.ReadBeforeWrite ? update.Bonus is null ? "S" : "(S + (u * k) v^T)" : "S'";
        string output = update.Swapped ? $"{read} q" : $"{read}^T q";
        if (update.Normalizer)
        {
            lines.Add("z = q . (decayed sum of the keys written)");
        }

        lines.Add(update.Output is null ? $"o = {output}" : $"read = {output}");
        if (update.Output is not null)
        {
            lines.Add($"o = {ExprPrinter.Equation(update.Output.Value)}");
        }

        return string.Join("\n", lines);
    }

    /// <summary>The axes of the declaration, in words.</summary>
    public static string Axes(StateUpdate update)
    {
        var parts = new List<string>();
        string side = update.Swapped ? "value" : "key";
        if (update.KeyDecay is Quantity decay)
        {
            bool constant = !update.Sources.Any(x => !x.IsParameter && decay.Value.ArgumentNames().Contains(x.Normalized));
            parts.Add(decay.Channels == Channels.Key ? $"decay per {side} channel" : constant ? "constant decay per head" : "decay per head");
        }

        if (update.ValueDecay is not null)
        {
            parts.Add($"decay per {(update.Swapped ? "key" : "value")} channel");
        }

        if (parts.Count == 0)
        {
            parts.Add("no decay");
        }

        parts.Add(update.General ? "general rank-one transition" : update.Delta ? update.Swapped ? "delta rule on values" : "delta rule" : "Hebbian write");
        if (update.Delta && update.EraseKey is not null)
        {
            parts.Add("own erase key");
        }

        if (update.EraseGate is not null)
        {
            parts.Add("erase gate");
        }

        if (update.WriteGate is not null)
        {
            parts.Add("write gate");
        }

        if (update.EraseBeforeDecay)
        {
            parts.Add("erase before decay");
        }

        if (update.SeveralUpdates)
        {
            parts.Add("several updates a token");
        }

        if (update.ReadBeforeWrite)
        {
            parts.Add("read before write" + (update.Bonus is null ? "" : " with a bonus"));
        }

        if (update.Normalizer)
        {
            parts.Add("normaliser");
        }

        return string.Join(", ", parts);
    }

    /// <summary>The chunk algorithm chosen and why.</summary>
    public static string Algorithm(StateUpdate update)
    {
        var lines = new List<string>();
        if (update.KeyDecay is null)
        {
            lines.Add("No decay on keys: Grams of a chunk are plain causal products.");
        }
        else if (update.KeyDecay.Channels != Channels.Key)
        {
            lines.Add("One decay for all channels: Gram first, then times exp of the difference of cumulative decays, masked before the exponential (no factor can overflow).");
        }
        else if (double.IsNegativeInfinity(update.DecayLowerBound))
        {
            lines.Add("Decay per channel without a lower bound: Grams in sub-blocks whose reference is the first row of the later block, so that no exponent is positive and no output depends on a later gate; diagonal blocks pair by pair.");
        }
        else
        {
            lines.Add($"Decay per channel, never below {ExprPrinter.Literal(Math.Round(update.DecayLowerBound, 6))} a token: Grams in sub-blocks whose reference is the first row of the later block, so that no exponent is positive.");
        }

        if (update.ValueDecay is not null)
        {
            lines.Add("Decay per value channel: every column of the chunk is summed with its own decays.");
        }

        lines.Add(update.Delta || update.General
            ? "What a token writes depends on what earlier tokens of the chunk wrote: one unit lower triangular system a chunk, solved by forward substitution."
            : "Hebbian: what a token writes does not depend on the state, no system is solved.");
        return string.Join("\n", lines);
    }

    private static IEnumerable<Quantity> Quantities(StateUpdate u) =>
        new[] { u.Query, u.Key, u.Value, u.KeyDecay, u.ValueDecay, u.Strength, u.EraseGate, u.WriteGate, u.EraseKey, u.TransitionRead, u.TransitionWrite, u.Bonus }
            .Where(x => x is not null && !(x.Value is Expr.Argument a && a.Name == x.Tile))!;

    private static string Decayed(StateUpdate update)
    {
        string left = update.KeyDecay is null ? "" : update.KeyDecay.Channels == Channels.Key ? "diag(exp g) " : "exp(g) ";
        return $"{left}S{(update.ValueDecay is null ? "" : " diag(exp gv)")}";
    }

    private static string Parenthesize(string text) => text.Contains(' ') ? $"({text})" : text;

}
