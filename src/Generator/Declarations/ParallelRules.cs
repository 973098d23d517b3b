namespace AttentionDsl.Generator;

/// <summary>What has no chunk-parallel form: with one triangular system a chunk, a decay is a row's factor times a column's, and the erase is the same for all columns.</summary>
internal static class ParallelRules
{
    public static IEnumerable<Problem> Check(Declaration d)
    {
        foreach (Player player in Players.Of(d))
        {
            if (player.Role == Role.LogDecay && DoesNotFactor(d, player))
            {
                string Reads(Channels channels) => player.Gate!.Parameters.FirstOrDefault(x => Players.ChannelsOf(d, x) == channels)?.Name ?? player.Name;
                yield return Problem.At("ATTN031", player.Gate!.Name, player.Input?.Name ?? player.Name, Reads(Channels.Key), Reads(Channels.Value));
            }

            foreach (string name in Columnwise(d, player).Take(1))
            {
                bool strength = player.Role == Role.WriteStrength;
                yield return Problem.At(
                    "ATTN032", player.Input is null || name != player.Name ? $"{player.Gate!.Name}{(name == player.Name ? "" : "." + name)}" : player.Name, name, Word(Players.Written(d)),
                    $"make it {(strength ? "a Scalar" : $"a Scalar or a {Players.Erased(d).Operand()}")}, or a [WriteGate], which scales only what is written")
                    .FixedBy(name == player.Name ? $"role:{player.Role}:WriteGate" : "");
            }
        }

        bool before = d.EraseBeforeDecay || Players.Has(d, Role.TransitionRead);
        Player? decay = Players.Of(d, Role.LogDecay).FirstOrDefault(x => x.Channels == Players.Written(d));
        if (before && decay is not null)
        {
            yield return Problem.At("ATTN033", decay.Name, d.Name, decay.Name, Word(Players.Written(d)), Word(Players.Erased(d)))
                .FixedBy(d.EraseBeforeDecay ? "unset:DeltaRule:EraseBeforeDecay" : "");
        }

        if (d.ReadBeforeWrite && !Players.Has(d, Role.Bonus))
        {
            yield return Problem.At("ATTN034", "", d.Name);
        }
    }

    /// <summary>True if a log decay depends on both sides of the state at once.</summary>
    public static bool DoesNotFactor(Declaration d, Player player)
    {
        IEnumerable<Channels> read = (player.Gate?.Parameters ?? EquatableArray<GateParameter>.Empty).Select(x => Players.ChannelsOf(d, x));
        Channels[] all = player.Input is null ? read.ToArray() : read.Append(player.Channels).ToArray();
        return all.Contains(Channels.Key) && all.Contains(Channels.Value);
    }

    /// <summary>True if the player scales the erase by a number for every column of what is written.</summary>
    public static bool ErasesPerColumn(Declaration d, Player player) =>
        d.DeltaRule && player.Role is Role.WriteStrength or Role.EraseGate && player.Channels == Players.Written(d);

    /// <summary>What varies the erase along the columns: the input itself, or what its gate reads.</summary>
    private static IEnumerable<string> Columnwise(Declaration d, Player player)
    {
        if (ErasesPerColumn(d, player) && player.Input is not null)
        {
            yield return player.Name;
        }

        foreach (GateParameter parameter in player.Gate?.Parameters ?? EquatableArray<GateParameter>.Empty)
        {
            if (ErasesPerColumn(d, player with { Channels = Players.ChannelsOf(d, parameter) }))
            {
                yield return parameter.Name;
            }
        }
    }

    private static string Word(Channels channels) => channels == Channels.Key ? "key" : "value";
}
