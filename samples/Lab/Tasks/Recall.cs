namespace AttentionDsl.Lab.Tasks;

/// <summary>
/// Multi-query associative recall (Arora et al., arXiv 2312.04927): <c>key value key value ... sep key key ...</c>; at every key after the
/// separator its value must be said. With <see cref="Writes"/> above <see cref="Pairs"/>, keys are assigned again and the latest value counts;
/// in <see cref="Episodes"/>, every key is assigned once an episode, and a token says that all from before is void.
/// </summary>
internal sealed record Recall : SequenceTask
{
    /// <summary>Different keys in a sequence, all of them asked for.</summary>
    public required int Pairs { get; init; }

    /// <summary>Assignments in a sequence; more than <see cref="Pairs"/>: keys are assigned again.</summary>
    public required int Writes { get; init; }

    /// <summary>Whether the assignments come in episodes of all keys, each begun by a token of its own.</summary>
    public bool Episodes { get; init; }

    /// <summary>Different keys and different values there are.</summary>
    public int Symbols { get; init; } = 32;

    public override string Name => Episodes ? "episodes" : Writes > Pairs ? "reassigned" : "mqar";

    public override string Summary => Episodes ? $"{Writes / Pairs} episodes that give {Pairs} keys new values, then every key: say its latest value"
        : Writes > Pairs ? $"{Writes} assignments to {Pairs} keys, then every key: say its latest value"
        : $"{Pairs} keys with values, then every key: say its value";

    public override int Length => (2 * Writes) + 1 + Pairs + (Episodes ? Writes / Pairs : 0);

    public override int Vocabulary => (2 * Symbols) + 2;

    public override IEnumerable<(string Axis, int Value, SequenceTask Task)> Sweep =>
        new[] { Pairs / 2, Pairs, Pairs * 3 / 2, Pairs * 2, Pairs * 3 }
            .Where(x => x <= Symbols)
            .Select(x => ("pairs", x, (SequenceTask)(this with { Pairs = x, Writes = Writes * x / Pairs })));

    public override void Sample(ref RandomStream random, Span<int> tokens, Span<int> targets, bool heldOut)
    {
        Span<int> keys = stackalloc int[Symbols];
        Range(keys);
        random.Shuffle(keys);
        keys = keys[..Pairs];

        // Every key once, then the rest at random, all in random order; or every key once an episode.
        Span<int> writes = stackalloc int[Writes];
        for (int i = 0; i < Writes; i++)
        {
            writes[i] = keys[i < Pairs || Episodes ? i % Pairs : random.Below(Pairs)];
        }

        for (int i = 0; i < Writes; i += Episodes ? Pairs : Writes)
        {
            random.Shuffle(writes.Slice(i, Episodes ? Pairs : Writes));
        }

        Span<int> values = stackalloc int[Symbols];
        int at = 0;
        for (int i = 0; i < Writes; i++)
        {
            if (Episodes && i % Pairs == 0)
            {
                tokens[at++] = (2 * Symbols) + 1;
            }

            int key = writes[i];
            values[key] = Symbols + random.Below(Symbols);
            tokens[at++] = key;
            tokens[at++] = values[key];
        }

        tokens[at++] = 2 * Symbols;
        random.Shuffle(keys);
        foreach (int key in keys)
        {
            targets[at] = values[key];
            tokens[at++] = key;
        }
    }

    private static void Range(Span<int> numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = i;
        }
    }
}
