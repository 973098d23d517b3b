using AttentionDsl.Runtime;
using CsCheck;

namespace AttentionDsl.Properties.Tests;

/// <summary>Random sizes of a call, small, with remainders of every kind.</summary>
internal static class RandomShapes
{
    public static readonly Gen<CaseShape> Any =
        from batch in Gen.Int[1, 3]
        from tokens in Gen.Frequency((1, Gen.Int[1, 4]), (2, Gen.Int[5, 40]), (1, OneOf(15, 16, 17, 31, 32, 33, 63, 64, 65)))
        from heads in Gen.Int[1, 4]
        from groups in Gen.Int[1, 3]
        from k in Gen.Frequency((1, Gen.Int[2, 4]), (2, Gen.Int[5, 20]), (1, Gen.Int[30, 40]))
        from v in Gen.Frequency((1, Gen.Int[1, 4]), (2, Gen.Int[5, 20]), (1, Gen.Int[30, 40]))
        from updates in Gen.Int[1, 3]
        from chunk in OneOf(1, 3, 8, 16, 16, 16, 24, 64)
        from valueFirst in Gen.Bool
        from packed in Gen.Bool
        from initial in Gen.Bool
        from seed in Gen.Int[0, 1000]
        select new CaseShape
        {
            Batch = packed ? 1 : batch,
            Tokens = tokens,
            Heads = heads * groups,
            QueryHeads = heads,
            K = k,
            V = v,
            Updates = updates,
            InitialState = initial,
            Seed = seed,
            Options = new RunOptions { ChunkLength = chunk, StateValueFirst = valueFirst, SequenceOffsets = packed ? Offsets(tokens, batch, seed) : null },
        };

    private static Gen<int> OneOf(params int[] choices) => Gen.Int[0, choices.Length - 1].Select(x => choices[x]);

    // Sequences of any length, empty ones among them.
    private static long[] Offsets(int tokens, int sequences, int seed)
    {
        var random = new Random(seed);
        return [0, .. Enumerable.Range(0, sequences).Select(_ => (long)random.Next(tokens + 1)).Order(), tokens];
    }
}
