namespace AttentionDsl.Variants.Tests;

/// <summary>Tests that count what is alive in the process run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone
{
    /// <summary>Tensors that hold memory, those that nobody refers to any more freed first: what earlier tests left goes at no other time.</summary>
    public static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.Live;
    }
}
