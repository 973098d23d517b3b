using ILGPU;

namespace AttentionDsl.Runtime;

/// <summary>
/// What calls need of a device besides their tensors: one piece that all calls use, one after the other, each cut into stretches of its own. Or a piece
/// that the parts of one call have for themselves.
/// </summary>
internal sealed class DeviceMemory(DevicePool pool) : IDisposable
{
    private const long Alignment = 256;

    private DeviceBlock? slab;
    private long used;

    /// <summary>Changes when the memory is another one: addresses of before are no longer valid.</summary>
    public int Generation { get; private set; }

    /// <summary>Bytes that it takes of the device.</summary>
    public long Bytes => slab?.View.Length ?? 0;

    /// <summary>Bytes that a stretch takes.</summary>
    public static long Aligned(long bytes) => (Math.Max(bytes, 1) + Alignment - 1) / Alignment * Alignment;

    /// <summary>Makes room for so many bytes.</summary>
    public void Reserve(long bytes)
    {
        if (slab is null || slab.View.Length < bytes)
        {
            slab?.Dispose();
            slab = null;
            slab = pool.Take(bytes);
            Generation++;
        }
    }

    /// <summary>Gives the memory back; the next call makes it anew, as large as it needs.</summary>
    public void Release()
    {
        slab?.Dispose();
        slab = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    /// <summary>Begins to cut the memory anew, for another call.</summary>
    public void Restart() => used = 0;

    /// <summary>The next stretch, for so many elements.</summary>
    public ArrayView<T> Take<T>(long count)
        where T : unmanaged
    {
        long bytes = count * Interop.SizeOf<T>();
        ArrayView<byte> stretch = slab!.View.SubView(used, Aligned(bytes));
        used += stretch.Length;
        return stretch.SubView(0, bytes).Cast<T>();
    }
}
