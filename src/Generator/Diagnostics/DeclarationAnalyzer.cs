using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionDsl.Generator;

/// <summary>Reports what the parser finds wrong with a declaration, at the place it is written.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DeclarationAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The key under which a diagnostic carries what a code fix can do.</summary>
    internal const string Fix = "Fix";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => Descriptors.All;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);
    }

    private static void Analyze(SymbolAnalysisContext context)
    {
        INamedTypeSymbol type = (INamedTypeSymbol)context.Symbol;
        if (type.Dsl("RecurrentAttention") is null)
        {
            return;
        }

        ProblemList problems = new();
        DeclarationParser.Read(type, context.Compilation, problems, context.CancellationToken);
        foreach ((Problem problem, Location? place) in problems.Items)
        {
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.Of(problem.Id),
                place ?? Place(type, problem.Member, context.CancellationToken),
                problem.Fix.Length == 0 ? null : ImmutableDictionary<string, string?>.Empty.Add(Fix, problem.Fix),
                problem.Arguments.ToArray<object>()));
        }
    }

    /// <summary>The name of a member: a parameter of the record, a method, <c>Method.parameter</c>; the record's own name otherwise.</summary>
    private static Location Place(INamedTypeSymbol type, string member, CancellationToken token)
    {
        int dot = member.IndexOf('.');
        string name = dot < 0 ? member : member.Substring(0, dot);
        ISymbol? symbol = DeclarationParser.PrimaryConstructor(type, token)?.Parameters.FirstOrDefault(x => x.Name == name);
        if (symbol is null || dot >= 0)
        {
            IMethodSymbol? method = type.GetMembers(name).OfType<IMethodSymbol>().FirstOrDefault(x => x.DslAttributes().Any());
            symbol = dot < 0 ? method : method?.Parameters.FirstOrDefault(x => x.Name == member.Substring(dot + 1));
        }

        return symbol?.Locations.FirstOrDefault(x => x.IsInSource)
            ?? DeclarationParser.MarkedPart(type, token)?.Identifier.GetLocation()
            ?? type.Locations[0];
    }
}
