using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator.Tests;

/// <summary>What is asked of an incremental pipeline.</summary>
internal static class Pipeline
{
    /// <summary>Every output of every step is the one of the run before.</summary>
    public static void RanNothing(GeneratorRun run) =>
        Assert.DoesNotContain(run.Reasons, x => x.Reason is not (IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));

    /// <summary>Nothing reachable from what the steps keep belongs to the compiler: it would keep whole compilations in memory and differ at every edit.</summary>
    public static void HoldsNoCompiler(IEnumerable<object> kept)
    {
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        foreach (object item in kept)
        {
            Walk(item, item.GetType().Name, seen);
        }
    }

    private static void Walk(object value, string path, HashSet<object> seen)
    {
        Assert.False(
            value is ISymbol or SyntaxNode or SyntaxTree or SyntaxReference or Location or Compilation or SemanticModel or IOperation,
            $"The pipeline keeps a {value.GetType()} at {path}.");
        Type type = value.GetType();
        if (type.IsPrimitive || type.IsEnum || value is string or MemberInfo or Assembly || (!type.IsValueType && !seen.Add(value)))
        {
            return;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (value is Array array)
        {
            foreach (object? element in array)
            {
                if (element is not null)
                {
                    Walk(element, path + "[]", seen);
                }
            }

            return;
        }

        for (Type? part = type; part is not null; part = part.BaseType)
        {
            foreach (FieldInfo field in part.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (field.GetValue(value) is { } inner)
                {
                    Walk(inner, $"{path}.{field.Name}", seen);
                }
            }
        }
    }
}
