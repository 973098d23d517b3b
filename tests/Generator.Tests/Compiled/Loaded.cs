using System.Reflection;
using AttentionDsl.Runtime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Emit;

namespace AttentionDsl.Generator.Tests.Compiled;

/// <summary>Declarations compiled with their generated code and loaded into this process.</summary>
internal static class Loaded
{
    /// <summary>The variant of a declaration, by its full name.</summary>
    public static IVariant Variant(GeneratorRun run, string name)
    {
        using MemoryStream image = new();
        EmitResult result = run.Output.Emit(image);
        Assert.Empty(result.Diagnostics.Where(x => x.Severity >= DiagnosticSeverity.Warning));
        Assert.True(result.Success);
        Type type = Assembly.Load(image.ToArray()).GetType(name, throwOnError: true)!;
        return (IVariant)type.GetProperty("Variant", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }
}
