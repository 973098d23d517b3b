namespace AttentionDsl.Lab.Tasks;

/// <summary>Modular counting: after every digit, the sum of all digits so far modulo m must be said. With m = 2 it is parity.</summary>
internal sealed record Counting : SequenceTask
{
    /// <summary>The modulus m; digits are 0 to m - 1.</summary>
    public required int Modulus { get; init; }

    /// <summary>Tokens of a sequence.</summary>
    public required int Tokens { get; init; }

    public override string Name => Modulus == 2 ? "parity" : "counting";

    public override string Summary => Modulus == 2 ? "bits: say the parity so far" : $"digits: say their sum modulo {Modulus} so far";

    public override int Length => Tokens;

    public override int Vocabulary => Modulus;

    public override IEnumerable<(string Axis, int Value, SequenceTask Task)> Sweep =>
        new[] { Tokens, Tokens * 2, Tokens * 4, Tokens * 8 }.Select(x => ("length", x, (SequenceTask)(this with { Tokens = x })));

    public override void Sample(ref RandomStream random, Span<int> tokens, Span<int> targets, bool heldOut)
    {
        int sum = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = random.Below(Modulus);
            targets[i] = sum = (sum + tokens[i]) % Modulus;
        }
    }
}
