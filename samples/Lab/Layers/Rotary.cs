namespace AttentionDsl.Lab.Layers;

/// <summary>How softmax layers see positions.</summary>
internal enum Positions
{
    /// <summary>Not at all.</summary>
    NoPE,

    /// <summary>Rotations of all channels.</summary>
    RoPE,

    /// <summary>Rotations of the first half of the channels.</summary>
    Partial,
}

/// <summary>Rotary positions: channel pairs (i, i + n/2) of the n rotated ones turn by t 10000^(-2i/n).</summary>
internal static class Rotary
{
    /// <summary>Turns one head of a token at position t, or back.</summary>
    public static void Turn(Span<float> head, int t, Positions positions, bool back = false)
    {
        int half = positions switch { Positions.RoPE => head.Length / 2, Positions.Partial => head.Length / 4, _ => 0 };
        for (int i = 0; i < half; i++)
        {
            (float sin, float cos) = MathF.SinCos((back ? -t : t) * MathF.Pow(10000, -(float)i / half));
            (head[i], head[i + half]) = ((head[i] * cos) - (head[i + half] * sin), (head[i] * sin) + (head[i + half] * cos));
        }
    }
}
