namespace AttentionDsl.Runtime;

/// <summary>The group of threads that works on a <see cref="CudaTile"/>.</summary>
internal static class CudaGroup
{
    /// <summary>Its threads: as many warps as a product of a chunk has blocks of 16 x 32.</summary>
    public const int Threads = 256;
}
