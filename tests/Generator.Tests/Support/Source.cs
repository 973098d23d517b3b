using System.Collections.Immutable;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionDsl.Generator.Tests;

/// <summary>Compiles source texts against the DSL, as a user's project does.</summary>
internal static class Source
{
    private const string Usings = """
        global using System;
        global using AttentionDsl;
        global using static AttentionDsl.GateMath;
        """;

    private static readonly ImmutableArray<MetadataReference> References =
        [.. Net100.References.All, MetadataReference.CreateFromFile(typeof(RecurrentAttentionAttribute).Assembly.Location)];

    public static CSharpCompilation Compile(params string[] sources)
    {
        CSharpParseOptions options = new(LanguageVersion.Latest);
        return CSharpCompilation.Create(
            "Declarations",
            [CSharpSyntaxTree.ParseText(Usings, options), .. sources.Select((x, i) => CSharpSyntaxTree.ParseText(x, options, $"Source{i}.cs"))],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>The first type with the attribute, parsed.</summary>
    public static (Declaration? Declaration, EquatableArray<Problem> Problems) Parse(params string[] sources)
    {
        CSharpCompilation compilation = Compile(sources);
        return DeclarationParser.Parse(Declared(compilation), compilation, default);
    }

    /// <summary>The first type with the attribute, which must be legal.</summary>
    public static Declaration Read(params string[] sources)
    {
        CSharpCompilation compilation = Compile(sources);
        Assert.Empty(compilation.GetDiagnostics().Where(x => x.Severity == DiagnosticSeverity.Error));
        (Declaration? declaration, EquatableArray<Problem> problems) = DeclarationParser.Parse(Declared(compilation), compilation, default);
        Assert.Empty(problems.Where(x => Descriptors.Of(x.Id).DefaultSeverity >= DiagnosticSeverity.Warning).Select(Descriptors.Message));
        return declaration!;
    }

    /// <summary>What the analyzer reports, sorted by place.</summary>
    public static async Task<ImmutableArray<Diagnostic>> Analyze(params string[] sources)
    {
        ImmutableArray<Diagnostic> found = await Compile(sources).WithAnalyzers([new DeclarationAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        return [.. found.OrderBy(x => x.Location.SourceSpan.Start).ThenBy(x => x.Id, StringComparer.Ordinal)];
    }

    private static INamedTypeSymbol Declared(Compilation compilation) =>
        All(compilation.Assembly.GlobalNamespace).First(x => x.Dsl("RecurrentAttention") is not null);

    private static IEnumerable<INamedTypeSymbol> All(INamespaceOrTypeSymbol scope) => scope.GetMembers().OfType<INamespaceOrTypeSymbol>()
        .SelectMany(x => All(x).Prepend(x as INamedTypeSymbol).OfType<INamedTypeSymbol>());
}
