using AttentionDsl.Lab.Tasks;
using AttentionDsl.Lab.Training;

namespace AttentionDsl.Lab;

/// <summary>The experiments that have a name: one for each claim.</summary>
internal static class Presets
{
    public static IReadOnlyList<Experiment> All { get; } =
    [
        new()
        {
            Name = "reassigned",
            Claim = "the delta rule recalls keys that were assigned again, the Hebbian rule does not",
            Task = new Recall { Pairs = 4, Writes = 12 },
            Mixers = ["LinearAttention", "SimpleGla", "NormalizedDeltaNet", "GatedDeltaNet"],
            Expected =
            [
                ("DeltaNet is at least 20 points above linear attention (no decay)", x => x("NormalizedDeltaNet") > x("LinearAttention") + 0.2),
                ("Gated DeltaNet is at least 20 points above simple GLA (scalar decay)", x => x("GatedDeltaNet") > x("SimpleGla") + 0.2),
            ],
            Steps = 600,
            Minutes = 3,
        },
        new()
        {
            Name = "episodes",
            Claim = "a decay that depends on the data forgets what is void, a constant one cannot",
            Task = new Recall { Pairs = 4, Writes = 24, Episodes = true },
            Mixers = ["LinearAttention", "RetNet", "SimpleGla"],
            Expected =
            [
                ("simple GLA (data-dependent) is at least 5 points above RetNet (constant)", x => x("SimpleGla") > x("RetNet") + 0.05),
                ("RetNet (constant) is above linear attention (no decay)", x => x("RetNet") > x("LinearAttention")),
            ],
            Steps = 600,
            Minutes = 4,
        },
        new()
        {
            Name = "recall",
            Claim = "a decay for every key channel recalls as much as one for the head, at equal state",
            Task = new Recall { Pairs = 16, Writes = 16 },
            Mixers = ["GatedDeltaNet", "KimiDelta"],
            Expected = [("KDA is at most 1 point below Gated DeltaNet", x => x("KimiDelta") > x("GatedDeltaNet") - 0.01)],
            Steps = 1200,
            Minutes = 5,
        },
        new()
        {
            Name = "palindrome",
            Claim = "a decay for every key channel says more symbols backwards than one for the head, at equal state",
            Task = new Palindrome { Symbols = 16 },
            Mixers = ["GatedDeltaNet", "KimiDelta"],
            Expected = [("KDA is at least 5 points above Gated DeltaNet", x => x("KimiDelta") > x("GatedDeltaNet") + 0.05)],
            Steps = 1000,
            Minutes = 5,
        },
        new()
        {
            Name = "parity",
            Claim = "beta in (0, 2) solves parity, beta in (0, 1) does not",
            Task = new Counting { Modulus = 2, Tokens = 24 },
            Mixers = ["NormalizedDeltaNet", "NegativeEigenvalueDeltaNet", "GatedDeltaNet", "NegativeEigenvalueGatedDeltaNet"],
            Expected =
            [
                ("DeltaNet: (0, 2) is above 99 %, (0, 1) below 90 %", x => x("NegativeEigenvalueDeltaNet") > 0.99 && x("NormalizedDeltaNet") < 0.9),
                ("Gated DeltaNet: (0, 2) is above 99 %, (0, 1) below 90 %", x => x("NegativeEigenvalueGatedDeltaNet") > 0.99 && x("GatedDeltaNet") < 0.9),
            ],
            Layers = 1,
            Steps = 1000,
            Minutes = 3,
        },
        new()
        {
            Name = "hybrid",
            Claim = "three recurrent layers and one of softmax recall as much as four of softmax, with a quarter of the cache",
            Task = new Recall { Pairs = 24, Writes = 24 },
            Mixers = ["softmax", "3*GatedDeltaNet+softmax", "GatedDeltaNet"],
            Expected =
            [
                ("the hybrid is at most 1 point below softmax", x => x("3*GatedDeltaNet+softmax") > x("softmax") - 0.01),
                ("Gated DeltaNet alone is below the hybrid", x => x("GatedDeltaNet") < x("3*GatedDeltaNet+softmax")),
            ],
            Layers = 4,
            Steps = 1000,
            Minutes = 10,
        },
    ];
}
