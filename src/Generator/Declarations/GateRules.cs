namespace AttentionDsl.Generator;

/// <summary>What gates compute and read fits: one gate a target, one meaning a parameter, no finer channels or rows than the value has.</summary>
internal static class GateRules
{
    /// <summary>Names that kernels have for other operands, or the generated record of parameters for something else.</summary>
    private static readonly string[] Taken =
    [
        "InitialState", "FinalState", "Output", "OutputGradient", "FinalStateGradient", "InitialStateGradient", "Tensors", "List", "Parameters",
        "Clone", "Deconstruct", "EqualityContract", "Equals", "GetHashCode", "GetType", "PrintMembers", "ToString",
    ];

    public static IEnumerable<Problem> Check(Declaration d) => Names(d).Concat(Targets(d)).Concat(Kinds(d)).Concat(Outputs(d)).Concat(Channels(d)).Concat(Rows(d));

    private static IEnumerable<Problem> Names(Declaration d)
    {
        IEnumerable<(string Member, string Field)> inputs = d.Inputs.Select(x => (x.Name, x.Name));
        IEnumerable<(string Member, string Field)> parameters =
            from gate in d.Gates
            from parameter in gate.Parameters
            where parameter.Kind is not (GateParameterKind.Input or GateParameterKind.Readout or GateParameterKind.Normalizer or GateParameterKind.HeadIndex or GateParameterKind.HeadCount)
            select ($"{gate.Name}.{parameter.Name}", Words.Capital(parameter.Name));
        (string Member, string Field)[] all = inputs.Concat(parameters).ToArray();
        return from x in all
               where Taken.Contains(x.Field) || all.Any(y => x.Field == y.Field + "Gradient")
               select Problem.At("ATTN005", x.Member, d.Name, x.Member.Substring(x.Member.IndexOf('.') + 1));
    }

    private static IEnumerable<Problem> Targets(Declaration d) =>
        from gates in d.Gates.Where(x => x.Target.Length != 0).GroupBy(x => x.Target)
        from second in gates.Skip(1)
        select Problem.At("ATTN025", second.Name, gates.First().Name, second.Name, gates.Key);

    private static IEnumerable<Problem> Kinds(Declaration d)
    {
        var first = new Dictionary<string, (GateModel Gate, GateParameter Parameter)>();
        foreach (GateModel gate in d.Gates)
        {
            foreach (GateParameter parameter in gate.Parameters.Where(x => x.Kind is not (GateParameterKind.Input or GateParameterKind.Readout)))
            {
                if (!first.TryGetValue(Words.Capital(parameter.Name), out (GateModel Gate, GateParameter Parameter) known))
                {
                    first.Add(Words.Capital(parameter.Name), (gate, parameter));
                }
                else if (known.Parameter.Kind != parameter.Kind)
                {
                    yield return Problem.At(
                        "ATTN028", $"{gate.Name}.{parameter.Name}", parameter.Name, $"{known.Parameter.Kind}", known.Gate.Name, $"{parameter.Kind}", gate.Name);
                }
            }
        }
    }

    private static IEnumerable<Problem> Outputs(Declaration d) =>
        from gate in d.Gates
        where gate.Role == Role.Output && gate.Parameters.Count == 0
        select Problem.At("ATTN020", gate.Name, gate.Name, "it has no parameter for what was read from the state; write 'float o' first");

    private static IEnumerable<Problem> Channels(Declaration d)
    {
        foreach (Player player in Players.Of(d).Where(x => x.Gate is not null))
        {
            GateModel gate = player.Gate!;
            if (player.Role == Role.LogDecay && ParallelRules.DoesNotFactor(d, player))
            {
                continue;
            }

            foreach (GateParameter parameter in gate.Parameters)
            {
                Channels read = Players.ChannelsOf(d, parameter);
                if (read is not (Generator.Channels.Key or Generator.Channels.Value) || (read == player.Channels && Players.Fitting(d, player.Role).Contains(read)) || ParallelRules.ErasesPerColumn(d, player with { Channels = read }))
                {
                    continue;
                }

                bool finer = player.Input is not null && player.Channels == Generator.Channels.Scalar && Players.Fitting(d, player.Role).Contains(read);
                string target = player.Input?.Name ?? player.Role.Attribute();
                yield return Problem.At(
                    "ATTN027",
                    $"{gate.Name}.{parameter.Name}",
                    gate.Name,
                    target,
                    player.Channels.Operand(),
                    parameter.Name,
                    read == Generator.Channels.Key ? "key" : "value",
                    finer ? $"declare {target} as a {read.Operand()}, or read numbers a head" : player.Channels == Generator.Channels.Scalar ? "read numbers a head" : $"read numbers a head or a {(player.Channels == Generator.Channels.Key ? "key" : "value")} channel")
                    .FixedBy(finer ? $"type:{target}:{read.Operand()}" : "");
            }
        }
    }

    private static IEnumerable<Problem> Rows(Declaration d) =>
        from player in Players.Of(d)
        where d.SeveralUpdates && player.Gate is not null && !PerUpdate(player.Role)
        from parameter in player.Gate!.Parameters
        where parameter.Kind == GateParameterKind.Input && PerUpdate(d.Inputs.First(x => x.Name == parameter.Input).Role)
        select Problem.At("ATTN029", $"{player.Gate!.Name}.{parameter.Name}", player.Gate!.Name, player.Input?.Name ?? player.Role.Attribute(), parameter.Input);

    private static bool PerUpdate(Role role) => role is Role.Key or Role.Value or Role.WriteStrength or Role.EraseGate or Role.WriteGate or Role.EraseKey;
}
