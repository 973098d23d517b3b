namespace AttentionDsl.Generator;

/// <summary>Whether the state stays bounded and exponents stay in range: proven by intervals, refuted by an example, else left alone.</summary>
internal static class StabilityRules
{
    /// <summary>Exponents of base 2 that float32 holds, with room for what they multiply.</summary>
    private const double LargestExponent = 124;

    /// <summary>Tokens between the first and the last row of a block of 16.</summary>
    private const double Span = 15;

    private static readonly double Log2E = 1 / Math.Log(2);

    public static IEnumerable<Problem> Check(Declaration d) => Decays(d).Concat(Bounds(d)).Concat(Erase(d)).Concat(Transition(d));

    private static IEnumerable<Problem> Decays(Declaration d)
    {
        foreach (Player player in Players.Of(d, Role.LogDecay).Where(x => x.Gate is not null))
        {
            GateModel gate = player.Gate!;
            ExprRange range = ExprRange.Of(gate.Body);
            if (range.Low >= 0)
            {
                yield return Problem.At("ATTN040", gate.Name, player.Name, $"[{Witness.Text(range.Low)}, {(double.IsInfinity(range.High) ? "infinity" : Witness.Text(range.High))}]");
            }
            else if (range.High > 0 && Witness.Of(gate, x => x > 1e-6) is { } witness)
            {
                yield return Problem.At("ATTN041", gate.Name, player.Name, witness.Value, witness.Point);
            }
        }
    }

    private static IEnumerable<Problem> Bounds(Declaration d)
    {
        foreach (Player player in Players.Of(d, Role.LogDecay))
        {
            double bound = player.Input?.LowerBound ?? player.Gate!.LowerBound;
            if (double.IsNaN(bound))
            {
                continue;
            }

            string text = Witness.Text(bound);
            if (player.Gate is { } gate && ExprRange.Of(gate.Body).Low < bound && Witness.Of(gate, x => x < bound - (1e-6 * Math.Abs(bound))) is { } witness)
            {
                yield return Problem.At("ATTN045", gate.Name, player.Name, text, gate.Name, witness.Value, witness.Point).FixedBy($"wrap:Max({text}f, @)");
            }

            double exponent = Math.Abs(bound) * Span * Log2E;
            if (player.Channels == Players.Erased(d) && exponent > LargestExponent)
            {
                // Rounded up, so that the printed bound passes.
                double least = -Math.Floor(LargestExponent / Span / Log2E * 1000) / 1000;
                yield return Problem.At("ATTN046", player.Name, player.Name, text, Witness.Text(Math.Abs(bound)), Witness.Text(exponent), Witness.Text(least));
            }
        }
    }

    private static IEnumerable<Problem> Erase(Declaration d)
    {
        if (!d.DeltaRule)
        {
            yield break;
        }

        Player? strength = Players.Of(d, Role.WriteStrength).FirstOrDefault(), erase = Players.Of(d, Role.EraseGate).FirstOrDefault();
        Player[] factors = new[] { strength, erase }.OfType<Player>().ToArray();
        Player? raw = factors.FirstOrDefault(x => x.Gate is null);
        string unit = d.ValueSide ? "values" : "keys";
        Player[] directions = d.ValueSide
            ? Players.Of(d, Role.Value).ToArray()
            : Players.Of(d).Where(x => x.Role is Role.Key or Role.EraseKey).ToArray();
        Player? unnormalised = directions.FirstOrDefault(x => x.Input?.L2Normalize != true || x.Gate is not null);

        if (raw is not null || factors.Length == 0)
        {
            string beta = factors.Length == 0 ? "1" : string.Join(" ", factors.Select(x => Words.Lower(x.Name)));
            string product = unnormalised is null ? beta : $"{beta} |{Words.Lower(directions[0].Name)}|^2";
            string[] open = new[] { raw is null ? "" : $"'{raw.Name}' lies in [0, 2]", unnormalised is null ? "" : $"'{unnormalised.Name}' has length 1" }.Where(x => x.Length != 0).ToArray();
            if (open.Length > 0)
            {
                yield return Problem.At("ATTN043", "", d.Name, product, string.Join(", or that ", open));
            }

            yield break;
        }

        // The range of the product of independent gates, each at its own arguments.
        foreach (Player factor in factors)
        {
            ExprRange range = ExprRange.Of(factor.Gate!.Body);
            if ((range.Low < 0 || range.High > 2) && Witness.Of(factor.Gate, x => x is < -1e-6 or > 2 + 1e-6) is { } witness)
            {
                yield return Problem.At("ATTN042", factor.Gate.Name, factor.Name, witness.Value, witness.Point, Witness.Text(1 - witness.Number)).FixedBy("wrap:Sigmoid(@)");
                yield break;
            }
        }

        if (unnormalised is not null)
        {
            yield return Problem.At("ATTN048", unnormalised.Name, d.Name, unnormalised.Name, Words.Lower(factors[0].Name), unit)
                .FixedBy(unnormalised.Input is { L2Normalize: false } && unnormalised.Gate is null && unnormalised.Role != Role.Value ? $"set:{unnormalised.Role}:L2Normalize" : "");
        }
    }

    private static IEnumerable<Problem> Transition(Declaration d)
    {
        Player? a = Players.Of(d, Role.TransitionRead).FirstOrDefault(), b = Players.Of(d, Role.TransitionWrite).FirstOrDefault();
        if (a is null || b is null || (a.Gate is { } read && b.Gate is { } write && IsReflection(read, write)))
        {
            yield break;
        }

        yield return Problem.At("ATTN044", "", d.Name, a.Name, b.Name);
    }

    /// <summary>True if b = -lambda a with lambda in [0, 2] wherever it was tried.</summary>
    private static bool IsReflection(GateModel read, GateModel write)
    {
        Expr ratio = -(write.Body / read.Body);
        return Witness.Of(ratio, read.Parameters.Concat(write.Parameters), x => x is < -1e-6 or > 2 + 1e-6) is null;
    }
}
