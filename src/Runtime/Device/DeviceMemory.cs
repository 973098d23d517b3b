using ILGPU;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>
/// One allocation of an accelerator, kept from call to call (an allocation costs more than most kernels) and handed out in stretches.
/// </summary>
internal sealed class DeviceMemory(Accelerator accelerator)
{
    private const long Alignment = 256;

    private MemoryBuffer1D<byte, Stride1D.Dense>? slab;
    private long used;

    /// <summary>Bytes that a stretch takes.</summary>
    public static long Aligned(long bytes) => (Math.Max(bytes, 1) + Alignment - 1) / Alignment * Alignment;

    /// <summary>Makes room for so many bytes; what was handed out before is gone.</summary>
    public void Reserve(long bytes)
    {
        used = 0;
        if (slab is null || slab.Length < bytes)
        {
            slab?.Dispose();
            slab = null;
            slab = accelerator.Allocate1D<byte>(bytes);
        }
    }

    /// <summary>The next stretch, for so many elements.</summary>
    public ArrayView<T> Take<T>(long count)
        where T : unmanaged
    {
        long bytes = count * Interop.SizeOf<T>();
        ArrayView<byte> stretch = slab!.View.AsContiguous().SubView(used, Aligned(bytes));
        used += stretch.Length;
        return stretch.SubView(0, bytes).Cast<T>();
    }
}
