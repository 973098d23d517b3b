using AttentionDsl.Runtime;
using AttentionDsl.Tests;
using AttentionDsl.Variants;
using Xunit.Abstractions;

namespace AttentionDsl.Warp.Tests;

/// <summary>
/// The passes over chunks of CUDA cards without a card: the source of their tile, with groups of threads that wait for each other only where
/// the source says so, against the oracle on the same bfloat16 inputs. Forward and backward are calls of their own, or a training step.
/// </summary>
public class ChunkTests(ITestOutputHelper log)
{
    // Every chunk is a segment.
    private static readonly SegmentRule Every = new(1000, 16, FewestChunks: 1, FewestSegments: 2);

    public static TheoryData<string> Variants => [.. Catalog.All.Select(x => x.Description.Name)];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Agrees_with_the_oracle(string name)
    {
        IVariant variant = Catalog.All.Single(x => x.Description.Name == name);
        int updates = variant.Description.SeveralUpdates ? 2 : 1;

        // Two whole chunks and one of a single token, on a card that multiplies warp by warp, by kernels that ask how rows stand; a chunk and a half, channels that fill no block.
        Check(variant, new CallSize(1, 33, 1, 32, 32) { Updates = updates }, panel: 16, chunk: 16, watched: false, multiplies: false, knows: false);
        Check(variant, new CallSize(1, 40, 1, 24, 40) { Updates = updates }, panel: 48, chunk: 32, watched: false, step: true);
    }

    public static TheoryData<string> Some => ["RetNet", "NormalizedGatedDeltaRule", "KimiDelta", "GatedDeltaProduct", "Oja", "Hgrn"];

    /// <summary>The forward of a training step leaves the very numbers that a backward by itself would compute.</summary>
    [Theory]
    [MemberData(nameof(Some))]
    public void Training_steps_give_the_bits_of_the_calls(string name)
    {
        IVariant variant = Catalog.All.Single(x => x.Description.Name == name);
        using var random = new RandomInputs(variant.Description, new CallSize(1, 20, 1, 16, 16) { Updates = variant.Description.SeveralUpdates ? 2 : 1 });
        Tensor[] inputs = [.. random.Inputs.Select(x => x.Cast(DataType.BFloat16))];
        var options = new RunOptions { ChunkLength = 16, Engine = new GroupEngine(16, watched: false, variant.Description.CarriesOverSegments ? Every : default) };
        VariantShapes shapes = variant.Shapes(inputs, options);
        using Tensor state = random.Like(shapes.State), outputGradient = random.Like(shapes.Output), stateGradient = random.Like(shapes.State);
        Assert.Equal("", TrainingStep.Differences(variant, new(inputs, random.Parameters, state, outputGradient, stateGradient), options));
        Array.ForEach(inputs, x => x.Dispose());
    }

    /// <summary>Rows of the caller's that begin at no multiple of 16 bytes, whole blocks of value columns among them: a kernel that knows its tensors asks, as any other.</summary>
    [Theory]
    [InlineData("LinearAttention", false)]
    [InlineData("GatedDeltaRule", false)]
    [InlineData("GatedDeltaRule", true)]
    [InlineData("KimiDeltaRule", true)]
    [InlineData("NormalizedDeltaNet", true)]
    public void Rows_of_no_sixteens_agree_with_the_oracle(string name, bool knows) =>
        Check(Catalog.All.Single(x => x.Description.Name == name), new CallSize(1, 36, 3, 20, 34), panel: 16, chunk: 16, watched: false, knows: knows);

    /// <summary>Only the second of two heads decays, by what hangs on no tensor: the rows beyond the last token must not.</summary>
    [Fact]
    public void Decays_of_heads_end_with_the_tokens() => Check(LightningAttention.Variant, new CallSize(1, 20, 2, 16, 16), panel: 16, chunk: 16, watched: false);

    /// <summary>
    /// What a transition reads along is as long as numbers in (-1, 1) make it, and the state grows by two orders in a chunk: what is written twice cancels, and the
    /// rounding of W, bLeft, S and Z stands out. No layer does so, and two digits for all four would halve the error at twice the products.
    /// </summary>
    [Fact]
    public void Growing_states_keep_two_digits() =>
        Check(Rwkv7.Variant, new CallSize(1, 33, 1, 32, 32), panel: 16, chunk: 16, watched: false, longer: MathF.Sqrt(32 / 3f), forwardTolerance: 2.5e-2);

    /// <summary>The widest states: as many registers as there are, and several panels of value columns (a group here has two warps, a strip each).</summary>
    [Theory]
    [InlineData(128, 64, 32)]
    [InlineData(256, 64, 16)]
    public void Wide_states_agree_with_the_oracle(int keys, int values, int chunk) =>
        Array.ForEach([false, true], x => Check(GatedDeltaRule.Variant, new CallSize(1, 36, 1, keys, values), panel: 32, chunk, watched: false, multiplies: x));

