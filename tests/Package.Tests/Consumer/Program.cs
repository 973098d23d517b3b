using AttentionDsl;
using AttentionDsl.Runtime;
using static AttentionDsl.GateMath;

CheckReport report = FadingMemory.Variant.Check();
Console.WriteLine(report);

const int tokens = 20, heads = 2, channels = 8;
var random = new Random(1);
var layer = new FadingMemory(
    Numbers(1, tokens, heads, channels), Numbers(1, tokens, heads, channels), Numbers(1, tokens, heads, channels), Numbers(1, tokens, heads));
var gates = new FadingMemory.Parameters(Numbers(heads));
using ForwardResult result = layer.Forward(gates);
using FadingMemory.Gradients gradients = layer.Backward(gates, result.Output);
Console.WriteLine($"output {result.Output}, gradient of Beta {gradients.Inputs.Beta.Tensor}, of Sharpness {gradients.Parameters.Sharpness}");
Console.WriteLine(KimiDelta.Variant.Description.Recurrence);
return report.Passed ? 0 : 1;

Tensor Numbers(params long[] shape)
{
    var tensor = new Tensor(DataType.Float32, shape);
    foreach (ref float x in tensor.AsSpan<float>())
    {
        x = (2 * random.NextSingle()) - 1;
    }

    return tensor;
}

/// <summary>The delta rule under a decay that is the same for every token, with a write strength of this project's own making.</summary>
[RecurrentAttention]
public partial record FadingMemory(
    [Query(L2Normalize = true)] KeyVector Q, [Key(L2Normalize = true)] KeyVector K, [Value] ValueVector V, [WriteStrength, DeltaRule] Scalar Beta)
{
    [LogDecay]
    private static float Decay([HeadIndex] float head) => -0.02f * (1 + head);

    [Gate(nameof(Beta))]
    private static float Strength(float beta, [PerHead] float sharpness) => Squashed(Exp(sharpness) * beta);

    private static float Squashed(float x) => 0.5f + (0.5f * x / Sqrt(1 + Square(x)));
}
