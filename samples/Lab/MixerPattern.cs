using System.Globalization;
using AttentionDsl.Lab.Decoding;
using AttentionDsl.Lab.Layers;
using AttentionDsl.Runtime;

namespace AttentionDsl.Lab;

/// <summary>
/// What the layers of a model mix with, written as <c>KimiDelta</c> (any declared variant), <c>softmax</c>, <c>window</c>, or a hybrid
/// such as <c>3*KimiDelta+softmax</c>, which repeats from the first layer to the last. Softmax and window take positions, and a window
/// its tokens: <c>softmax:rope</c>, <c>window=32:partial</c>. Without, positions are NoPE and the window is 16.
/// </summary>
internal sealed record MixerPattern(string Text, IReadOnlyList<MixerPattern.Part> Parts)
{
    /// <summary>One layer of the pattern: a variant, or (null) softmax attention over a window.</summary>
    internal sealed record Part(IVariant? Variant, Positions Positions, int Window);

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">It cannot be read; the message says what was expected.</exception>
    public static MixerPattern Parse(string text, IReadOnlyList<IVariant> variants)
    {
        var parts = new List<Part>();
        foreach (string piece in text.Split('+', StringSplitOptions.TrimEntries))
        {
            string[] sides = piece.Split('*', 2, StringSplitOptions.TrimEntries);
            int times = 1;
            if (sides.Length == 2 && (!int.TryParse(sides[0], NumberStyles.None, CultureInfo.InvariantCulture, out times) || times is < 1 or > 64))
            {
                throw new ArgumentException($"'{text}': expected a number from 1 to 64 before '*', but got '{sides[0]}'.");
            }

            parts.AddRange(Enumerable.Repeat(ParsePart(sides[^1], text, variants), times));
        }

        return new MixerPattern(text, parts);
    }

    /// <summary>The mixer of a layer.</summary>
    public Mixer Make(int layer, Initializer initializer, MixerSize size)
    {
        Part part = Parts[layer % Parts.Count];
        return part.Variant is null
            ? new SoftmaxAttention(initializer, size, part.Positions, part.Window)
            : new RecurrentMixer(initializer, part.Variant, size);
    }

    /// <summary>The mixer of a layer after a context of tokens, for one token at a time.</summary>
    public Decoder Decoder(int layer, MixerSize size, int context)
    {
        Part part = Parts[layer % Parts.Count];
        return part.Variant is null ? new SoftmaxDecoder(size, context, part.Window) : new RecurrentDecoder(part.Variant, size);
    }

    private static Part ParsePart(string text, string pattern, IReadOnlyList<IVariant> variants)
    {
        string[] words = text.Split(':', StringSplitOptions.TrimEntries);
        string[] name = words[0].Split('=', 2);
        Positions positions = words.Length < 2 ? Positions.NoPE : Enum.TryParse(words[1], ignoreCase: true, out Positions known)
            ? known
            : throw new ArgumentException($"'{pattern}': expected nope, rope or partial after ':', but got '{words[1]}'.");
        bool window = Is(name[0], "window");
        int tokens = 16;
        if (name.Length == 2 && (!window || !int.TryParse(name[1], NumberStyles.None, CultureInfo.InvariantCulture, out tokens) || tokens < 1))
        {
            throw new ArgumentException($"'{pattern}': only a window takes '=' and a number of tokens from 1 on, such as window=32, but got '{words[0]}'.");
        }

        if (window || Is(name[0], "softmax"))
        {
            return new Part(null, positions, window ? tokens : int.MaxValue);
        }

        IVariant variant = variants.FirstOrDefault(x => Is(x.Description.Name, name[0])) ?? throw new ArgumentException(
            $"'{pattern}': there is no mixer '{name[0]}'; there are softmax, window, {string.Join(", ", variants.Select(x => x.Description.Name))}; --variants FILE takes those of an assembly of yours.");
        return words.Length == 1
            ? new Part(variant, Positions.NoPE, 0)
            : throw new ArgumentException($"'{pattern}': positions are for softmax and window; {name[0]} takes none.");
    }

    private static bool Is(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
