namespace AttentionDsl.Runtime;

/// <summary>A group of two warps: every thread is one of this machine's.</summary>
internal static class CudaGroup
{
    public const int Threads = 64;
}
