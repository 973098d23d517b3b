using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <summary>Reads a method of the record that carries <c>[Gate]</c> or a role: what it computes, what its parameters stand for, its expression.</summary>
internal sealed class GateMethodReader(Compilation compilation, EquatableArray<InputModel> inputs, ProblemList problems, CancellationToken token)
{
    /// <summary>Names of parameters by which people mean the state or what was read from it.</summary>
    private static readonly HashSet<string> StateNames = ["s", "state", "memory", "hidden", "h", "previous", "o", "output", "read", "readout", "y"];

    /// <summary>The gate; null if the method is none.</summary>
    public GateModel? Read(IMethodSymbol method)
    {
        AttributeData? gate = method.Dsl("Gate");
        (Role Role, AttributeData Data)[] roles = method.RoleAttributes().ToArray();
        if (gate is null && roles.Length == 0)
        {
            return null;
        }

        if (roles.Length + (gate is null ? 0 : 1) > 1)
        {
            problems.Add(Problem.At("ATTN014", method.Name, method.Name, string.Join(", ", method.DslAttributes().Select(x => $"[{x.Name}]"))).FixedBy($"remove:{method.DslAttributes().Last().Name}"));
        }

        string target = gate is null ? "" : gate.Text(0);
        Role role = roles.Select(x => x.Role).FirstOrDefault();
        if (gate is not null)
        {
            InputModel? input = inputs.FirstOrDefault(x => x.Name == target);
            role = input?.Role ?? Role.Auxiliary;
            if (input is null || role == Role.Auxiliary)
            {
                string reason = input is null ? "is no parameter of the record" : "has no role, so nothing reads the gate's value";
                problems.Add(Problem.At("ATTN023", method.Name, method.Name, target, reason, Names(inputs.Where(x => x.Role != Role.Auxiliary))), gate.Place(token));
            }
        }

        CheckSettings(method, roles);
        EquatableArray<GateParameter> parameters = method.Parameters.Select((x, i) => Parameter(method, x, i == 0 && role == Role.Output, role)).ToEquatableArray();
        bool legal = CheckShape(method);
        return new GateModel(
            method.Name,
            target,
            role,
            parameters,
            legal ? new GateReader(compilation, method, problems, token).Read() : Expr.Zero,
            roles.Where(x => x.Role == Role.LogDecay).Select(x => (double)x.Data.Named("LowerBound", float.NaN)).DefaultIfEmpty(double.NaN).First());
    }

    private static string Names(IEnumerable<InputModel> inputs) => Words.Or(inputs.Select(x => x.Name));

    private bool CheckShape(IMethodSymbol method)
    {
        string? fault = 0 switch
        {
            _ when !method.IsStatic => "it is not static",
            _ when method.IsGenericMethod => "it is generic",
            _ when GateReader.Arrow(method, token) is null => "its body is not one expression after =>",
            _ when method.ReturnType.SpecialType != SpecialType.System_Single => $"it returns {method.ReturnType.ToDisplayString()}",
            _ => null,
        };
        if (fault is not null)
        {
            problems.Add(Problem.At("ATTN020", method.Name, method.Name, fault).FixedBy("gate"));
        }

        return fault is null;
    }

    /// <summary>Normalisation belongs to a tensor, before any gate; a gate's value has none.</summary>
    private void CheckSettings(IMethodSymbol method, (Role Role, AttributeData Data)[] roles)
    {
        foreach ((Role role, AttributeData data) in roles)
        {
            if (data.Named("L2Normalize", false))
            {
                problems.Add(
                    Problem.At("ATTN018", method.Name, $"{role}.L2Normalize", "true", method.Name, "inputs are normalised before gates; set it on the input that the gate reads"),
                    data.Place(token));
            }
        }
    }

    private GateParameter Parameter(IMethodSymbol method, IParameterSymbol parameter, bool readout, Role role)
    {
        string name = parameter.Name, member = $"{method.Name}.{name}";
        if (parameter.Type.SpecialType != SpecialType.System_Single || parameter.RefKind != RefKind.None)
        {
            bool state = parameter.Type.OperandChannels() is not null || parameter.Type is IArrayTypeSymbol || parameter.Type.Name is "Tensor" or "Span" or "ReadOnlySpan";
            problems.Add(state
                ? Problem.At("ATTN030", member, method.Name, $"{parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)} {name}")
                : Problem.At("ATTN020", member, method.Name, $"its parameter {name} is {parameter.Type.ToDisplayString()} and not float"));
            return new GateParameter(name, GateParameterKind.Setting, "");
        }

        (GateParameterKind Kind, string Name)[] kinds = parameter.KindAttributes().ToArray();
        InputModel? input = inputs.FirstOrDefault(x => Words.Lower(x.Name) == name || x.Name == name);
        if (kinds.Length > 1)
        {
            problems.Add(Problem.At("ATTN024", member, method.Name, name, $"carries {string.Join(" and ", kinds.Select(x => $"[{x.Name}]"))}; keep one"));
        }

        if (readout)
        {
            if (kinds.Length > 0 || input is not null)
            {
                string reason = kinds.Length > 0 ? $"carries [{kinds[0].Name}]" : $"is named like the input {input!.Name}";
                problems.Add(Problem.At("ATTN024", member, method.Name, name, $"is the first of an output gate and so is what was read from the state, but {reason}; put a parameter such as 'float o' before it"));
            }

            return new GateParameter(name, GateParameterKind.Readout, "");
        }

        if (kinds.Length > 0)
        {
            if (input is not null)
            {
                problems.Add(Problem.At("ATTN024", member, method.Name, name, $"is named like the input {input.Name} and carries [{kinds[0].Name}], too; rename it or leave the attribute out"));
            }
            else if (kinds[0].Kind == GateParameterKind.Normalizer && role != Role.Output)
            {
                problems.Add(Problem.At("ATTN030", member, method.Name, $"[Normalizer] {name}"));
            }

            return new GateParameter(name, kinds[0].Kind, "");
        }

        if (input is not null)
        {
            return new GateParameter(name, GateParameterKind.Input, input.Name);
        }

        problems.Add(StateNames.Contains(name)
            ? Problem.At("ATTN030", member, method.Name, name)
            : Problem.At("ATTN024", member, method.Name, name, $"is no input of the record ({string.Join(", ", inputs.Select(x => Words.Lower(x.Name)))}); name it like one, or say what it is: [PerHead], [PerKeyChannel], [PerValueChannel], [Setting], [HeadIndex] or [HeadCount]").FixedBy("attribute:PerHead"));
        return new GateParameter(name, GateParameterKind.Setting, "");
    }
}
