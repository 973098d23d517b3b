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
            Task = new Recall { Pairs = 4, Writes = 12, Symbols = 16 },
            Mixers = ["LinearAttention", "SimpleGla", "NormalizedDeltaNet", "GatedDeltaNet"],
            Expected =
            [
                ("DeltaNet is at least 10 points above linear attention (both without decay)", x => x("NormalizedDeltaNet").Accuracy > x("LinearAttention").Accuracy + 0.1),
                ("Gated DeltaNet is at least 10 points above simple GLA (both with a decay for the head)", x => x("GatedDeltaNet").Accuracy > x("SimpleGla").Accuracy + 0.1),
            ],
            Steps = 600,
            Minutes = 2,
        },
        new()
        {
            Name = "episodes",
            Claim = "a decay that depends on the data forgets what is void, a constant one cannot",
            Task = new Recall { Pairs = 4, Writes = 24, Episodes = true, Symbols = 16 },
            Mixers = ["LinearAttention", "RetNet", "SimpleGla"],
            Expected =
            [
                ("simple GLA (data-dependent) is at least 5 points above RetNet (constant)", x => x("SimpleGla").Accuracy > x("RetNet").Accuracy + 0.05),
                ("RetNet (constant) is above linear attention (no decay)", x => x("RetNet").Accuracy > x("LinearAttention").Accuracy),
            ],
            Steps = 600,
            Minutes = 2,
        },
        new()
        {
            Name = "recall",
            Claim = "a decay for every key channel recalls as much as one for the head, at equal state",
            Task = new Recall { Pairs = 8, Writes = 8 },
            Mixers = ["GatedDeltaNet", "KimiDelta"],
            Expected = [("KDA is at most 1 point below Gated DeltaNet", x => x("KimiDelta").Accuracy > x("GatedDeltaNet").Accuracy - 0.01)],
            Steps = 1200,
            Minutes = 2,
        },
        new()
        {
            Name = "palindrome",
            Claim = "a decay for every key channel says at least as many symbols backwards as one for the head, at equal state",
            Task = new Palindrome { Symbols = 16 },
            Mixers = ["GatedDeltaNet", "KimiDelta"],
            Expected = [("KDA is at most 1 point below Gated DeltaNet", x => x("KimiDelta").Accuracy > x("GatedDeltaNet").Accuracy - 0.01)],
            Steps = 1000,
            Minutes = 2,
        },
        new()
        {
            Name = "parity",
            Claim = "beta in (0, 2) solves parity at any length, beta in (0, 1) does not",
            Task = new Counting { Modulus = 2, Tokens = 32 },
            Mixers = ["NormalizedDeltaNet", "NegativeEigenvalueDeltaNet", "GatedDeltaNet", "NegativeEigenvalueGatedDeltaNet"],
            Expected =
            [
                ("DeltaNet, four times the length: (0, 2) is above 95 %, (0, 1) below 75 %", x => x("NegativeEigenvalueDeltaNet").At(128) > 0.95 && x("NormalizedDeltaNet").At(128) < 0.75),
                ("Gated DeltaNet, four times the length: (0, 2) is above 95 %, (0, 1) below 75 %", x => x("NegativeEigenvalueGatedDeltaNet").At(128) > 0.95 && x("GatedDeltaNet").At(128) < 0.75),
            ],
            Layers = 1,
            Steps = 600,
            StopWhenSolved = false,
            Minutes = 1,
        },
        new()
        {
            Name = "counting",
            Claim = "counting modulo 3 takes rotations, two flips a token: DeltaProduct keeps count for longer than DeltaNet",
            Task = new Counting { Modulus = 3, Tokens = 32 },
            Mixers = ["NormalizedDeltaNet", "NegativeEigenvalueDeltaNet", "NegativeEigenvalueDeltaProduct"],
            Expected =
            [
                ("twice the length: DeltaProduct, beta in (0, 2), is at least 5 points above DeltaNet with either beta", x =>
                    x("NegativeEigenvalueDeltaProduct").At(64) > Math.Max(x("NegativeEigenvalueDeltaNet").At(64), x("NormalizedDeltaNet").At(64)) + 0.05),
            ],
            Layers = 1,
            Steps = 1200,
            StopWhenSolved = false,
            Minutes = 2,
        },
        new()
        {
            Name = "hybrid",
            Claim = "one softmax layer of four recalls as much as four, with a quarter of the cache",
            Task = new Recall { Pairs = 16, Writes = 16 },
            Mixers = ["softmax", "softmax+3*GatedDeltaNet", "3*GatedDeltaNet+softmax", "GatedDeltaNet"],
            Expected =
            [
                ("the hybrid that begins with softmax is at most 1 point below softmax alone", x => x("softmax+3*GatedDeltaNet").Accuracy > x("softmax").Accuracy - 0.01),
                ("the hybrid that ends with softmax is at most 1 point below softmax alone", x => x("3*GatedDeltaNet+softmax").Accuracy > x("softmax").Accuracy - 0.01),
                ("Gated DeltaNet alone is below the hybrid that begins with softmax", x => x("GatedDeltaNet").Accuracy < x("softmax+3*GatedDeltaNet").Accuracy),
            ],
            Layers = 4,
            Steps = 400,
            Minutes = 3,
        },
    ];
}
