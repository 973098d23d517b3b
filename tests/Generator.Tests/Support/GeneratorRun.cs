using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionDsl.Generator.Tests;

/// <summary>
/// The generator over sources. Every run is done twice, the second time after edits that mean nothing (<see cref="Edits.Unrelated"/>): nothing may be
/// generated anew, and nothing that the pipeline keeps may hold on to the compiler's trees and symbols.
/// </summary>
internal sealed class GeneratorRun
{
    private readonly GeneratorDriver driver;

    private GeneratorRun(GeneratorDriver driver, CSharpCompilation input)
    {
        Input = input;
        this.driver = driver.RunGeneratorsAndUpdateCompilation(input, out Compilation output, out ImmutableArray<Diagnostic> diagnostics);
        Output = output;
        Result = this.driver.GetRunResult().Results.Single();
        Assert.Null(Result.Exception);
        Assert.Empty(diagnostics);
    }

    /// <summary>What went in.</summary>
    public CSharpCompilation Input { get; }

    /// <summary>What went in, and the generated sources.</summary>
    public Compilation Output { get; }

    public GeneratorRunResult Result { get; }

    /// <summary>The generated texts by hint name.</summary>
    public ImmutableSortedDictionary<string, string> Texts =>
        Result.GeneratedSources.ToImmutableSortedDictionary(x => x.HintName, x => x.SourceText.ToString(), StringComparer.Ordinal);

    /// <summary>Why each output of the generator's own steps, and each set of files, is there.</summary>
    public IEnumerable<(string Step, IncrementalStepRunReason Reason)> Reasons =>
        from step in OwnSteps.Concat(Result.TrackedOutputSteps)
        from run in step.Value
        from output in run.Outputs
        select (step.Key, output.Reason);

    /// <summary>Everything that the generator's own steps keep.</summary>
    public IEnumerable<object> Kept => OwnSteps.SelectMany(x => x.Value).SelectMany(x => x.Outputs).Select(x => x.Value);

    private IEnumerable<KeyValuePair<string, ImmutableArray<IncrementalGeneratorRunStep>>> OwnSteps =>
        Result.TrackedSteps.Where(x => AttentionGenerator.Steps.Contains(x.Key));

    /// <summary>Runs the generator, twice.</summary>
    public static GeneratorRun Of(params string[] sources) => Of(Source.Compile(sources));

    /// <inheritdoc cref="Of(string[])"/>
    public static GeneratorRun Of(CSharpCompilation input)
    {
        GeneratorRun first = new(
            CSharpGeneratorDriver.Create(
                [new AttentionGenerator().AsSourceGenerator()],
                parseOptions: Source.ParseOptions,
                driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true)),
            input);
        Pipeline.HoldsNoCompiler(first.Kept);
        Pipeline.RanNothing(first.Then(Edits.Unrelated(input)));
        return first;
    }

    /// <summary>The generator after an edit, with what it remembers of this run.</summary>
    public GeneratorRun Then(CSharpCompilation edited) => new(driver, edited);
}
