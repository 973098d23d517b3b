namespace AttentionDsl.Lab.Tasks;

/// <summary>Several stacks: <c>push id x</c> puts x on a stack, <c>pop id</c> takes the top off, which must be said at the id.</summary>
internal sealed record Stacks : SequenceTask
{
    /// <summary>Number of stacks.</summary>
    public required int Count { get; init; }

    /// <summary>Tokens of a sequence.</summary>
    public required int Tokens { get; init; }

    public override string Name => "stacks";

    public override string Summary => $"pushes and pops on {Count} stacks: say what each pop takes";

    public override int Length => Tokens;

    public override int Vocabulary => 3 + Count + Values;

    public override IEnumerable<(string Axis, int Value, SequenceTask Task)> Sweep =>
        new[] { Tokens, Tokens * 2, Tokens * 4 }.Select(x => ("length", x, (SequenceTask)(this with { Tokens = x })));

    private static int Values => 16;

    public override void Sample(ref RandomStream random, Span<int> tokens, Span<int> targets, bool heldOut)
    {
        const int Push = 0, Pop = 1, Idle = 2;
        var stacks = new Stack<int>[Count];
        for (int i = 0; i < Count; i++)
        {
            stacks[i] = new Stack<int>();
        }

        tokens.Fill(Idle);
        for (int at = 0; at + 2 < tokens.Length;)
        {
            int id = random.Below(Count);
            bool pop = stacks[id].Count > 0 && random.Below(2) == 0;
            tokens[at] = pop ? Pop : Push;
            tokens[at + 1] = 3 + id;
            if (pop)
            {
                targets[at + 1] = stacks[id].Pop();
                at += 2;
            }
            else
            {
                tokens[at + 2] = 3 + Count + random.Below(Values);
                stacks[id].Push(tokens[at + 2]);
                at += 3;
            }
        }
    }
}
