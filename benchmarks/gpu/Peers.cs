namespace AttentionDsl.Gpu;

/// <summary>A variant of the comparison, and what flash-linear-attention needs for the same (milliseconds).</summary>
/// <param name="Variant">Name of our variant.</param>
/// <param name="Peer">Its operator there.</param>
/// <param name="Forward">Forward at <see cref="Shape.Batched"/>, <see cref="Shape.Long"/>, <see cref="Shape.Small"/>; NaN: not measured.</param>
/// <param name="Both">Forward and backward at the same shapes.</param>
internal sealed record Row(string Variant, string Peer, double[] Forward, double[] Both);

/// <summary>Sizes of a call.</summary>
/// <param name="Name">Short name.</param>
/// <param name="Batch">Sequences.</param>
/// <param name="Tokens">Tokens of each.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Channels">Key and value channels.</param>
internal sealed record Shape(string Name, int Batch, int Tokens, int Heads, int Channels)
{
    public static readonly Shape Batched = new("B8 T2048 H16 D128", 8, 2048, 16, 128);
    public static readonly Shape Long = new("B1 T32768 H16 D128", 1, 32768, 16, 128);
    public static readonly Shape Small = new("B1 T4096 H32 D64", 1, 4096, 32, 64);
    public static readonly Shape[] All = [Batched, Long, Small];
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
        new("LinearAttention", "linear_attn", [0.191, 0.433, 0.057], [0.857, 1.843, 0.188]),
        new("RetNet", "retention", [0.201, 0.456, 0.059], [0.856, 1.889, 0.203]),
        new("SimpleGla", "simple_gla", [0.214, 0.525, 0.067], [1.096, 2.492, 0.235]),
        new("DeltaNet", "delta_rule", [0.512, 1.319, 0.200], [1.407, 3.881, 0.547]),
        new("GatedDeltaRule", "gated_delta_rule", [0.431, 1.277, 0.159], [1.662, 4.770, 0.515]),
        new("Gla", "gla", [0.695, 1.644, 0.235], [2.945, 6.598, 0.853]),
        new("KimiDeltaRule", "kda", [0.886, 2.302, 0.312], [4.765, 10.970, 1.363]),
        new("Comba", "comba", [0.554, 1.516, 0.225], [1.813, 5.053, 0.597]),
        new("GatedDeltaNet2", "gdn2", [0.863, None, None], [4.289, None, None]),
        new("Rwkv7", "rwkv7", [1.690, None, None], [6.535, None, None]),
    ];

    /// <summary>Decode at B 256, 32, 1 with H16 D128: microseconds a step in a graph.</summary>
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
