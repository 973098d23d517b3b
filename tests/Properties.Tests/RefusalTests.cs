using System.Collections.Immutable;
using CsCheck;
using Microsoft.CodeAnalysis;

namespace AttentionDsl.Properties.Tests;

/// <summary>What the generator cannot do is refused by a diagnostic at the declaration, and by nothing else.</summary>
public class RefusalTests
{
    private static readonly (string Name, Func<string, string> Change, string[] Expected)[] Mistakes =
    [
        ("not partial", x => x.Replace("partial ", ""), ["ATTN001"]),
        ("a class", x => x.Replace("partial record", "partial class"), ["ATTN003"]),
        ("no query", x => Remove(x, "[Query(L2Normalize = true)] ", "[Query] "), ["ATTN010"]),
        ("no value", x => Remove(x, "[Value] "), ["ATTN010"]),
        ("two values", x => Add(x, "[Value] ValueVector Second"), ["ATTN011"]),
        ("a query of value channels", x => x.Replace("KeyVector Q", "ValueVector Q"), ["ATTN012"]),
        ("a value that is no operand", x => x.Replace("ValueVector V,", "float[] V,").Replace("ValueVector V)", "float[] V)"), ["ATTN013"]),
        ("two roles at once", x => x.Replace("[Value] ", "[Value, Bonus] "), ["ATTN014"]),
        ("an erase on its own", x => Add(x, "[TransitionRead] KeyVector Lonely"), ["ATTN015", "ATTN016", "ATTN011"]),
        ("an input that nothing reads", x => Add(x, "Scalar Idle"), ["ATTN019"]),
        ("a gate outside the language", x => Gate(x, "[Gate(nameof(V))] private static float Bad(float v) => System.MathF.Cbrt(v);"), ["ATTN022", "ATTN021"]),
        ("a gate with a statement", x => Gate(x, "[Gate(nameof(V))] private static float Bad(float v) { return v; }"), ["ATTN020"]),
        ("a gate of nothing", x => Gate(x, "[Gate(\"Nothing\")] private static float Bad(float v) => v;"), ["ATTN023"]),
        ("a parameter that stands for nothing", x => Gate(x, "[Gate(nameof(V))] private static float Bad(float v, float other) => v * other;"), ["ATTN024"]),
        ("a gate that calls itself", x => Gate(x, "[Gate(nameof(V))] private static float Bad(float v) => Bad(v);"), ["ATTN026"]),
        ("a value gate that reads keys", x => Gate(x, "[Gate(nameof(V))] private static float Bad(float v, [PerKeyChannel] float w) => v * w;"), ["ATTN027"]),
        ("a gate that reads the state", x => Gate(x, "[Gate(nameof(V))] private static float Bad(float v, float s) => v * s;"), ["ATTN030", "ATTN024"]),
    ];

    [Fact]
    public void A_mistake_in_a_legal_declaration_is_reported() =>
        Gen.Select(RandomAxes.Legal, Gen.Int[0, Mistakes.Length - 1]).Sample(
            (axes, index) =>
            {
                (string name, Func<string, string> change, string[] expected) = Mistakes[index];
                string declaration = change("namespace Case;\n" + DeclarationText.Of(axes with { ValueGate = false }, "Layer"));
                (ImmutableArray<Diagnostic> reported, ImmutableArray<Diagnostic> failures) = Compiled.Diagnose(declaration);
                string[] errors = [.. reported.Where(x => x.Severity == DiagnosticSeverity.Error).Select(x => x.Id)];
                Assert.True(errors.Intersect(expected).Any(), $"{name}: expected {string.Join(" or ", expected)}, but got '{string.Join(", ", errors)}' for\n{declaration}");
                Assert.True(failures.IsEmpty, $"{name}: besides the diagnostic there are\n{string.Join('\n', failures)}\nfor\n{declaration}");
            },
            iter: 60, threads: 1);

    [Fact]
    public void Any_product_of_the_axes_is_refused_or_compiles() =>
        RandomAxes.Any.Array[10].Sample(
            batch =>
            {
                foreach ((int i, Axes axes) in batch.Index())
                {
                    string declaration = $"namespace Case{i};\n{DeclarationText.Of(axes, "Layer")}";
                    (ImmutableArray<Diagnostic> reported, ImmutableArray<Diagnostic> failures) = Compiled.Diagnose(declaration);
                    Assert.True(failures.IsEmpty, $"{string.Join('\n', failures)}\nfor\n{declaration}");
                    bool refused = reported.Any(x => x.Severity == DiagnosticSeverity.Error);
                    Assert.True(!refused || axes != axes.Legal(), $"{string.Join('\n', reported)}\nfor\n{declaration}");
                }
            },
            iter: 5, threads: 1);

    private static string Remove(string text, params string[] parts) => parts.Aggregate(text, (x, part) => x.Replace(part, ""));

    private static string Add(string text, string input)
    {
        int end = text.IndexOf(")\n{", StringComparison.Ordinal);
        end = end < 0 ? text.LastIndexOf(");", StringComparison.Ordinal) : end;
        return text.Insert(end, ",\n    " + input);
    }

    private static string Gate(string text, string gate) =>
        text.EndsWith(';') && !text.EndsWith("};", StringComparison.Ordinal) && !text.Contains("\n{") ? $"{text[..^1]}\n{{\n    {gate}\n}}" : text.Insert(text.LastIndexOf('}'), $"    {gate}\n");
}
