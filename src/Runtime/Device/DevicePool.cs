using System.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionDsl.Runtime;

/// <summary>
/// A device's memory in pieces that are used again: an allocation costs more than most kernels, and freeing waits for all of them. What is given
/// back may be taken at once, since everything on a device happens in one order.
/// </summary>
internal sealed class DevicePool(Accelerator accelerator)
{
    private const long Smallest = 256;

    // Sizes of large pieces are multiples of this: of what a driver gives out memory in.
    private const long LargeStep = 2 << 20;

    private readonly Lock gate = new();

    // By their lengths; none is empty.
    private readonly SortedList<long, Stack<MemoryBuffer1D<byte, Stride1D.Dense>>> free = [];

    // Whoever holds a piece may be finalized together with it: the pool keeps them all.
    private readonly HashSet<MemoryBuffer1D<byte, Stride1D.Dense>> taken = [];

    /// <summary>Bytes that are taken.</summary>
    public long Used { get; private set; }

    /// <summary>The most bytes that were taken at a time.</summary>
    public long Peak { get; private set; }

    /// <summary>Counts <see cref="Peak"/> from here on.</summary>
    public void ResetPeak()
    {
        lock (gate)
        {
            Peak = Used;
        }
    }

    /// <summary>At least so many bytes; they hold anything.</summary>
    /// <exception cref="InvalidOperationException">The device has no memory left.</exception>
    public DeviceBlock Take(long bytes)
    {
        long size = Rounded(bytes);
        lock (gate)
        {
            MemoryBuffer1D<byte, Stride1D.Dense> memory = Free(size, size + (size / 8)) ?? Allocate(size);
            taken.Add(memory);
            Used += memory.Length;
            Peak = Math.Max(Peak, Used);
            return new DeviceBlock(this, memory);
        }
    }

    public void GiveBack(MemoryBuffer1D<byte, Stride1D.Dense> memory)
    {
        lock (gate)
        {
            taken.Remove(memory);
            Used -= memory.Length;
            if (!free.TryGetValue(memory.Length, out var kept))
            {
                free.Add(memory.Length, kept = new());
            }

            kept.Push(memory);
        }
    }

    /// <summary>The smallest free piece of such a length; null: there is none.</summary>
    private MemoryBuffer1D<byte, Stride1D.Dense>? Free(long least, long most)
    {
        int at = 0;
        while (at < free.Count && free.GetKeyAtIndex(at) < least)
        {
            at++;
        }

        if (at == free.Count || free.GetKeyAtIndex(at) > most)
        {
            return null;
        }

        Stack<MemoryBuffer1D<byte, Stride1D.Dense>> kept = free.GetValueAtIndex(at);
        MemoryBuffer1D<byte, Stride1D.Dense> memory = kept.Pop();
        if (kept.Count == 0)
        {
            free.RemoveAt(at);
        }

        return memory;
    }

    private MemoryBuffer1D<byte, Stride1D.Dense> Allocate(long size)
    {
        // Calls that grow by a little each time would leave a piece behind each time: the new one takes its place.
        Free(size - (size / 8), size)?.Dispose();
        try
        {
            return accelerator.Allocate1D<byte>(size);
        }
        catch (Exception exception) when (exception is AcceleratorException or OutOfMemoryException)
        {
            foreach (MemoryBuffer1D<byte, Stride1D.Dense> memory in free.Values.SelectMany(x => x))
            {
                memory.Dispose();
            }

            free.Clear();
        }

        try
        {
            return accelerator.Allocate1D<byte>(size);
        }
        catch (Exception exception) when (exception is AcceleratorException or OutOfMemoryException)
        {
            throw new InvalidOperationException(
                $"{accelerator.Name} has no {size >> 20} MiB left: {Used >> 20} of its {accelerator.MemorySize >> 20} MiB are in tensors and calls. Dispose some, or run fewer tokens a call.", exception);
        }
    }

    // Powers of two, above 1 MiB eighths of them, and above 16 MiB what the driver rounds to: a piece that is allocated is at most an eighth larger than asked for, and at most 2 MiB.
    private static long Rounded(long bytes)
    {
        bytes = Math.Max(bytes, Smallest);
        long power = (long)BitOperations.RoundUpToPowerOf2((ulong)bytes);
        if (power <= 1 << 20)
        {
            return power;
        }

        long step = Math.Min(power / 16, LargeStep);
        return (bytes + step - 1) / step * step;
    }
}

/// <summary>A piece of a device's memory, given back when it is disposed or forgotten.</summary>
internal sealed class DeviceBlock(DevicePool pool, MemoryBuffer1D<byte, Stride1D.Dense> memory) : IDisposable
{
    private MemoryBuffer1D<byte, Stride1D.Dense>? memory = memory;

    ~DeviceBlock() => Free();

    public ArrayView<byte> View => (memory ?? throw new ObjectDisposedException(nameof(Tensor))).View.AsContiguous();

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Interlocked.Exchange(ref memory, null) is { } given)
        {
            pool.GiveBack(given);
        }
    }
}
