using System.Runtime.InteropServices;

namespace AttentionDsl.Runtime;

/// <summary>Which thread asks.</summary>
internal static class Group
{
    public static int IdxX => ThreadGroup.Index;

    public static int DimX => ThreadGroup.Current.Threads;

    public static void Barrier() => ThreadGroup.Current.Synchronize();
}

/// <summary>Which group runs.</summary>
internal static class Grid
{
    public static int IdxX { get; set; }
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

    [ThreadStatic]
    private static uint[]? strips;

    [ThreadStatic]
    private static List<List<Action>>? pending;

    [ThreadStatic]
    private static int turn;

    private readonly float* memory;
    private readonly Barrier barrier;
    private readonly Barrier[] warps;

    // What a warp's threads give each other, of this exchange and of the next: who is late still reads the one when others write the other.
    private readonly uint[][][] given;

    private readonly RaceWatch? watch;

    private ThreadGroup(int threads, long elements, bool watched, bool multiplies)
    {
        Multiplies = multiplies;
        watch = watched ? new(elements * sizeof(float)) : null;
        Threads = threads;
        Elements = elements;
        barrier = new(threads);
        warps = [.. Enumerable.Range(0, threads / WarpSize).Select(_ => new Barrier(WarpSize))];
        given = [.. Enumerable.Range(0, threads / WarpSize * 2).Select(_ => new uint[WarpSize][])];
        memory = (float*)NativeMemory.AlignedAlloc((nuint)(elements * sizeof(float)), 128);
        new Span<float>(memory, (int)elements).Fill(float.NaN);
    }

    public static ThreadGroup Current => current!;

    public static int Index => index;

    /// <summary>The thread's registers that outlive an instruction's text.</summary>
    public static uint[] Strips => strips!;

    /// <summary>What the thread has asked the tensor cores for and not waited for, a list for all that it asked for at once; the last is not complete.</summary>
    public static List<List<Action>> Pending => pending!;

    public int Threads { get; }

    /// <summary>True if warps of the card multiply in groups of four (compute capability 9.0).</summary>
    public bool Multiplies { get; }

    public long Elements { get; }

    /// <summary>Runs code on a group with so many numbers of shared memory, which are NaN at first.</summary>
    /// <param name="threads">Threads of the group.</param>
    /// <param name="elements">Numbers of shared memory.</param>
    /// <param name="watched">True if warps may not touch what another wrote, or write what another read, before they have met at the barrier.</param>
    /// <param name="code">The code.</param>
    /// <param name="multiplies">True if warps multiply in groups of four.</param>
    public static void Run(int threads, long elements, bool watched, Action code, bool multiplies = false)
    {
        using var group = new ThreadGroup(threads, elements, watched, multiplies);
        Exception? failure = null;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(x => new Thread(
            () =>
            {
                (current, index, strips, pending, turn) = (group, x, new uint[2048], [[]], 0);
                RaceWatch.Begin();
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
    public void Synchronize()
    {
        barrier.SignalAndWait();
        RaceWatch.Meet();
    }

    /// <summary>The barrier of the warp.</summary>
    public void Together() => warps[index / WarpSize].SignalAndWait();

    /// <summary>What a thread makes of numbers that every thread of its warp gives, and of nothing else.</summary>
    public T Exchange<T>(uint[] mine, Func<int, uint[][], T> result)
    {
        uint[][] all = given[(index / WarpSize * 2) + turn];
        turn ^= 1;
        all[index % WarpSize] = mine;
        Together();
        return result(index % WarpSize, all);
    }

    /// <summary>What a thread makes of numbers that every thread of its warp gives, and of shared memory, or in it: no thread goes on before all are done.</summary>
    public T ExchangeNear<T>(uint[] mine, Func<int, uint[][], T> result)
    {
        T value = Exchange(mine, result);
        Together();
        return value;
    }

    public float Across(float x, int distance) =>
        Exchange([BitConverter.SingleToUInt32Bits(x)], (lane, all) => BitConverter.UInt32BitsToSingle(all[lane ^ distance][0]));

    /// <summary>Numbers of shared memory, at a multiple of their size, to be read.</summary>
    public T* At<T>(uint address, int count)
        where T : unmanaged
    {
        T* at = Within<T>(address, count);
        watch?.Read(address, count * sizeof(T), index / WarpSize);
        return at;
    }

    public float* At(uint address, int count) => At<float>(address, count);

    /// <summary>Numbers of shared memory, at a multiple of their size, to be written.</summary>
    public T* To<T>(uint address, int count)
        where T : unmanaged
    {
        T* to = Within<T>(address, count);
        watch?.Write(address, count * sizeof(T), index / WarpSize);
        return to;
    }

    public float* To(uint address, int count) => To<float>(address, count);

    private T* Within<T>(uint address, int count)
        where T : unmanaged => address % (count * sizeof(T)) == 0 && address + (count * sizeof(T)) <= Elements * sizeof(float)
            ? (T*)((byte*)memory + address)
            : throw new InvalidOperationException($"{count} x {sizeof(T)} bytes at {address} of {Elements * sizeof(float)} bytes.");

    public void Dispose()
    {
        barrier.Dispose();
        Array.ForEach(warps, x => x.Dispose());
        NativeMemory.AlignedFree(memory);
    }
}
