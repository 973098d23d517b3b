using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit.Abstractions;

namespace AttentionDsl.Generator.Tests.Compiled;

/// <summary>The product of the axes: a combination is either refused by a diagnostic, or its code compiles. (That it is right is for numeric tests.)</summary>
public class CombinationTests(ITestOutputHelper output)
{
    private static readonly string[] Decays =
    [
        "", "[LogDecay] Scalar G", "[LogDecay] KeyVector G", "[LogDecay] ValueVector G", "[LogDecay] Scalar G, [LogDecay] ValueVector H", "[LogDecay] KeyVector G, [LogDecay] ValueVector H",
    ];

    private static readonly string[] Writes =
    [
        "", "[WriteStrength] Scalar Beta", "[EraseKey] KeyVector P, [WriteStrength] Scalar Beta", "[EraseGate] KeyVector B, [WriteGate] ValueVector W",
        "[EraseGate] ValueVector B, [WriteGate] KeyVector W", "[TransitionRead] KeyVector A, [TransitionWrite] KeyVector T",
    ];

    private static readonly string[] Rules = ["", "[DeltaRule]", "[DeltaRule(EraseBeforeDecay = true)]", "[DeltaRule(Side = StateSide.Value)]", "[DeltaRule(Side = StateSide.Value, EraseBeforeDecay = true)]"];

    private static readonly string[] Settings = ["", "SeveralUpdates = true", "ReadBeforeWrite = true"];

    private static readonly string[] Gates =
    [
        "", "[Output] static float Skip(float o, float v, [PerValueChannel] float d) => o + d * v;", "[Output] static float Normal(float o, [Normalizer] float z) => o / (1 + Abs(z));",
        "[Bonus] static float Own([PerKeyChannel] float u) => u;",
    ];

    private static readonly string[][] Axes = [Decays, Writes, Rules, Settings, Gates];

    [Fact]
    public void EveryPairOfChoicesThatIsNotRefusedCompiles()
    {
        int[][] all = [.. Indices(Axes.Length)];
        CSharpCompilation declared = Source.Compile(string.Join('\n', all.Select(Text)));
        int[][] legal = [.. all.Where((_, i) => Declaration(declared, i) is { Error: "" })];
        int[][] chosen = [.. Pairwise(legal)];
        output.WriteLine($"{legal.Length} of {all.Length} combinations are legal; {chosen.Length} of them have every legal pair of choices");
        Assert.InRange(legal.Length, 200, all.Length / 2);

        GeneratorRun run = GeneratorRun.Of(string.Join('\n', chosen.Select(Text)));
        Assert.Equal(chosen.Length, run.Texts.Keys.Count(x => x.EndsWith(".Forward.g.cs", StringComparison.Ordinal)));
        Assert.Empty(run.Output.GetDiagnostics().Where(x => x.Severity >= DiagnosticSeverity.Warning).Take(5));
    }

    private static Declaration? Declaration(CSharpCompilation compilation, int number) =>
        DeclarationParser.Parse(compilation.GetTypeByMetadataName($"C{number}")!, compilation, default).Declaration;

    /// <summary>Every choice of one value an axis.</summary>
    private static IEnumerable<int[]> Indices(int axes) =>
        axes == 0 ? [[]] : Indices(axes - 1).SelectMany(x => Enumerable.Range(0, Axes[axes - 1].Length).Select(i => (int[])[.. x, i]));

    /// <summary>A few of the combinations, such that every pair of values that occurs in any occurs in one of them: always the one with most new pairs next.</summary>
    private static IEnumerable<int[]> Pairwise(IReadOnlyCollection<int[]> combinations)
    {
        HashSet<(int, int, int, int)> missing = [.. combinations.SelectMany(Pairs)];
        while (missing.Count > 0)
        {
            int[] best = combinations.MaxBy(x => Pairs(x).Count(missing.Contains))!;
            missing.ExceptWith(Pairs(best));
            yield return best;
        }
    }

    private static IEnumerable<(int, int, int, int)> Pairs(int[] x) =>
        from a in Enumerable.Range(0, x.Length) from b in Enumerable.Range(a + 1, x.Length - a - 1) select (a, x[a], b, x[b]);

    private static string Text(int[] choice, int number)
    {
        string inputs = string.Join(", ", new[] { "[Query] KeyVector Q", "[Key] KeyVector K", "[Value] ValueVector V", Decays[choice[0]], Writes[choice[1]] }.Where(x => x.Length != 0));
        return $"[RecurrentAttention({Settings[choice[3]]})]{Rules[choice[2]]} internal partial record C{number}({inputs}) {{ {Gates[choice[4]]} }}";
    }
}
