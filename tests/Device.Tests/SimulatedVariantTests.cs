using AttentionDsl.Runtime;
using AttentionDsl.Variants;

namespace AttentionDsl.Device.Tests;

/// <summary>Whole calls on the simulator against the oracle: generated kernels, launches, copies to and fro.</summary>
public class SimulatedVariantTests
{
    public static TheoryData<string> Some => ["RetNet", "Mamba2", "NormalizedGatedDeltaRule", "KimiDelta", "GatedDeltaProduct", "Rwkv7"];

    [Theory]
    [MemberData(nameof(Some))]
    public void Equals_the_oracle(string name) => Agrees(Catalog.All.Single(x => x.Description.Name == name), ComputeDevice.Find("simulator"));

    [Fact]
    public void A_kernel_is_compiled_once_and_says_so()
    {
        ComputeDevice device = ComputeDevice.Find("simulator");
        var heard = new List<string>();
        device.Compiling += Hear;
        try
        {
            Agrees(Hgrn2.Variant, device);
            Assert.Equal(7, heard.Count);
            Assert.Contains(heard, x => x.Contains("gradients", StringComparison.Ordinal));
            Agrees(Hgrn2.Variant, device);
            Assert.Equal(7, heard.Count);
        }
        finally
        {
            device.Compiling -= Hear;
        }

        // Other tests run beside this one.
        void Hear(string line)
        {
            if (line.Contains("Hgrn2,", StringComparison.Ordinal))
            {
                heard.Add(line);
            }
        }
    }

    private static void Agrees(IVariant variant, ComputeDevice device)
    {
        CheckReport report = variant.Check(new CallSize(1, 5, 2, 5, 3), new RunOptions { Device = device, ChunkLength = 3 });
        Assert.True(report.Passed, report.ToString());
    }
}
