namespace AttentionDsl.Generator.Tests.Snapshots;

/// <summary>The generated code of the main variants, in files to read. The declarations are those of samples/Variants.</summary>
public class GeneratedCode
{
    [Fact]
    public Task RetNet() => Verify("RetNet");

    [Fact]
    public Task Mamba2() => Verify("Mamba2");

    [Fact]
    public Task GatedDeltaNet() => Verify("GatedDeltaNet");

    [Fact]
    public Task KimiDelta() => Verify("KimiDelta");

    [Fact]
    public Task BoundedKimiDelta() => Verify("KimiDelta", "BoundedKimiDelta");

    private static Task Verify(string file, string? declaration = null) =>
        Snapshot.Verify(GeneratorRun.Of(Repository.Variant(file)), $"AttentionDsl.Variants.{declaration ?? file}", declaration ?? file, $"{nameof(GeneratedCode)}.cs");
}
