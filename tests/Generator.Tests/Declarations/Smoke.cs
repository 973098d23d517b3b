namespace AttentionDsl.Generator.Tests;

public class Smoke(Xunit.Abstractions.ITestOutputHelper output)
{
    [Fact]
    public void Kda()
    {
        Declaration d = Source.Read("""
            namespace Lab;
            /// <summary>Kimi <see cref="int"/> Delta
            /// Attention &lt; 1.</summary>
            [RecurrentAttention, PublishedAs("kda", "q k v g beta A_log dt_bias", Flags = "x y")]
            public partial record KimiDelta(
                [Query(L2Normalize = true)] KeyVector Q,
                [Key(L2Normalize = true)]   KeyVector K,
                [Value]                     ValueVector V,
                [LogDecay]                  KeyVector G,
                [WriteStrength, DeltaRule]  Scalar Beta)
            {
                [Gate(nameof(G))]    static float Decay(float g, [PerHead] float aLog, [PerKeyChannel] float dtBias) => -Exp(aLog) * Softplus(g + dtBias);
                [Gate(nameof(Beta))] static float Write(float beta) => Sigmoid(beta);
            }
            """);
        output.WriteLine(d.ToString());
        foreach (var g in d.Gates) output.WriteLine(g.ToString());
        output.WriteLine(StateUpdate.From(d).ToString());
    }
}
