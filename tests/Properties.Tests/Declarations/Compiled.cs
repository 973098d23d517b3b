extern alias generator;

using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using AttentionDsl.Runtime;
using generator::AttentionDsl.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionDsl.Properties.Tests;

/// <summary>Declarations, generated, compiled and loaded in one go; unloaded when disposed.</summary>
internal sealed class Compiled : IDisposable
{
    private const string Usings = """
        global using AttentionDsl;
        global using static AttentionDsl.GateMath;
        """;

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(x => MetadataReference.CreateFromFile(x))];

    private readonly AssemblyLoadContext context = new(null, isCollectible: true);
    private readonly Assembly assembly;

    private Compiled(Stream image) => assembly = context.LoadFromStream(image);

    /// <summary>Compiles declarations that must be legal.</summary>
    /// <exception cref="InvalidOperationException">The generator failed, the analyzer reported an error, or the generated code does not compile.</exception>
    public static Compiled Of(IEnumerable<string> declarations)
    {
        CSharpCompilation source = Source(declarations);
        string[] refused = [.. Analyze(source).Where(x => x.Severity == DiagnosticSeverity.Error).Select(x => x.ToString())];
        Compilation output = Generate(source, out ImmutableArray<Diagnostic> diagnostics);
        using var image = new MemoryStream();
        string[] errors = [.. refused, .. diagnostics.Concat(output.Emit(image).Diagnostics).Where(x => x.Severity == DiagnosticSeverity.Error || x.Id is "CS8784" or "CS8785").Select(x => x.ToString())];
        if (errors.Length > 0)
        {
            throw new InvalidOperationException(string.Join('\n', errors.Take(20)));
        }

        image.Position = 0;
        return new Compiled(image);
    }

    /// <summary>What the analyzer says of declarations, the generator's own failures, and the errors that the generated code adds.</summary>
    public static (ImmutableArray<Diagnostic> Reported, ImmutableArray<Diagnostic> Failures) Diagnose(params string[] declarations)
    {
        CSharpCompilation source = Source(declarations);
        ImmutableArray<Diagnostic> reported = Analyze(source);
        Compilation output = Generate(source, out ImmutableArray<Diagnostic> diagnostics);
        return (reported, [.. diagnostics, .. output.GetDiagnostics().Where(x => x.Severity == DiagnosticSeverity.Error)]);
    }

    /// <summary>The variant of a declaration, by its full name.</summary>
    public IVariant Variant(string name) => (IVariant)assembly.GetType(name, throwOnError: true)!.GetProperty("Variant")!.GetValue(null)!;

    public void Dispose() => context.Unload();

    private static CSharpCompilation Source(IEnumerable<string> declarations) => CSharpCompilation.Create(
        "Random",
        [CSharpSyntaxTree.ParseText(Usings, Language), .. declarations.Select(x => CSharpSyntaxTree.ParseText(x, Language))],
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));

    private static ImmutableArray<Diagnostic> Analyze(CSharpCompilation source) =>
        source.WithAnalyzers([new DeclarationAnalyzer()]).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();

    private static Compilation Generate(CSharpCompilation source, out ImmutableArray<Diagnostic> diagnostics)
    {
        CSharpGeneratorDriver.Create([new AttentionGenerator().AsSourceGenerator()], parseOptions: Language)
            .RunGeneratorsAndUpdateCompilation(source, out Compilation output, out diagnostics);
        return output;
    }
}
