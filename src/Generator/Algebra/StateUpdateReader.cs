using Microsoft.CodeAnalysis.CSharp;

namespace AttentionDsl.Generator;

/// <summary>Reads a declaration into the algebra's normal form: names the tiles, resolves gates over sources, exchanges the sides where the erase works on values.</summary>
internal sealed class StateUpdateReader
{
    /// <summary>Names that generated kernels use for something else; an auxiliary input or parameter of such a name gets an underscore.</summary>
    private static readonly HashSet<string> Reserved =
    [
        "q", "k", "v", "g", "gv", "beta", "b", "w", "p", "a", "u", "c", "o", "z", "vw", "vz", "read", "readValues", "readKeys", "own", "qku", "current", "gKept",
        "qHat", "cHat", "aHat", "kLeft", "bLeft", "qS", "cS", "aS", "i", "j", "t", "scale", "head", "heads", "tensors", "sizes", "at", "scratch", "offset", "first",
        "start", "length", "tokens", "writes", "done", "chunk", "chunks", "trail", "position", "update", "dOutput",
    ];

    private readonly Declaration declaration;
    private readonly Dictionary<string, Source> inputs = [];
    private readonly Dictionary<string, Source> parameters = [];
    private readonly List<Source> order = [];

    public StateUpdateReader(Declaration declaration)
    {
        this.declaration = declaration;
        foreach (InputModel input in declaration.Inputs)
        {
            string tile = TileName(input.Role, input.Channels, input.Name);
            bool gated = declaration.Gates.Any(x => x.Target == input.Name) || input.Role == Role.Query;
            string value = gated ? tile + "In" : tile;
            Add(inputs, input.Name, new Source(
                Identifier(input.Name), input.L2Normalize ? tile + "Raw" : value, value, Side(input.Channels), PerUpdate(input.Role), false, true, ReadAlong(input) ? "input of transition a" : Words(input.Role, input.Channels)));
        }

        foreach (GateModel gate in declaration.Gates)
        {
            foreach (GateParameter parameter in gate.Parameters)
            {
                Channels? channels = parameter.Kind switch
                {
                    GateParameterKind.PerHead => Channels.Scalar,
                    GateParameterKind.PerKeyChannel => Channels.Key,
                    GateParameterKind.PerValueChannel => Channels.Value,
                    GateParameterKind.Setting => Channels.Single,
                    _ => null,
                };
                string field = Capital(parameter.Name);
                if (channels is Channels c && !parameters.ContainsKey(field))
                {
                    string tile = Unique(parameter.Name);
                    Add(parameters, field, new Source(field, tile, tile, Side(c), false, true, c != Channels.Single, "parameter"));
                }
            }
        }
    }

