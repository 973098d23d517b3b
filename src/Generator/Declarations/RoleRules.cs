namespace AttentionDsl.Generator;

/// <summary>Every role that is needed is played, once, by an operand that fits it; and everything declared has a use.</summary>
internal static class RoleRules
{
    private static readonly (Role Role, string Word, string Operand, string Name)[] Needed =
        [(Role.Query, "query", "KeyVector", "Q"), (Role.Key, "key", "KeyVector", "K"), (Role.Value, "value", "ValueVector", "V")];

    public static IEnumerable<Problem> Check(Declaration d) => Missing(d).Concat(Twice(d)).Concat(Operands(d)).Concat(Unread(d)).Concat(Publications(d)).Concat(Settings(d));

    private static IEnumerable<Problem> Missing(Declaration d) =>
        from x in Needed
        where !Players.Has(d, x.Role)
        select Problem.At("ATTN010", "", d.Name, x.Word, x.Role.Attribute(), x.Operand).FixedBy($"input:{x.Role}:{x.Operand}:{x.Name}");

    private static IEnumerable<Problem> Twice(Declaration d) =>
        from role in Players.Of(d).GroupBy(x => (x.Role, Columns: x.Role == Role.LogDecay && x.Channels == Channels.Value))
        from second in role.Skip(1)
        select Problem.At("ATTN011", second.Name, d.Name, role.First().Name, second.Name, second.Role.Attribute()).FixedBy($"remove:{second.Role}");

    private static IEnumerable<Problem> Operands(Declaration d)
    {
        foreach (Player player in Players.Of(d).Where(x => x.Input is not null))
        {
            Channels[] fitting = Players.Fitting(d, player.Role);
            if (fitting.Contains(player.Channels) || ParallelRules.ErasesPerColumn(d, player))
            {
                continue;
            }

            string operands = Words.Or(fitting.Select(x => x.Operand()));
            string remedy = (player.Role, player.Channels) switch
            {
                (Role.WriteStrength, Channels.Key) => "make it a Scalar, or an [EraseGate] under the delta rule, which takes a number a key channel",
                (Role.WriteStrength, Channels.Value) => "make it a Scalar, or a [WriteGate], which takes a number a value channel",
                _ => $"declare it as {operands}",
            };
            yield return Problem.At("ATTN012", player.Name, player.Name, player.Channels.Operand(), player.Role.Attribute(), operands, remedy)
                .FixedBy($"type:{player.Name}:{fitting[0].Operand()}");
        }
    }

    private static IEnumerable<Problem> Unread(Declaration d) =>
        from input in d.Inputs
        where input.Role == Role.Auxiliary && !d.Gates.Any(g => g.Parameters.Any(p => p.Kind == GateParameterKind.Input && p.Input == input.Name))
        select Problem.At("ATTN019", input.Name, input.Name).FixedBy("drop");

    private static IEnumerable<Problem> Publications(Declaration d)
    {
        string[] tensors = d.Inputs.Select(x => x.Name).Concat(Parameters(d)).ToArray();
        foreach (PublicationModel publication in d.Publications)
        {
            int named = publication.Tensors.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries).Length;
            if (named != tensors.Length)
            {
                yield return Problem.At("ATTN017", "", d.Name, publication.Name, $"{named}", $"{tensors.Length}", string.Join(", ", tensors));
            }
        }
    }

    /// <summary>The tensors of the gates' parameters, in the order in which the generated record has them.</summary>
    private static IEnumerable<string> Parameters(Declaration d) => d.Gates.SelectMany(x => x.Parameters)
        .Where(x => x.Kind is GateParameterKind.PerHead or GateParameterKind.PerKeyChannel or GateParameterKind.PerValueChannel or GateParameterKind.Setting)
        .Select(x => Words.Capital(x.Name)).Distinct();

    private static IEnumerable<Problem> Settings(Declaration d)
    {
        if (double.IsInfinity(d.Scale) || d.Scale == 0)
        {
            yield return Problem.At("ATTN018", "", "RecurrentAttention.Scale", Witness.Text(d.Scale), d.Name, "the query would vanish or be infinite; give another factor, or leave it out for 1 / sqrt(K)");
        }

        foreach (GateModel gate in d.Gates.Where(x => x.LowerBound >= 0 || double.IsInfinity(x.LowerBound)))
        {
            yield return Problem.At("ATTN018", gate.Name, "LogDecay.LowerBound", ExprPrinter.Literal(gate.LowerBound), gate.Name, "a log decay lies between its bound and 0; give a negative number such as -5");
        }
    }
}
