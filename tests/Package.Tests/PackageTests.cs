using System.IO.Compression;

namespace AttentionDsl.Package.Tests;

/// <summary>The package as a user has it: packed, restored into an empty project, used.</summary>
public sealed class PackageTests(Sandbox sandbox) : IClassFixture<Sandbox>
{
    [Fact]
    public void Holds_the_assemblies_with_their_documentation_the_analyzers_and_the_license()
    {
        using ZipArchive package = ZipFile.OpenRead(sandbox.Package);
        string[] entries = [.. package.Entries.Select(x => x.FullName)];
        foreach (string expected in new[]
        {
            "lib/net10.0/AttentionDsl.dll", "lib/net10.0/AttentionDsl.xml", "lib/net10.0/AttentionDsl.Runtime.dll", "lib/net10.0/AttentionDsl.Runtime.xml",
            "analyzers/dotnet/cs/AttentionDsl.Generator.dll", "analyzers/dotnet/cs/AttentionDsl.CodeFixes.dll", "README.md", "LICENSE",
        })
        {
            Assert.Contains(expected, entries);
        }

        Assert.DoesNotContain(entries, x => x.Contains("ILGPU", StringComparison.Ordinal));
    }

    [Fact]
    public void A_declaration_of_the_users_own_agrees_with_the_oracle_and_a_bad_one_is_an_error_with_a_remedy()
    {
        Sandbox.Finished run = sandbox.Dotnet("run");
        Assert.True(run.Code == 0, run.Text);
        Assert.Contains("FadingMemory: agrees with the oracle", run.Text, StringComparison.Ordinal);
        Assert.Contains("S' = S~ + beta k (v - S~^T k)^T", run.Text, StringComparison.Ordinal);   // the README's declaration
        Assert.Contains("output Float32 [1, 20, 2, 8], gradient of Beta Float32 [1, 20, 2], of Sharpness Float32 [2]", run.Text, StringComparison.Ordinal);

        string program = Path.Combine(sandbox.Project, "Program.cs");
        File.WriteAllText(program, File.ReadAllText(program).Replace("public partial record", "public record", StringComparison.Ordinal));
        Sandbox.Finished build = sandbox.Dotnet("build", "--no-restore");
        Assert.NotEqual(0, build.Code);
        Assert.Contains("error ATTN001: 'FadingMemory' must be declared partial", build.Text, StringComparison.Ordinal);
    }
}
