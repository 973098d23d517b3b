namespace AttentionDsl.Runtime;

/// <summary>Four registers of 32 bits: a thread's part of a fragment of the tensor cores, or eight numbers of 16 bits.</summary>
/// <param name="X">The first.</param>
/// <param name="Y">The second.</param>
/// <param name="Z">The third.</param>
/// <param name="W">The fourth.</param>
internal readonly record struct CudaBits4(uint X, uint Y, uint Z, uint W);
