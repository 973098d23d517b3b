using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace AttentionDsl.Package.Tests;

/// <summary>A folder of its own with the packed package as its only source, and a project that uses it. Deleted at the end.</summary>
public sealed class Sandbox : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("attention-dsl-package-").FullName;

    public Sandbox()
    {
        string packages = Path.Combine(folder, "packages");
        Finished packed = Dotnet("pack", Metadata("PackageProject"), "--no-build", "-c", Metadata("Configuration"), "-o", packages);
        Assert.True(packed.Code == 0, packed.Text);
        Package = Assert.Single(Directory.GetFiles(packages));
        Directory.CreateDirectory(Project);
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Consumer")))
        {
            File.Copy(file, Path.Combine(Project, Path.GetFileName(file)));
        }

        // The declaration that the README begins with belongs to the project, too, and so do calls as documents show them: what newcomers copy compiles.
        string[] readme = Examples("README.md");
        File.WriteAllText(Path.Combine(Project, "Readme.cs"), readme[0]);
        File.WriteAllText(Path.Combine(Project, "Calls.cs"), Calls([string.Join('\n', readme[1..]), .. Examples("serving.md")]));

        // A cache of its own: the package that this machine may have from before is not what is tested. What the package depends on was
        // restored for this repository and is read from there, so that nothing is downloaded.
        File.WriteAllText(Path.Combine(Project, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(folder, "cache")}" /></config>
              <fallbackPackageFolders><add key="restored" value="{Metadata("PackagesFolder")}" /></fallbackPackageFolders>
              <packageSources><clear /><add key="packed" value="{packages}" /></packageSources>
            </configuration>
            """);
    }

    /// <summary>The path of the package.</summary>
    public string Package { get; }

    /// <summary>The folder of the project that uses it.</summary>
    public string Project => Path.Combine(folder, "consumer");

    /// <summary>Runs the SDK in the project's folder.</summary>
    public Finished Dotnet(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = Directory.Exists(Project) ? Project : folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"dotnet {string.Join(' ', arguments)} did not end within 5 minutes");
        }

        return new Finished(process.ExitCode, output.Result + error.Result);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>The C# of a document, block by block.</summary>
    private static string[] Examples(string document) =>
        [.. File.ReadAllText(Path.Combine(AppContext.BaseDirectory, document)).Split("```csharp").Skip(1).Select(x => x.Split("```")[0])];

    /// <summary>A method each, in a class that has what the text around them speaks of.</summary>
    private static string Calls(string[] examples)
    {
        string methods = string.Join('\n', examples.Select((x, i) => $"    private static void Example{i}()\n    {{\n{Regex.Replace(x, @"^using [\w.]+;$", "", RegexOptions.Multiline)}\n    }}"));
        return $$"""
            using AttentionDsl;
            using AttentionDsl.Runtime;

            internal static class Calls
            {
                private static Tensor q = null!, k = null!, v = null!, g = null!, beta = null!, aLog = null!, dtBias = null!, initialState = null!, outputGradient = null!, state = null!, pool = null!;
                private static Tensor newQ = null!, output = null!;
                private static KimiDelta token = null!, tokens = null!, drafts = null!;
                private static KimiDelta.Parameters gates = null!;
                private static long slots = 0, heads = 0, keyChannels = 0, valueChannels = 0;
                private static bool more = false;

                private static int[] Choose(Tensor output) => [];

            {{methods}}
            }
            """;
    }

    private static string Metadata(string key) =>
        typeof(Sandbox).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(x => x.Key == key).Value!;

    /// <summary>A command that ended.</summary>
    /// <param name="Code">Its exit code.</param>
    /// <param name="Text">What it wrote.</param>
    public sealed record Finished(int Code, string Text);
}
