using AttentionDsl.Runtime;
using CsCheck;

namespace AttentionDsl.Properties.Tests;

/// <summary>Random declarations, generated, compiled and run on random calls.</summary>
public class DeclarationTests
{
    // Compiling is most of the work: many declarations in one go.
    private const int Together = 25;

    private const int Cases = 200;

    private static readonly Gen<(Axes, CaseShape)[]> Batches = Gen.Select(RandomAxes.Legal, RandomShapes.Any).Array[Together];

    /// <summary>How many fresh cases the environment variable PROPERTY_CASES asks for; null: the gate's own cases, the same at every run.</summary>
    private static readonly int? Fresh = int.TryParse(Environment.GetEnvironmentVariable("PROPERTY_CASES"), out int cases) ? cases : null;

    /// <summary>A gate must not fail for what nobody changed: its cases are fixed. Fresh ones print what repeats them: set CsCheck_Seed.</summary>
    [Fact]
    public void Every_property_holds_for_every_legal_declaration()
    {
        if (Fresh is int fresh)
        {
            Batches.Sample(Run, iter: Math.Max(1, (fresh + Together - 1) / Together), threads: 1, print: _ => "the batch; the case is below");
            return;
        }

        // A batch is compiled and run by one thread for the most part.
        Parallel.For(0, Cases / Together, batch => Run(Batches.Generate(new PCG((uint)batch, 20261124), null, out _)));
    }

    private static void Run((Axes Axes, CaseShape Shape)[] cases)
    {
        using Compiled compiled = Compile([.. cases.Select((x, i) => $"namespace Case{i};\n" + DeclarationText.Of(x.Axes, "Layer"))]);
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

    /// <summary>Generates and compiles; a failure says which declarations it is about, since it is none of a call.</summary>
    private static Compiled Compile(string[] declarations)
    {
        try
        {
            return Compiled.Of(declarations);
        }
        catch (InvalidOperationException failure)
        {
            IEnumerable<string> named = declarations.Where((_, i) => failure.Message.Contains($"Case{i}.", StringComparison.Ordinal));
            throw new InvalidOperationException(string.Join("\n\n", named.Prepend(failure.Message)), failure);
        }
    }

    private static string Describe(Axes axes, CaseShape shape, int index) =>
        $"// case {index}: B {shape.Batch} T {shape.Tokens} H {shape.QueryHeads}:{shape.Heads} K {shape.K} V {shape.V} n {shape.Updates} C {shape.Options.ChunkLength} valueFirst {shape.Options.StateValueFirst} h0 {shape.InitialState} seed {shape.Seed} offsets {string.Join(' ', shape.Options.SequenceOffsets ?? [])}\n{DeclarationText.Of(axes, "Layer")}";
}
