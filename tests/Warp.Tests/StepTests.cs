using AttentionDsl.Runtime;
using AttentionDsl.Variants;

namespace AttentionDsl.Warp.Tests;

/// <summary>
/// The decode step of CUDA cards without a card: the source of its tile, with a warp of 32 threads that wait for each other only where the
/// source says so. Every variant that it takes against the oracle.
/// </summary>
public class StepTests
{
    // HGRN has one key channel: the step takes fours.
    public static TheoryData<string> Variants =>
        [.. Catalog.All.Select(x => x.Description).Where(x => x is { ColumnsAreIndependent: true, Normalizer: false, ReadsKeys: false } && x.Inputs.Any(y => y.Channels == Channels.Key)).Select(x => x.Name)];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Agrees_with_the_oracle(string name)
    {
        IVariant variant = Catalog.All.Single(x => x.Description.Name == name);
        Check(variant, DataType.BFloat16, new CallSize(1, 1, 2, 128, 32), panel: 32, 5e-3);
        Check(variant, DataType.BFloat16, new CallSize(1, 1, 2, 64, 64), panel: 64, 5e-3);
        Check(variant, DataType.Float32, new CallSize(2, 2, 2, 64, 48), panel: 32, 1e-6);
        Check(variant, DataType.Float32, new CallSize(1, 2, 2, 20, 16), panel: 16, 1e-6, valueFirst: true);
        Check(variant, DataType.Float16, new CallSize(1, 2, 2, 36, 16), panel: 8, 5e-4);
    }

    private static void Check(IVariant variant, DataType type, CallSize size, int panel, double tolerance, bool valueFirst = false)
    {
        using var random = new RandomInputs(variant.Description, size with { Updates = variant.Description.SeveralUpdates ? 2 : 1 });
        Tensor[] inputs = [.. random.Inputs.Select(x => x.Cast(type))];
        var options = new RunOptions { StateValueFirst = valueFirst };
        Tensor state = random.Like(variant.Shapes(inputs, options).State);
        using ForwardResult exact = variant.ReferenceForward(inputs, random.Parameters, state, options);
        using Tensor output = variant.Decode(inputs, random.Parameters, state, options with { Engine = new WarpEngine(panel) });
        Assert.InRange(Error.Relative(exact.Output, output), 0, tolerance);
        Assert.InRange(Error.Relative(exact.FinalState, state), 0, 1e-6);
        Array.ForEach(inputs, x => x.Dispose());
    }
}
