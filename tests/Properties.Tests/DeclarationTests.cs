using AttentionDsl.Runtime;
using CsCheck;

namespace AttentionDsl.Properties.Tests;

/// <summary>Random declarations, generated, compiled and run on random calls.</summary>
public class DeclarationTests
{
    // Compiling is most of the work: many declarations in one go.
    private const int Together = 25;

    /// <summary>Cases to run: 200, or what the environment variable PROPERTY_CASES says.</summary>
    private static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("PROPERTY_CASES"), out int cases) ? cases : 200;

    /// <summary>What CsCheck prints on a failure repeats it: set CsCheck_Seed.</summary>
    [Fact]
    public void Every_property_holds_for_every_legal_declaration() =>
        Gen.Select(RandomAxes.Legal, RandomShapes.Any).Array[Together].Sample(
            cases => Run(cases), iter: Math.Max(1, (Cases + Together - 1) / Together), threads: 1, print: _ => "the batch; the case is below");

    private static void Run((Axes Axes, CaseShape Shape)[] cases)
    {
        using Compiled compiled = Compiled.Of(cases.Select((x, i) => $"namespace Case{i};\n" + DeclarationText.Of(x.Axes, "Layer")));
        List<string> failures = [];
        for (int i = 0; i < cases.Length; i++)
        {
            string wrong;
            try
            {
                wrong = Properties.Violated(compiled.Variant($"Case{i}.Layer"), cases[i].Shape);
            }
            catch (Exception exception)
            {
                wrong = exception.ToString();
            }

            if (wrong.Length > 0)
            {
                failures.Add($"{Describe(cases[i].Axes, cases[i].Shape, i)}\n{wrong}");
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    private static string Describe(Axes axes, CaseShape shape, int index) =>
        $"// case {index}: B {shape.Batch} T {shape.Tokens} H {shape.QueryHeads}:{shape.Heads} K {shape.K} V {shape.V} n {shape.Updates} C {shape.Options.ChunkLength} valueFirst {shape.Options.StateValueFirst} h0 {shape.InitialState} seed {shape.Seed} offsets {string.Join(' ', shape.Options.SequenceOffsets ?? [])}\n{DeclarationText.Of(axes, "Layer")}";
}