    /// <summary>Channels that decay one by one and fill blocks: loops, running sums and Grams read inputs as the caller has them.</summary>
    [Theory]
    [InlineData("KimiDeltaRule", 128, 32)]
    [InlineData("BoundedKimiDelta", 64, 32)]
    [InlineData("Rwkv7", 64, 16)]
    [InlineData("Rwkv6", 64, 32)]
    public void Decays_of_wide_rows_agree_with_the_oracle(string name, int keys, int chunk) =>
        Check(Catalog.All.Single(x => x.Description.Name == name), new CallSize(1, 36, 1, keys, 32), panel: 32, chunk, watched: true);

    /// <summary>A decay's gradient multiplies both states number by number: one of them stands in memory.</summary>
    [Theory]
    [InlineData(64, 64)]
    [InlineData(32, 128)]
    public void States_of_which_one_stands_in_memory_agree_with_the_oracle(int keys, int values) =>
        Check(SimpleGla.Variant, new CallSize(1, 36, 1, keys, values), panel: 32, chunk: 32, watched: true);

    /// <summary>Pairs of a chunk whose rows stand in two blocks of columns, as one panel and as two.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(16)]
    public void Pairs_of_wide_rows_agree_with_the_oracle(int panel) =>
        Array.ForEach([false, true], x => Check(SimpleGla.Variant, new CallSize(1, 68, 1, 128, 32), panel, chunk: 32, watched: true, multiplies: x));

    /// <summary>The longest systems whose matrix is inverted, of long chunks or of several updates a token: two chunks, the second of a few tokens.</summary>
    [Theory]
    [InlineData("DeltaNet")]
    [InlineData("GatedDeltaRule")]
    [InlineData("GatedDeltaProduct")]
    [InlineData("Oja")]
    [InlineData("KimiDeltaRule")]
    public void Long_systems_agree_with_the_oracle(string name)
    {
        IVariant variant = Catalog.All.Single(x => x.Description.Name == name);
        int updates = variant.Description.SeveralUpdates ? 2 : 1, chunk = 64 / updates;
        Check(variant, new CallSize(1, chunk + 5, 1, 32, 32) { Updates = updates }, panel: 32, chunk, watched: true, step: true);
    }

    /// <summary>Long chunks without a system, of which two groups share a multiprocessor: states stand one after the other in one place, and so do pairs of tokens. The second chunk is short.</summary>
    [Theory]
    [InlineData("LinearAttention", 128, 128)]
    [InlineData("RetNet", 128, 128)]
    [InlineData("RetNet", 32, 32)]
    [InlineData("LightningAttention", 32, 64)]
    [InlineData("SimpleGla", 32, 32)]
    public void Long_chunks_agree_with_the_oracle(string name, int keys, int values) =>
        Array.ForEach([false, true], x => Check(Catalog.All.Single(y => y.Description.Name == name), new CallSize(1, 69, 1, keys, values), panel: 32, chunk: 64, watched: true, multiplies: x, step: x));

    public static TheoryData<string> Carrying => [.. Catalog.All.Where(x => x.Description.CarriesOverSegments).Select(x => x.Description.Name)];

    [Theory]
    [MemberData(nameof(Carrying))]
    public void Segments_agree_with_the_oracle(string name)
    {
        IVariant variant = Catalog.All.Single(x => x.Description.Name == name);
        var size = new CallSize(1, 101, 1, 24, 40) { Updates = variant.Description.SeveralUpdates ? 2 : 1 };
        long[] offsets = [0, 20, 20, 101];

        // A sequence that stays whole, one without tokens, and one of six chunks in segments of two; channels that fill no block.
        Check(variant, size, panel: 48, chunk: 16, watched: false, Every with { FewestChunks = 2 }, offsets);

        // Every chunk is a segment, the last of a token: states are followed over five borders.
        Check(variant, size, panel: 48, chunk: 16, watched: false, Every, offsets, step: true);
    }

    /// <summary>Two chunks of the first segment advance while the others, of one each, are carried.</summary>
    [Theory]
    [InlineData("GatedDeltaRule")]
    [InlineData("KimiDeltaRule")]
    [InlineData("SimpleGla")]
    public void First_segments_advance_while_others_are_carried(string name) =>
        Check(Catalog.All.Single(x => x.Description.Name == name), new CallSize(1, 85, 1, 32, 32), panel: 32, chunk: 16, watched: true, Every with { FewestChunks = 2, CarryTime = 0.6 });

