namespace AttentionDsl.Lab.Tasks;

/// <summary>The next byte of a text file. The last tenth of the file is held out.</summary>
internal sealed record Text : SequenceTask
{
    private readonly byte[] bytes;
    private readonly int heldOutFrom;

    /// <summary>Reads the file.</summary>
    /// <exception cref="ArgumentException">The file is too short.</exception>
    public Text(string path, int tokens)
    {
        bytes = File.ReadAllBytes(path);
        Length = tokens;
        heldOutFrom = (int)(bytes.LongLength * 9 / 10);
        if (bytes.Length - heldOutFrom <= tokens + 1)
        {
            throw new ArgumentException($"{path}: expected at least {10 * (tokens + 2)} bytes, so that a tenth of them holds a sequence of {tokens}, but the file has {bytes.Length}.");
        }
    }

    public override string Name => "text";

    public override string Summary => "bytes: say the next one";

    public override int Length { get; }

    public override int Vocabulary => 256;

    public override bool IsLanguage => true;

    public override void Sample(ref RandomStream random, Span<int> tokens, Span<int> targets, bool heldOut)
    {
        int from = heldOut ? heldOutFrom : 0, to = heldOut ? bytes.Length : heldOutFrom;
        int at = from + random.Below(to - from - Length);
        for (int i = 0; i < Length; i++)
        {
            tokens[i] = bytes[at + i];
            targets[i] = bytes[at + i + 1];
        }
    }
}
