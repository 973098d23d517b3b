using System.Runtime.InteropServices;

namespace AttentionDsl.Runtime;

/// <summary>Which thread asks.</summary>
internal static class Group
{
    public static int IdxX => ThreadGroup.Index;

    public static int DimX => ThreadGroup.Current.Threads;

    public static void Barrier() => ThreadGroup.Current.Synchronize();
}

/// <summary>The group's memory is <see cref="ThreadGroup"/>'s.</summary>
internal static class SharedMemory
{
    public static Span<byte> GetDynamic<T>() => new byte[1];
}

/// <summary>Threads that run the same code, each at its own pace: what races on a card that keeps no step goes wrong here.</summary>
internal sealed unsafe class ThreadGroup : IDisposable
{
    private const int WarpSize = 32;

    [ThreadStatic]
    private static ThreadGroup? current;

    [ThreadStatic]
    private static int index;

    private readonly float* memory;
    private readonly Barrier barrier;
    private readonly Barrier[] warps;
    private readonly uint[][] given;

    private ThreadGroup(int threads, long elements)
    {
        Threads = threads;
        Elements = elements;
        barrier = new(threads);
        warps = [.. Enumerable.Range(0, threads / WarpSize).Select(_ => new Barrier(WarpSize))];
        given = new uint[threads][];
        memory = (float*)NativeMemory.AlignedAlloc((nuint)(elements * sizeof(float)), 128);
        new Span<float>(memory, (int)elements).Fill(float.NaN);
    }

    public static ThreadGroup Current => current!;

    public static int Index => index;

    public int Threads { get; }

    public long Elements { get; }

    /// <summary>Runs code on a group with so many numbers of shared memory, which are NaN at first.</summary>
    public static void Run(int threads, long elements, Action code)
    {
        using var group = new ThreadGroup(threads, elements);
        Exception? failure = null;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(x => new Thread(
            () =>
            {
                (current, index) = (group, x);
                try
                {
                    code();
                }
                catch (Exception exception)
                {
                    failure ??= exception;
                }

                group.barrier.RemoveParticipant();
                group.warps[x / WarpSize].RemoveParticipant();
            },
            1 << 20))];
        Array.ForEach(all, x => x.Start());
        Array.ForEach(all, x => x.Join());
        if (failure is not null)
        {
            throw new InvalidOperationException("A thread of the group failed.", failure);
        }
    }

    /// <summary>The barrier of the group.</summary>
    public void Synchronize() => barrier.SignalAndWait();

    /// <summary>The barrier of the warp.</summary>
    public void Together() => warps[index / WarpSize].SignalAndWait();

    /// <summary>What a thread makes of numbers that every thread of its warp gives.</summary>
    public T Exchange<T>(uint[] mine, Func<int, uint[][], T> result)
    {
        int first = index & ~(WarpSize - 1);
        given[index] = mine;
        Together();
        T value = result(index - first, given[first..(first + WarpSize)]);
        Together();
        return value;
    }

    public float Across(float x, int distance) =>
        Exchange([BitConverter.SingleToUInt32Bits(x)], (lane, all) => BitConverter.UInt32BitsToSingle(all[lane ^ distance][0]));

    /// <summary>Numbers of shared memory, at a multiple of their size.</summary>
    public T* At<T>(uint address, int count)
        where T : unmanaged => address % (count * sizeof(T)) == 0 && address + (count * sizeof(T)) <= Elements * sizeof(float)
            ? (T*)((byte*)memory + address)
            : throw new InvalidOperationException($"{count} x {sizeof(T)} bytes at {address} of {Elements * sizeof(float)} bytes.");

    public float* At(uint address, int count) => At<float>(address, count);

    public void Dispose()
    {
        barrier.Dispose();
        Array.ForEach(warps, x => x.Dispose());
        NativeMemory.AlignedFree(memory);
    }
}
