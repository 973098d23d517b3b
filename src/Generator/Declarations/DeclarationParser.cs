using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionDsl.Generator;

/// <summary>
/// From symbols to the value-equal declaration. The generator and the analyzer call the same parser; the generator drops the places of problems,
/// the analyzer drops the declaration.
/// </summary>
internal static class DeclarationParser
{
    /// <summary>Reads a declaration inside the generator's pipeline.</summary>
    public static (Declaration? Declaration, EquatableArray<Problem> Problems) Parse(GeneratorAttributeSyntaxContext context, CancellationToken token) =>
        Parse((INamedTypeSymbol)context.TargetSymbol, context.SemanticModel.Compilation, token);

    /// <summary>
    /// Reads a declaration and all that is wrong with it. The declaration is null if no part of the type can be generated (it is not partial,
    /// no record, or generic); with other errors it has its <see cref="Declaration.Error"/>, so that its members can be generated, throwing.
    /// </summary>
    public static (Declaration? Declaration, EquatableArray<Problem> Problems) Parse(INamedTypeSymbol type, Compilation compilation, CancellationToken token)
    {
        ProblemList problems = new();
        Declaration? declaration = Read(type, compilation, problems, token);
        return (declaration, problems.Items.Select(x => x.Problem).ToEquatableArray());
    }

    /// <summary>The same, with the places of the problems.</summary>
    public static Declaration? Read(INamedTypeSymbol type, Compilation compilation, ProblemList problems, CancellationToken token)
    {
        if (MarkedPart(type, token) is not { } part || !DeclarationShape.Check(type, part, problems))
        {
            return null;
        }

        HiddenTypes.Check(type, problems);
        AttributeData marker = type.Dsl("RecurrentAttention")!;
        EquatableArray<InputModel> inputs = PrimaryConstructor(type, token) is { } constructor
            ? constructor.Parameters.Select(x => Input(x, problems, token)).ToEquatableArray()
            : EquatableArray<InputModel>.Empty;
        GateMethodReader gates = new(compilation, inputs, problems, token);
        AttributeData? delta = Delta(type, problems, token);
        Declaration declaration = new()
        {
            Namespace = type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(),
            EnclosingTypes = part.Ancestors().OfType<TypeDeclarationSyntax>().Reverse().Select(DeclarationText.Head).ToEquatableArray(),
            Head = DeclarationText.Head(part),
            Name = type.Name,
            HintName = HintName(type),
            Accessibility = IsPublic(type) ? "public" : "internal",
            Summary = DeclarationText.Summary(part),
            Scale = marker.Named("Scale", float.NaN),
            KeyChannels = marker.Named("KeyChannels", 0),
            ValueChannels = marker.Named("ValueChannels", 0),
            SeveralUpdates = marker.Named("SeveralUpdates", false),
            ReadBeforeWrite = marker.Named("ReadBeforeWrite", false),
            DeltaRule = delta is not null,
            EraseBeforeDecay = delta?.Named("EraseBeforeDecay", false) ?? false,
            ValueSide = delta?.Named("Side", 0) == 1,
            Inputs = inputs,
            Gates = Methods(type, token).Select(gates.Read).OfType<GateModel>().ToEquatableArray(),
            Publications = type.DslAttributes().Where(x => x.Name == "PublishedAs")
                .Select(x => new PublicationModel(x.Data.Text(0), x.Data.Named("Flags", ""), x.Data.Text(1))).ToEquatableArray(),
            Text = DeclarationText.Of(part),
            Error = "",
        };
        foreach (Problem problem in Legality.Check(declaration, problems.Items.Select(x => x.Problem).ToArray()))
        {
            problems.Add(problem);
        }

        return FirstError(problems) is { } error ? declaration with { Error = Descriptors.Message(error) } : declaration;
    }

    /// <summary>The part of the type that carries the attribute.</summary>
    public static TypeDeclarationSyntax? MarkedPart(INamedTypeSymbol type, CancellationToken token) =>
        type.Dsl("RecurrentAttention")?.ApplicationSyntaxReference?.GetSyntax(token).FirstAncestorOrSelf<TypeDeclarationSyntax>();

