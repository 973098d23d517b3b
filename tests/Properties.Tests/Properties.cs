using AttentionDsl.Runtime;

namespace AttentionDsl.Properties.Tests;

/// <summary>What holds for every declaration and every call. Each returns what is wrong, or nothing.</summary>
internal static class Properties
{
    // Every chunk is a segment.
    private static readonly SegmentRule EveryChunk = new(1000, 16, FewestChunks: 1, FewestSegments: 2);

    /// <summary>The first property that does not hold, with what is wrong; empty if all hold.</summary>
    public static string Violated(IVariant variant, CaseShape shape)
    {
        (string Name, Func<IVariant, CaseShape, string> Check)[] all =
        [
            ("decode, chunk forward and backward are the oracle, in double precision", (v, s) => Agree(v, s, ReferenceEngine.Instance)),
            ("chunk forward and backward in passes are the oracle, in double precision", (v, s) => Agree(v, s, new ReferenceEngine(tokenParallel: true))),
            ("chunk forward and backward in segments are the oracle, in double precision", (v, s) => v.Description.CarriesOverSegments ? Agree(v, s, new ReferenceEngine(tokenParallel: true, EveryChunk)) : ""),
            ("decode, chunk forward and backward are the oracle, on the host", (v, s) => Agree(v, s, null)),
            ("a training step is a forward and a backward, on the host", (v, s) => Trained(v, s, null)),
            ("a training step is a forward and a backward, in passes", (v, s) => Trained(v, s, new ReferenceEngine(tokenParallel: true))),
            ("a training step is a forward and a backward, in segments", (v, s) => v.Description.CarriesOverSegments ? Trained(v, s, new ReferenceEngine(tokenParallel: true, EveryChunk)) : ""),
            ("a sequence in pieces is the whole", Pieces),
            ("what comes later changes nothing before it", Prefix),
            ("a permuted batch gives permuted results", Permuted),
        ];
        foreach ((string name, Func<IVariant, CaseShape, string> check) in all)
        {
            string wrong = check(variant, shape);
            if (wrong.Length > 0)
            {
                return $"{name}:\n{wrong}";
            }
        }

        return "";
    }

    private static string Agree(IVariant variant, CaseShape shape, IEngine? engine)
    {
        using var random = new RandomCase(variant, shape);
        return Forms.Disagreements(random, engine, conditioned: engine is null);
    }

    private static string Trained(IVariant variant, CaseShape shape, IEngine? engine)
    {
        using var random = new RandomCase(variant, shape);
        return TrainingStep.Differences(variant, random.Call, random.Options with { Engine = engine });
    }

    private static string Pieces(IVariant variant, CaseShape shape)
    {
        shape = shape with { Options = shape.Options with { SequenceOffsets = null, OutputType = DataType.Float32 } };
        using var random = new RandomCase(variant, shape);
        int chunk = shape.Options.ChunkLength ?? 16, anywhere = new Random(shape.Seed).Next(shape.Tokens + 1), between = anywhere / chunk * chunk;
        using ForwardResult whole = variant.Forward(random.Inputs, random.Parameters, random.InitialState, random.Options);
        using ForwardResult exact = InPieces(between), near = InPieces(anywhere);
        string wrong = SameBits("output", whole.Output, exact.Output) + SameBits("final state", whole.FinalState, exact.FinalState);
        var conditioning = new Conditioning(variant, random.Call, random.Options);
        Comparison[] comparisons =
        [
            Comparison.Of("pieces", "output", whole.Output, near.Output, Tolerance.Single.Forward, 0, () => conditioning.Output),
            Comparison.Of("pieces", "final state", whole.FinalState, near.FinalState, Tolerance.Single.Forward, 0, () => conditioning.FinalState),
        ];
        return wrong + string.Join('\n', comparisons.Where(x => !x.Passed).Select(x => $"split at {anywhere}: {x}"));

        ForwardResult InPieces(int split)
        {
            Tensor[] first = [.. random.Inputs.Select(x => random.Keep(Slices.Tokens(x, 0, split, shape.Tokens)))];
            Tensor[] second = [.. random.Inputs.Select(x => random.Keep(Slices.Tokens(x, split, shape.Tokens, shape.Tokens)))];
            using ForwardResult a = variant.Forward(first, random.Parameters, random.InitialState, random.Options);
            using ForwardResult b = variant.Forward(second, random.Parameters, a.FinalState, random.Options);
            return new ForwardResult(Slices.Concatenate(a.Output, b.Output), b.FinalState.Clone());
        }
    }

    private static string Prefix(IVariant variant, CaseShape shape)
    {
        using RandomCase random = new(variant, shape), other = new(variant, shape with { Seed = shape.Seed + 1 });
        int split = new Random(shape.Seed).Next(shape.Tokens);
        Tensor[] changed = [.. random.Inputs.Zip(other.Inputs, (x, y) =>
        {
            using Tensor before = Slices.Tokens(x, 0, split, shape.Tokens), after = Slices.Tokens(y, split, shape.Tokens, shape.Tokens);
            return random.Keep(Slices.Concatenate(before, after));
        })];

        using ForwardResult a = variant.Forward(random.Inputs, random.Parameters, random.InitialState, random.Options);
        using ForwardResult b = variant.Forward(changed, random.Parameters, random.InitialState, random.Options);
        using Tensor c = variant.Decode(random.Inputs, random.Parameters, random.StartingState(DataType.Float32), random.Options);
        using Tensor d = variant.Decode(changed, random.Parameters, random.StartingState(DataType.Float32), random.Options);
        return Same("forward", a.Output, b.Output) + Same("decode", c, d);

        string Same(string pass, Tensor x, Tensor y)
        {
            using Tensor before = Slices.Tokens(x, 0, split, shape.Tokens), after = Slices.Tokens(y, 0, split, shape.Tokens);
            return SameBits($"{pass}: output before token {split}", before, after);
        }
    }

    private static string Permuted(IVariant variant, CaseShape shape)
    {
        if (shape.Batch == 1)
        {
            return "";
        }

        using var random = new RandomCase(variant, shape);
        int[] order = [.. Enumerable.Range(0, shape.Batch).Reverse()];
        Tensor P(Tensor x) => random.Keep(Slices.Entries(x, order));
        Tensor[] inputs = [.. random.Inputs.Select(P)];
        Tensor? initial = random.InitialState is { } state ? P(state) : null;

        using ForwardResult a = variant.Forward(random.Inputs, random.Parameters, random.InitialState, random.Options);
        using ForwardResult b = variant.Forward(inputs, random.Parameters, initial, random.Options);
        using BackwardResult da = variant.Backward(random.Inputs, random.Parameters, random.OutputGradient, random.FinalStateGradient, random.InitialState, random.Options);
        using BackwardResult db = variant.Backward(inputs, random.Parameters, P(random.OutputGradient), P(random.FinalStateGradient), initial, random.Options);
        string wrong = SameBits("output", P(a.Output), b.Output) + SameBits("final state", P(a.FinalState), b.FinalState);
        foreach ((int i, (Tensor x, Tensor y)) in da.Inputs.Zip(db.Inputs).Index())
        {
            wrong += SameBits("gradient of " + variant.Description.Inputs[i].Name, P(x), y);
        }

        return wrong;
    }

    private static string SameBits(string name, Tensor x, Tensor y) => Slices.SameBits(x, y) ? "" : $"{name}: not the same bits\n";
}
