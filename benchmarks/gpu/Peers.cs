namespace AttentionDsl.Gpu;

/// <summary>A variant of the comparison, and what flash-linear-attention needs for the same.</summary>
/// <param name="Variant">Name of our variant.</param>
/// <param name="Peer">Its operator there, as peers.py calls it.</param>
/// <param name="Forward">Milliseconds of the forward pass at each of <see cref="Shape.All"/>; NaN: not measured.</param>
/// <param name="Both">Forward and backward at the same shapes.</param>
/// <param name="MiB">Peak memory of forward and backward at the first shape, inputs included.</param>
internal sealed record Row(string Variant, string Peer, double[] Forward, double[] Both, double MiB);

/// <summary>Sizes of a call.</summary>
/// <param name="Name">Short name.</param>
/// <param name="Size">The sizes.</param>
internal sealed record Shape(string Name, AttentionDsl.Runtime.CallSize Size)
{
    public static readonly Shape[] All = [Of(8, 2048, 16, 128), Of(1, 32768, 16, 128), Of(1, 4096, 32, 64)];

    public static Shape Of(int batch, int tokens, int heads, int channels) =>
        new($"B{batch} T{tokens} H{heads} D{channels}", new(batch, tokens, heads, channels, channels) { Updates = 1 });
}

/// <summary>
/// Times of flash-linear-attention at commit bc3b101 on an NVIDIA H200 (torch 2.11, Triton 3.6): medians of CUDA graph replays, bfloat16 inputs,
/// float32 gates. Reference only: a ratio counts where both ran in one sitting.
/// </summary>
internal static class Peers
{
    private const double None = double.NaN;

    public static readonly Row[] Rows =
    [
        new("LinearAttention", "linear_attn", [0.191, 0.433, 0.057], [0.857, 1.843, 0.188], 1056),
        new("RetNet", "retention", [0.201, 0.456, 0.059], [0.856, 1.889, 0.203], 1056),

        // The recurrence of Mamba-2: a log decay for each head and token.
        new("SimpleGla", "simple_gla", [0.214, 0.525, 0.067], [1.096, 2.492, 0.235], 1059),
        new("DeltaNet", "delta_rule", [0.512, 1.319, 0.200], [1.407, 3.881, 0.547], 1217),
        new("GatedDeltaRule", "gated_delta_rule", [0.431, 1.277, 0.159], [1.662, 4.770, 0.515], 1221),
        new("Gla", "gla", [0.695, 1.644, 0.235], [2.945, 6.598, 0.853], 1952),
        new("KimiDeltaRule", "kda", [0.886, 2.302, 0.312], [4.765, 10.970, 1.363], 2214),

        // safe_gate, lower bound -5, q and k normalised inside; the first two forward times with the gate and the sigmoid inside as well.
        // FlashKDA (1ce47ea, forward only) has 0.431 and 3.626 there.
        new("BoundedKimiDelta", "kda_bounded", [0.848, 2.218, 0.299], [3.642, 8.736, 1.069], 2344),

        // The better of its two settings: the default, and safe_gate with chunks of 64.
        new("Rwkv7", "rwkv7", [1.690, 5.208, 0.588], [5.805, 15.629, 1.841], 2946),
        new("Comba", "comba", [0.554, 1.516, 0.225], [1.813, 5.053, 0.597], 1351),
        new("GatedDeltaNet2", "gdn2", [0.863, None, None], [4.289, None, None], 2720),
    ];

    /// <summary>What is timed unless variants are named.</summary>
    public static readonly string[] Usual =
        ["LinearAttention", "RetNet", "SimpleGla", "DeltaNet", "GatedDeltaRule", "Gla", "KimiDeltaRule", "BoundedKimiDelta", "Rwkv7"];

    /// <summary>Sequences of the decode steps.</summary>
    public static readonly int[] DecodeBatches = [256, 32, 1];

    /// <summary>Decode with H16 D128 at each of <see cref="DecodeBatches"/>: microseconds a step in a graph.</summary>
    public static readonly Dictionary<string, double[]> Decode = new()
    {
        ["RetNet"] = [155.3, 27.3, 6.8],
        ["SimpleGla"] = [164.9, 28.1, 6.8],
        ["Gla"] = [173.5, 29.8, 7.1],
        ["DeltaNet"] = [186.2, 26.5, 3.3],
        ["GatedDeltaRule"] = [185.8, 26.8, 3.5],
        ["KimiDeltaRule"] = [137.0, 22.3, 4.7],
    };
}