    /// <summary>The constructor of the parameters after the type's name; null if there is none.</summary>
    public static IMethodSymbol? PrimaryConstructor(INamedTypeSymbol type, CancellationToken token) =>
        type.InstanceConstructors.FirstOrDefault(x => x.DeclaringSyntaxReferences.Any(y => y.GetSyntax(token) is TypeDeclarationSyntax));

    /// <summary>The methods that people wrote, in the order of the source.</summary>
    private static IEnumerable<IMethodSymbol> Methods(INamedTypeSymbol type, CancellationToken token) => type.GetMembers().OfType<IMethodSymbol>()
        .Where(x => x.MethodKind == MethodKind.Ordinary && x.DeclaringSyntaxReferences.Any(y => y.GetSyntax(token) is MethodDeclarationSyntax));

    private static Problem? FirstError(ProblemList problems) =>
        problems.Items.Select(x => x.Problem).FirstOrDefault(Descriptors.IsError);

    private static InputModel Input(IParameterSymbol parameter, ProblemList problems, CancellationToken token)
    {
        (Role Role, AttributeData Data)[] roles = parameter.RoleAttributes().ToArray();
        if (roles.Length > 1)
        {
            problems.Add(Problem.At("ATTN014", parameter.Name, parameter.Name, string.Join(", ", roles.Select(x => x.Role.Attribute()))).FixedBy($"remove:{roles[1].Role}"));
        }

        Channels? channels = parameter.Type.OperandChannels();
        if (channels is null)
        {
            problems.Add(Problem.At("ATTN013", parameter.Name, parameter.Name, parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat))
                .FixedBy($"type:{parameter.Name}:{Likely(roles.Select(x => x.Role).FirstOrDefault()).Operand()}"));
        }

        (Role role, AttributeData? data) = roles.FirstOrDefault();
        float bound = data?.Named("LowerBound", float.NaN) ?? float.NaN;
        if (bound >= 0 || float.IsInfinity(bound))
        {
            problems.Add(
                Problem.At("ATTN018", parameter.Name, "LogDecay.LowerBound", ExprPrinter.Literal(bound), parameter.Name, "a log decay lies between its bound and 0; give a negative number such as -5"),
                data?.Place(token));
        }

        return new InputModel(parameter.Name, role, channels ?? Likely(role), data?.Named("L2Normalize", false) ?? false, bound);
    }

    /// <summary>What an input without an operand type is taken for, so that it causes no second error.</summary>
    private static Channels Likely(Role role) => role switch
    {
        Role.Value or Role.WriteGate => Channels.Value,
        Role.Auxiliary or Role.LogDecay or Role.WriteStrength => Channels.Scalar,
        _ => Channels.Key,
    };

    /// <summary>The delta rule's attribute, on the record or on one of its parameters.</summary>
    private static AttributeData? Delta(INamedTypeSymbol type, ProblemList problems, CancellationToken token)
    {
        ISymbol[] places = new ISymbol[] { type }.Concat(PrimaryConstructor(type, token)?.Parameters.AsEnumerable() ?? []).Where(x => x.Dsl("DeltaRule") is not null).ToArray();
        if (places.Length > 1)
        {
            problems.Add(
                Problem.At("ATTN011", "", type.Name, places[0].Name, places[1].Name, "[DeltaRule]").FixedBy("remove:DeltaRule"),
                places[1].Dsl("DeltaRule")!.Place(token));
        }

        return places.FirstOrDefault()?.Dsl("DeltaRule");
    }

    private static bool IsPublic(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? x = type; x is not null; x = x.ContainingType)
        {
            if (x.DeclaredAccessibility != Accessibility.Public)
            {
                return false;
            }
        }

        return true;
    }

    private static string HintName(INamedTypeSymbol type)
    {
        string name = type.Name;
        for (INamedTypeSymbol? x = type.ContainingType; x is not null; x = x.ContainingType)
        {
            name = $"{x.Name}.{name}";
        }

        return type.ContainingNamespace.IsGlobalNamespace ? name : $"{type.ContainingNamespace.ToDisplayString().Replace("@", "")}.{name}";
    }
}
