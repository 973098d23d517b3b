namespace AttentionDsl.Runtime;

/// <summary>
/// Finds what a barrier is missing for, whatever the threads' pace: between two barriers no warp may touch what another has written, nor write what another
/// has read. (Threads of one warp agree among themselves.)
/// </summary>
/// <param name="bytes">Bytes of shared memory.</param>
internal sealed class RaceWatch(long bytes)
{
    // Of every two bytes: the stretch between barriers in which they were last written or read, and by which warps.
    private readonly long[] written = new long[bytes / 2];
    private readonly long[] read = new long[bytes / 2];

    [ThreadStatic]
    private static long stretch;

    /// <summary>A thread begins.</summary>
    public static void Begin() => stretch = 1;

    /// <summary>A thread has passed a barrier.</summary>
    public static void Meet() => stretch++;

    public void Read(uint address, int count, int warp)
    {
        for (uint at = address / 2; at < (address + count) / 2; at++)
        {
            Note(ref read[at], warp);
            Forbid(Volatile.Read(ref written[at]), warp, at, "reads", "wrote");
        }
    }

    public void Write(uint address, int count, int warp)
    {
        for (uint at = address / 2; at < (address + count) / 2; at++)
        {
            Note(ref written[at], warp);
            Forbid(Volatile.Read(ref written[at]), warp, at, "writes", "wrote");
            Forbid(Volatile.Read(ref read[at]), warp, at, "writes", "read");
        }
    }

    // All is there to be seen by others before the caller looks for theirs.
    private static void Note(ref long place, int warp)
    {
        long seen, noted;
        do
        {
            seen = Volatile.Read(ref place);
            noted = (seen >> 8 == stretch ? seen : stretch << 8) | (1L << warp);
        }
        while (noted != seen && Interlocked.CompareExchange(ref place, noted, seen) != seen);
    }

    private static void Forbid(long place, int warp, uint at, string does, string did)
    {
        if (place >> 8 == stretch && (place & 0xff & ~(1L << warp)) != 0)
        {
            throw new InvalidOperationException($"Warp {warp} {does} byte {at * 2} of shared memory, which another warp {did} since the last barrier.");
        }
    }
}
