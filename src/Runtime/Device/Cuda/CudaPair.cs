using ILGPU;

namespace AttentionDsl.Runtime;

/// <summary>Two neighbours of a row: of a product's factor, along the contracted dimension.</summary>
/// <param name="Low">The first.</param>
/// <param name="High">The second.</param>
internal readonly record struct CudaPair(float Low, float High)
{
    /// <summary>Rounded to bfloat16.</summary>
    public uint Rounded => Ptx.PackBFloat16(Low, High);

    public static CudaPair operator +(CudaPair a, CudaPair b) => new(a.Low + b.Low, a.High + b.High);

    /// <summary>The two, or zeros.</summary>
    public CudaPair If(bool there) => new(there ? Low : 0f, there ? High : 0f);

    /// <summary>Two bfloat16, widened.</summary>
    public static CudaPair Of(uint bits) => new(Interop.IntAsFloat(bits << 16), Interop.IntAsFloat(bits & 0xffff0000u));

    /// <summary>What rounding to <paramref name="rounded"/> lost, itself rounded.</summary>
    public uint Rest(uint rounded)
    {
        CudaPair kept = Of(rounded);
        return Ptx.PackBFloat16(Low - kept.Low, High - kept.High);
    }
}
