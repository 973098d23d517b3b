using System.Reflection;

namespace AttentionDsl.Generator.Tests;

/// <summary>Where the sources are that tests read: the build tells (paths in debug information may be rewritten).</summary>
internal static class Repository
{
    /// <summary>The folder of this test project.</summary>
    public static string Tests { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(x => x.Key == "ProjectDirectory").Value!;

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Tests, "..", ".."));

    /// <summary>The files of samples/Variants that declare variants, by name without ending.</summary>
    public static IEnumerable<string> VariantFiles => Directory.GetFiles(Path.Combine(Root, "samples", "Variants"), "*.cs")
        .Select(x => Path.GetFileNameWithoutExtension(x)).Where(x => Variant(x).Contains("\n[RecurrentAttention", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>The text of a file, by its path from the solution's folder.</summary>
    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    /// <summary>The text of a file of samples/Variants.</summary>
    public static string Variant(string name) => Read("samples", "Variants", name + ".cs");
}
