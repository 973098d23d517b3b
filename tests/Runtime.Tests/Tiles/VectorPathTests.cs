using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime.Tests.Tiles;

/// <summary>That the host works in whole registers: an operation that fell back to numbers one by one would leave a row's padding alone.</summary>
public sealed unsafe class VectorPathTests
{
    private const float Untouched = 12345;

    [Fact]
    public void This_machine_has_vector_registers() =>
        Assert.True(Vector128.IsHardwareAccelerated, "The host backend would run number by number here.");

    [Fact]
    public void Elementwise_loops_step_by_sixteen() => Assert.Equal(16, new HostTile(null, 1, 100, 112).ColumnStep);

    [Fact]
    public void Nothing_but_the_host_runs_a_call_without_options() => Assert.Same(HostEngine.Instance, Places.Engine(TinyKernels.Description, new(), []));

    [Fact]
    public void Operations_write_whole_registers()
    {
        float* memory = (float*)NativeMemory.AlignedAlloc(5 * 16 * sizeof(float), 64);
        try
        {
            new Span<float>(memory, 5 * 16).Fill(Untouched);
            HostTile result = new(memory, 1, 3, 16), x = new(memory + 16, 1, 3, 16), one = new(memory + 32, 1, 1, 16);
            HostTile.Product(result, one, x, Into.Set);
            Assert.NotEqual(Untouched, memory[15]);
            memory[15] = 0;
            HostTile.CumulativeSum(result, x);
            Assert.Equal(Untouched, memory[15]);
            memory[15] = Untouched;
            HostTile.WriteAndRead(x, result, x, one, x, one);
            Assert.NotEqual(Untouched, memory[15]);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }
}
