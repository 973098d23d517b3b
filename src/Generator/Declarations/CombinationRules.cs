namespace AttentionDsl.Generator;

/// <summary>Choices that exclude or need each other.</summary>
internal static class CombinationRules
{
    public static IEnumerable<Problem> Check(Declaration d)
    {
        Player? Who(params Role[] roles) => Players.Of(d).FirstOrDefault(x => roles.Contains(x.Role));
        Player? transition = Who(Role.TransitionRead, Role.TransitionWrite), eraseKey = Who(Role.EraseKey), eraseGate = Who(Role.EraseGate), bonus = Who(Role.Bonus);
        Player? values = Players.Of(d, Role.LogDecay).FirstOrDefault(x => x.Channels == Players.Written(d));
        GateModel? normalizer = d.Gates.FirstOrDefault(x => x.Role == Role.Output && x.Parameters.Any(p => p.Kind == GateParameterKind.Normalizer));

        Problem Excluded(string member, string one, string other, string reason, string fix = "") => Problem.At("ATTN015", member, d.Name, one, other, reason).FixedBy(fix);
        Problem Needs(string member, string what, string other, string remedy, string fix = "") => Problem.At("ATTN016", member, d.Name, what, other, remedy).FixedBy(fix);

        if (transition is not null)
        {
            string attribute = transition.Role.Attribute();
            if (d.DeltaRule)
            {
                yield return Excluded("", attribute, "[DeltaRule]", "a general transition b a^T states its own erase; remove one of them", "remove:DeltaRule");
            }

            foreach (Player erase in new[] { eraseKey, eraseGate }.OfType<Player>())
            {
                yield return Excluded(erase.Name, attribute, erase.Role.Attribute(), "a general transition b a^T states its own erase; put it into a or b", $"remove:{erase.Role}");
            }

            if (d.SeveralUpdates)
            {
                yield return Excluded(transition.Name, attribute, "SeveralUpdates", "a token has one general transition; write several updates with the delta rule, or declare one update");
            }

            if (!Players.Has(d, Role.TransitionRead) || !Players.Has(d, Role.TransitionWrite))
            {
                Role other = transition.Role == Role.TransitionRead ? Role.TransitionWrite : Role.TransitionRead;
                yield return Needs(
                    transition.Name, attribute, other.Attribute(), "the transition is S + b (S^T a)^T with a [TransitionRead] and b [TransitionWrite]; declare both",
                    $"input:{other}:KeyVector:{(other == Role.TransitionRead ? "A" : "B")}");
            }
        }
        else if (!d.DeltaRule)
        {
            foreach (Player erase in new[] { eraseKey, eraseGate }.OfType<Player>())
            {
                yield return Needs(erase.Name, erase.Role.Attribute(), "[DeltaRule]", "a Hebbian write erases nothing; add [DeltaRule] to the record, or remove it", "attribute:DeltaRule");
            }
        }

        if (d.ValueSide)
        {
            foreach (Player side in new[] { eraseKey, bonus }.OfType<Player>())
            {
                yield return Excluded(
                    side.Name, side.Role.Attribute(), "DeltaRule.Side = StateSide.Value", "the erase on the value side works with the value itself, and a token's own write is not read apart; remove it", $"remove:{side.Role}");
            }
        }

        if (bonus is not null && !d.ReadBeforeWrite)
        {
            yield return Needs(
                bonus.Name, "[Bonus]", "ReadBeforeWrite", "a read after the write sees the current token already; set ReadBeforeWrite = true on [RecurrentAttention], or remove it", "set:RecurrentAttention:ReadBeforeWrite");
        }

        if (d.SeveralUpdates && d.ReadBeforeWrite)
        {
            yield return Excluded("", "SeveralUpdates", "ReadBeforeWrite", "which of a token's updates the read comes before is not said; read after the last, the default");
        }

        if (d.SeveralUpdates && d.EraseBeforeDecay && Players.Has(d, Role.LogDecay))
        {
            yield return Excluded("", "SeveralUpdates", "DeltaRule.EraseBeforeDecay", "the decay comes once a token, before its first update; erase after the decay, the default");
        }

        if (normalizer is not null)
        {
            (bool Present, string Name)[] others =
            [
                (d.DeltaRule, "[DeltaRule]"), (transition is not null, "a general transition"), (values is not null, "a decay on values"), (bonus is not null, "[Bonus]"),
            ];
            foreach ((bool present, string name) in others.Where(x => x.Present))
            {
                yield return Excluded(
                    $"{normalizer.Name}.{normalizer.Parameters.First(x => x.Kind == GateParameterKind.Normalizer).Name}", "[Normalizer]", name,
                    "the normaliser is the decayed sum of the keys written, which is what the state's columns are only for Hebbian writes under a decay on keys");
            }
        }
    }
}
