using System.Collections.Immutable;
using System.Text;
using AttentionDsl.Runtime;
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
        global using System.Collections.Generic;
        global using System.Linq;
        global using AttentionDsl;
        global using AttentionDsl.Runtime;
        global using static AttentionDsl.GateMath;
        """;

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. Net100.References.All,
        MetadataReference.CreateFromFile(typeof(RecurrentAttentionAttribute).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(IVariant).Assembly.Location),
        MetadataReference.CreateFromFile(typeof(ILGPU.Context).Assembly.Location),
    ];

    /// <summary>The SDK's own NoWarn: references to older versions of the framework are no matter.</summary>
    private static readonly ImmutableDictionary<string, ReportDiagnostic> AsTheSdk =
        ImmutableDictionary<string, ReportDiagnostic>.Empty.Add("CS1701", ReportDiagnostic.Suppress).Add("CS1702", ReportDiagnostic.Suppress);

    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.Latest);

    public static CSharpCompilation Compile(params string[] sources)
    {
        return CSharpCompilation.Create(
            "Declarations",
            [Tree(Usings, "Usings.cs"), .. sources.Select((x, i) => Tree(x, $"Source{i}.cs"))],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, optimizationLevel: OptimizationLevel.Release)
                .WithSpecificDiagnosticOptions(AsTheSdk));
    }

    private static SyntaxTree Tree(string text, string path) => CSharpSyntaxTree.ParseText(text, ParseOptions, path, Encoding.UTF8);

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
    public static Task<ImmutableArray<Diagnostic>> Analyze(params string[] sources) => Analyze(Compile(sources));

    /// <inheritdoc cref="Analyze(string[])"/>
    public static async Task<ImmutableArray<Diagnostic>> Analyze(Compilation compilation)
    {
        ImmutableArray<Diagnostic> found = await compilation.WithAnalyzers([new DeclarationAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        return [.. found.OrderBy(x => x.Location.SourceSpan.Start).ThenBy(x => x.Id, StringComparer.Ordinal)];
    }

    private static INamedTypeSymbol Declared(Compilation compilation) =>
        All(compilation.Assembly.GlobalNamespace).First(x => x.Dsl("RecurrentAttention") is not null);

    private static IEnumerable<INamedTypeSymbol> All(INamespaceOrTypeSymbol scope) => scope.GetMembers().OfType<INamespaceOrTypeSymbol>()
        .SelectMany(x => All(x).Prepend(x as INamedTypeSymbol).OfType<INamedTypeSymbol>());
}
