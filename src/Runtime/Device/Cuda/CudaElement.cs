namespace AttentionDsl.Runtime;

/// <summary>How the numbers of a tile stand in memory.</summary>
public enum CudaElement
{
    /// <summary>Single precision.</summary>
    Float32,

    /// <summary>bfloat16.</summary>
    BFloat16,

    /// <summary>IEEE half precision.</summary>
    Float16,
}

/// <summary>What stands in the caller's tensors.</summary>
internal static class CudaElements
{
    /// <summary>Of a tensor; single precision where there is none.</summary>
    public static CudaElement Of(Tensor? tensor) => tensor?.Type switch
    {
        DataType.BFloat16 => CudaElement.BFloat16,
        DataType.Float16 => CudaElement.Float16,
        _ => CudaElement.Float32,
    };
}