    public static TheoryData<string> Decaying => [.. Catalog.All.Where(x => x.Description.TransitionIsDiagonal).Select(x => x.Description.Name)];

    /// <summary>States in registers are added up over the borders of three sequences, one of them whole, in two panels of value columns and two heads.</summary>
    [Theory]
    [MemberData(nameof(Decaying))]
    public void Segments_that_only_decay_agree_with_the_oracle(string name) =>
        Check(Catalog.All.Single(x => x.Description.Name == name), new CallSize(1, 116, 2, 32, 32), panel: 16, chunk: 16, watched: false, Every, [0, 15, 80, 116], step: true);

    /// <summary>Where rows fill every block, but not the state, which has a column for the normaliser.</summary>
    [Fact]
    public void Normalizers_agree_with_the_oracle() =>
        Check(Catalog.All.Single(x => x.Description is { Normalizer: true }), new CallSize(1, 33, 1, 32, 32), panel: 32, chunk: 16, watched: false, step: true);

    /// <summary>A state with a column for the normaliser fills no block.</summary>
    public static TheoryData<string> Filling => [.. Catalog.All.Where(x => !x.Description.Normalizer).Select(x => x.Description.Name)];

    [Theory]
    [MemberData(nameof(Filling))]
    public void No_barrier_is_missing(string name)
    {
        IVariant variant = Catalog.All.Single(x => x.Description.Name == name);
        var size = new CallSize(1, 33, 1, 32, 32) { Updates = variant.Description.SeveralUpdates ? 2 : 1 };
        SegmentRule rule = variant.Description.CarriesOverSegments ? Every : default;
        Check(variant, size, panel: 32, chunk: 16, watched: true, rule, step: true);

        // The walk that leaves the states alone has the barriers of the one that leaves them beside the output: some of them will do.
        if (Some.Contains(name))
        {
            Check(variant, size, panel: 32, chunk: 16, watched: true, rule);
        }
    }

    private void Check(
        IVariant variant,
        CallSize size,
        int panel,
        int chunk,
        bool watched,
        SegmentRule rule = default,
        long[]? offsets = null,
        float longer = 1,
        double forwardTolerance = 1e-2,
        bool multiplies = true,
        bool knows = true,
        bool step = false)
    {
        using var random = new RandomInputs(variant.Description, size);
        foreach ((_, Tensor along) in variant.Description.Inputs.Zip(random.Inputs).Where(x => x.First.Role == "input of transition a"))
        {
            Longer(along, longer);
        }

        Tensor[] inputs = [.. random.Inputs.Select(x => x.Cast(DataType.BFloat16))];
        var options = new RunOptions { ChunkLength = chunk, SequenceOffsets = offsets };
        RunOptions onGroups = options with { Engine = new GroupEngine(panel, watched, rule, multiplies, knows) };
        using Tensor state = random.Like(variant.Shapes(inputs, options).State);
        using ForwardResult exact = variant.ReferenceForward(inputs, random.Parameters, state, options);
        using Tensor outputGradient = random.Like(exact.Output.Shape.ToArray()), stateGradient = random.Like(exact.FinalState.Shape.ToArray());
        using BackwardResult exactGradients = variant.ReferenceBackward(inputs, random.Parameters, outputGradient, stateGradient, state, options);
        using PreparedTraining<BackwardResult>? training = step ? variant.PrepareTraining(inputs, random.Parameters, outputGradient, stateGradient, state, onGroups) : null;
        training?.Forward();
        training?.Backward();
        using ForwardResult got = training?.Result ?? variant.Forward(inputs, random.Parameters, state, onGroups);
        using BackwardResult gradients = training?.Gradients ?? variant.Backward(inputs, random.Parameters, outputGradient, stateGradient, state, onGroups);
        double forward = Math.Max(Error.Relative(exact.Output, got.Output), Error.Relative(exact.FinalState, got.FinalState));
        double backward = exactGradients.All().Zip(gradients.All()).Where(x => x.First is not null).Max(x => Error.Relative(x.First!, x.Second!));
        log.WriteLine(string.Join(" ", exactGradients.All().Zip(gradients.All()).Where(x => x.First is not null).Select(x => $"{Error.Relative(x.First!, x.Second!):e1}")));
        log.WriteLine($"{variant.Description.Name}: forward {forward:e1}, backward {backward:e1}");
        Assert.InRange(forward, 0, forwardTolerance);
        Assert.InRange(backward, 0, 2e-2);
        Array.ForEach(inputs, x => x.Dispose());
    }

    private static void Longer(Tensor tensor, float factor)
    {
        foreach (ref float x in tensor.AsSpan<float>())
        {
            x *= factor;
        }
    }
}
