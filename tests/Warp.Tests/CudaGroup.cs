namespace AttentionDsl.Runtime;

/// <summary>A group of two warps, or of as many as a card's (<c>-p:Warps=8</c>): every thread is one of this machine's.</summary>
internal static class CudaGroup
{
#if EIGHT_WARPS
    public const int Threads = 256;
#else
    public const int Threads = 64;
#endif
}
