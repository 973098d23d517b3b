using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator.Tests.Compiled;

/// <summary>The declared variants compile with their generated code, without a warning, in a project that has nothing but the DSL and the runtime.</summary>
public class SampleTests
{
    public static TheoryData<string> Files => [.. Repository.VariantFiles];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task CompilesWithoutWarning(string file)
    {
        GeneratorRun run = GeneratorRun.Of(Repository.Variant(file));
        Assert.NotEmpty(run.Texts);
        Assert.Empty(run.Output.GetDiagnostics().Where(x => x.Severity >= DiagnosticSeverity.Warning));
        Assert.Empty((await Source.Analyze(Repository.Variant(file))).Where(x => x.Severity >= DiagnosticSeverity.Warning));
    }
}
