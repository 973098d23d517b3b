namespace AttentionDsl.Lab.Tasks;

/// <summary>Palindrome: <c>O G R S sep S R G O</c>; after the separator the first half must be said backwards.</summary>
internal sealed record Palindrome : SequenceTask
{
    /// <summary>Symbols before the separator.</summary>
    public required int Symbols { get; init; }

    public override string Name => "palindrome";

    public override string Summary => $"{Symbols} symbols, then say them backwards";

    public override int Length => 2 * Symbols;

    public override int Vocabulary => Alphabet + 1;

    public override IEnumerable<(string Axis, int Value, SequenceTask Task)> Sweep =>
        new[] { Symbols / 2, Symbols, Symbols * 2 }.Select(x => ("symbols", x, (SequenceTask)(this with { Symbols = x })));

    private static int Alphabet => 31;

    public override void Sample(ref RandomStream random, Span<int> tokens, Span<int> targets, bool heldOut)
    {
        for (int i = 0; i < Symbols; i++)
        {
            tokens[i] = random.Below(Alphabet);
        }

        tokens[Symbols] = Alphabet;
        for (int i = 0; i < Symbols; i++)
        {
            targets[Symbols + i] = tokens[Symbols - 1 - i];
            if (i < Symbols - 1)
            {
                tokens[Symbols + 1 + i] = targets[Symbols + i];
            }
        }
    }
}
