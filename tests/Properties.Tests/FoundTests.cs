using AttentionDsl.Runtime;

namespace AttentionDsl.Properties.Tests;

/// <summary>Declarations that fresh cases have found, each with what was wrong; the gate's own cases do not have them.</summary>
public class FoundTests
{
    [Theory]
    [InlineData("what is fetched once more took a room, whose variable was there already", """
        [RecurrentAttention(ReadBeforeWrite = true)]
        public partial record Layer(
            [Query] KeyVector Q, [Key] KeyVector K, [Value] ValueVector V, [WriteStrength] Scalar Beta, Scalar X, ValueVector Z)
        {
            [Gate(nameof(V))] private static float Gated(float v, float x, [PerValueChannel] float valueBias) => v * Sigmoid(x + valueBias);
            [Output] private static float Gate(float o, float z) => o * Silu(z);
        }
        """)]
    public void Every_property_holds(string wrong, string declaration)
    {
        using Compiled compiled = Compiled.Of(["namespace Found;\n" + declaration]);
        IVariant variant = compiled.Variant("Found.Layer");
        foreach (CaseShape shape in new CaseShape[] { new() { Batch = 2, Tokens = 37 }, new() { Tokens = 33, K = 20, V = 5, Options = new() { SequenceOffsets = [0, 4, 33] } } })
        {
            string violated = Properties.Violated(variant, shape);
            Assert.True(violated.Length == 0, $"{wrong}: {violated}");
        }
    }
}