    /// <summary>The name of a parameter's tensor: the gate parameter's with a capital.</summary>
    public static string Capital(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    /// <summary>A name as it is written in code.</summary>
    public static string Identifier(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    public StateUpdate Read()
    {
        Quantity query = Required(Role.Query);
        Quantity? decay = Find(Role.LogDecay, x => Side(x) != Channels.Value);
        return new StateUpdate
        {
            Sources = order.ToEquatableArray(),
            Query = query with { Value = query.Value * new Expr.Argument("scale") },
            Key = Required(declaration.ValueSide ? Role.Value : Role.Key) with { Tile = "k" },
            Value = Required(declaration.ValueSide ? Role.Key : Role.Value) with { Tile = "v" },
            KeyDecay = decay,
            ValueDecay = Find(Role.LogDecay, x => Side(x) == Channels.Value),
            Strength = Find(Role.WriteStrength),
            EraseGate = Find(Role.EraseGate),
            WriteGate = Find(Role.WriteGate),
            EraseKey = Find(Role.EraseKey),
            TransitionRead = Find(Role.TransitionRead),
            TransitionWrite = Find(Role.TransitionWrite),
            Bonus = Find(Role.Bonus),
            Output = Find(Role.Output),
            Delta = declaration.DeltaRule,
            EraseBeforeDecay = declaration.EraseBeforeDecay || Find(Role.TransitionRead) is not null,
            ReadBeforeWrite = declaration.ReadBeforeWrite,
            SeveralUpdates = declaration.SeveralUpdates,
            Swapped = declaration.ValueSide,
            Normalizer = declaration.Gates.Any(x => x.Parameters.Any(y => y.Kind == GateParameterKind.Normalizer)),
            DecayLowerBound = LowerBound(decay),
        };
    }

    /// <summary>True for what a transition makes the vector of that it reads along.</summary>
    private bool ReadAlong(InputModel input) =>
        input.Channels == Channels.Key && declaration.Gates.Any(x => x is { Role: Role.TransitionRead, Target: "" } && x.Parameters.Any(y => y.Kind == GateParameterKind.Input && y.Input == input.Name));

    private static string Words(Role role, Channels channels) => role switch
    {
        Role.Query => "query",
        Role.Key => "key",
        Role.Value => "value",
        Role.LogDecay => channels switch { Channels.Key => "log decay per key channel", Channels.Value => "log decay per value channel", _ => "log decay per head" },
        Role.WriteStrength => "write strength",
        Role.EraseGate => "erase gate",
        Role.WriteGate => "write gate",
        Role.EraseKey => "erase key",
        Role.TransitionRead => "transition a",
        Role.TransitionWrite => "transition b",
        Role.Bonus => "bonus",
        _ => "input of the gates",
    };

    /// <summary>Rows a token: keys, values and what belongs to a single update have one row an update, the rest one a token.</summary>
    private bool PerUpdate(Role role) => declaration.SeveralUpdates && role is
        Role.Key or Role.Value or Role.WriteStrength or Role.EraseGate or Role.WriteGate or Role.EraseKey;

    private Channels Side(Channels channels) => !declaration.ValueSide ? channels : channels switch
    {
        Channels.Key => Channels.Value,
        Channels.Value => Channels.Key,
        _ => channels,
    };

    private string TileName(Role role, Channels channels, string name) => role switch
    {
        Role.Query => "q",
        Role.Key => declaration.ValueSide ? "v" : "k",
        Role.Value => declaration.ValueSide ? "k" : "v",
        Role.LogDecay => Side(channels) == Channels.Value ? "gv" : "g",
        Role.WriteStrength => "beta",
        Role.EraseGate => "b",
        Role.WriteGate => "w",
        Role.EraseKey => "p",
        Role.TransitionRead => "a",
        Role.TransitionWrite => "b",
        Role.Bonus => "u",
        Role.Output => "o",
        _ => Unique(name),
    };

    private string Unique(string name)
    {
        string tile = char.ToLowerInvariant(name[0]) + name.Substring(1);
        bool taken = Reserved.Contains(tile) || order.Any(x => x.Tile == tile) || SyntaxFacts.GetKeywordKind(tile) != SyntaxKind.None;
        return taken ? tile + "_" : tile;
    }

    private void Add(Dictionary<string, Source> sources, string name, Source source)
    {
        sources.Add(name, source);
        order.Add(source);
    }

    private Quantity Required(Role role) =>
        Find(role) ?? throw new InvalidOperationException($"{declaration.Name} has no {role}; the parser lets no such declaration through.");

    private Quantity? Find(Role role, Func<Channels, bool>? channels = null)
    {
        foreach (InputModel input in declaration.Inputs)
        {
            if (input.Role == role && (channels is null || channels(input.Channels)))
            {
                Source source = inputs[input.Name];
                GateModel? gate = declaration.Gates.FirstOrDefault(x => x.Target == input.Name);
                string tile = TileName(role, input.Channels, input.Name);
                return gate is null
                    ? new Quantity(tile, source.Channels, source.PerUpdate, new Expr.Argument(source.Normalized), $"{source.Role} {input.Name}")
                    : new Quantity(tile, source.Channels, source.PerUpdate, Resolve(gate), $"gate {gate.Name}");
            }
        }

        foreach (GateModel gate in declaration.Gates)
        {
            if (gate.Role == role && gate.Target.Length == 0)
            {
                Channels own = ChannelsOf(gate, role);
                if (channels is null || channels(own))
                {
                    return new Quantity(TileName(role, own, gate.Name), Side(own), PerUpdate(role), Resolve(gate), $"gate {gate.Name}");
                }
            }
        }

        return null;
    }

    /// <summary>The granularity of a derived role: that of its finest argument; keys, values and the output have theirs whatever the arguments.</summary>
    private Channels ChannelsOf(GateModel gate, Role role)
    {
        switch (role)
        {
            case Role.Query or Role.Key or Role.EraseKey or Role.TransitionRead or Role.TransitionWrite or Role.Bonus:
                return Channels.Key;
            case Role.Value or Role.Output:
                return Channels.Value;
        }

        IEnumerable<Channels> arguments = gate.Parameters.Select(x => x.Kind switch
        {
            GateParameterKind.Input => declaration.Inputs.First(y => y.Name == x.Input).Channels,
            GateParameterKind.PerKeyChannel => Channels.Key,
            GateParameterKind.PerValueChannel => Channels.Value,
            _ => Channels.Scalar,
        });
        return arguments.FirstOrDefault(x => x is Channels.Key or Channels.Value);
    }

    /// <summary>The gate's expression over tiles.</summary>
    private Expr Resolve(GateModel gate) => gate.Body.Replace(argument =>
    {
        GateParameter parameter = gate.Parameters.First(x => x.Name == argument.Name);
        return new Expr.Argument(parameter.Kind switch
        {
            GateParameterKind.Input => inputs[parameter.Input].Normalized,
            GateParameterKind.HeadIndex => "head",
            GateParameterKind.HeadCount => "heads",
            GateParameterKind.Readout => "read",
            GateParameterKind.Normalizer => "z",
            _ => parameters[Capital(parameter.Name)].Tile,
        });
    });

    private double LowerBound(Quantity? decay)
    {
        if (decay is null)
        {
            return 0;
        }

        double promised = declaration.Inputs.Where(x => x.Role == Role.LogDecay && Side(x.Channels) != Channels.Value).Select(x => x.LowerBound)
            .Concat(declaration.Gates.Where(x => x.Role == Role.LogDecay && x.Target.Length == 0).Select(x => x.LowerBound))
            .Where(x => !double.IsNaN(x)).DefaultIfEmpty(double.NegativeInfinity).First();
        return Math.Max(promised, ExprRange.Of(decay.Value).Low);
    }
}
