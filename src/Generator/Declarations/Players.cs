namespace AttentionDsl.Generator;

/// <summary>Who plays a role: an input, or a gate that derives it.</summary>
/// <param name="Name">The input or the gate's method.</param>
/// <param name="Role">The role.</param>
/// <param name="Channels">Its granularity; of a gate, that of the finest thing it reads.</param>
/// <param name="Input">The input, if it is one.</param>
/// <param name="Gate">The gate that computes it, if there is one.</param>
internal sealed record Player(string Name, Role Role, Channels Channels, InputModel? Input, GateModel? Gate);

/// <summary>The roles of a declaration and the operand types that fit them.</summary>
internal static class Players
{
    /// <summary>All who play a role, inputs first, in the order they are written.</summary>
    public static IReadOnlyList<Player> Of(Declaration d)
    {
        IEnumerable<Player> inputs = d.Inputs.Where(x => x.Role != Role.Auxiliary)
            .Select(x => new Player(x.Name, x.Role, x.Channels, x, d.Gates.FirstOrDefault(g => g.Target == x.Name)));
        IEnumerable<Player> gates = d.Gates.Where(x => x.Target.Length == 0 && x.Role != Role.Auxiliary)
            .Select(x => new Player(x.Name, x.Role, Finest(d, x), null, x));
        return inputs.Concat(gates).ToArray();
    }

    /// <summary>Those who play a role.</summary>
    public static IEnumerable<Player> Of(Declaration d, Role role) => Of(d).Where(x => x.Role == role);

    public static bool Has(Declaration d, Role role) => Of(d, role).Any();

    /// <summary>The operand types that fit a role.</summary>
    public static Channels[] Fitting(Declaration d, Role role) => role switch
    {
        Role.Value or Role.Output => [Channels.Value],
        Role.LogDecay => [Channels.Scalar, Channels.Key, Channels.Value],
        Role.WriteStrength => [Channels.Scalar],
        Role.EraseGate => [Channels.Scalar, Erased(d)],
        Role.WriteGate => [Channels.Scalar, Written(d)],
        _ => [Channels.Key],
    };

    /// <summary>The side whose vectors erase: keys, or values under Oja's rule.</summary>
    public static Channels Erased(Declaration d) => d.ValueSide ? Channels.Value : Channels.Key;

    /// <summary>The side that is written along the other.</summary>
    public static Channels Written(Declaration d) => d.ValueSide ? Channels.Key : Channels.Value;

    /// <summary>What a gate's parameter has a number of.</summary>
    public static Channels ChannelsOf(Declaration d, GateParameter parameter) => parameter.Kind switch
    {
        GateParameterKind.Input => d.Inputs.First(x => x.Name == parameter.Input).Channels,
        GateParameterKind.PerKeyChannel => Channels.Key,
        GateParameterKind.PerValueChannel or GateParameterKind.Readout => Channels.Value,
        _ => Channels.Scalar,
    };

    private static Channels Finest(Declaration d, GateModel gate)
    {
        Channels[] fitting = Fitting(d, gate.Role);
        return fitting.Length == 1 && fitting[0] != Channels.Scalar
            ? fitting[0]
            : gate.Parameters.Select(x => ChannelsOf(d, x)).FirstOrDefault(x => x is Channels.Key or Channels.Value);
    }
}
