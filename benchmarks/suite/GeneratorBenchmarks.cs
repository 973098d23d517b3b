using AttentionDsl.Generator;
using AttentionDsl.Runtime;
using AttentionDsl.Variants;
using Basic.Reference.Assemblies;
using BenchmarkDotNet.Attributes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionDsl.Benchmarks.Suite;

/// <summary>What one declaration costs a compilation: when it is new, and when something else was edited.</summary>
public class GeneratorBenchmarks
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest);

    private CSharpCompilation compilation = null!;
    private CSharpCompilation edited = null!;
    private GeneratorDriver warm = null!;

    /// <summary>The variant.</summary>
    [Params("RetNet", "GatedDeltaNet", "KimiDelta", "Mamba2", "Rwkv7", "KimiDeltaProduct")]
    public string Variant { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        string declaration = Catalog.All.Single(x => x.Description.Name == Variant).Description.Declaration;
        compilation = CSharpCompilation.Create(
            "Declarations",
            [CSharpSyntaxTree.ParseText($"using AttentionDsl;\nusing static AttentionDsl.GateMath;\n\n{declaration}", Options)],
            [
                .. Net100.References.All,
                MetadataReference.CreateFromFile(typeof(RecurrentAttentionAttribute).Assembly.Location),
                MetadataReference.CreateFromFile(typeof(IVariant).Assembly.Location),
            ],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        edited = compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText("internal sealed class Elsewhere { }", Options));
        warm = Driver().RunGenerators(compilation);
        if (warm.GetRunResult().GeneratedTrees.Length == 0)
        {
            throw new InvalidOperationException($"{Variant}: nothing was generated.");
        }
    }

    /// <summary>All files of a declaration that the generator has not seen.</summary>
    [Benchmark]
    public GeneratorDriver NewDeclaration() => Driver().RunGenerators(compilation);

    /// <summary>Another file was edited.</summary>
    [Benchmark]
    public GeneratorDriver UnrelatedEdit() => warm.RunGenerators(edited);

    private static CSharpGeneratorDriver Driver() => CSharpGeneratorDriver.Create([new AttentionGenerator().AsSourceGenerator()], parseOptions: Options);
}
