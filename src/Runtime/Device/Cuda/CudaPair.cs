using ILGPU;

namespace AttentionDsl.Runtime;

/// <summary>Two neighbours along the contracted dimension of a product.</summary>
/// <param name="Low">The first.</param>
/// <param name="High">The second.</param>
internal readonly record struct CudaPair(float Low, float High)
{
    /// <summary>Rounded to bfloat16.</summary>
    public uint Rounded => Ptx.PackBFloat16(Low, High);

    /// <summary>Two bfloat16, widened.</summary>
    public static CudaPair Of(uint bits) => new(Interop.IntAsFloat(bits << 16), Interop.IntAsFloat(bits & 0xffff0000u));

    /// <summary>What rounding to <paramref name="rounded"/> lost, itself rounded.</summary>
    public uint Rest(uint rounded)
    {
        CudaPair kept = Of(rounded);
        return Ptx.PackBFloat16(Low - kept.Low, High - kept.High);
    }
}
