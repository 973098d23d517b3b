using System.Runtime.InteropServices;
using AttentionDsl.Runtime;

namespace AttentionDsl.Warp.Tests;

/// <summary>Inverses on the ways from what makes them to what reads them, in a group's scratch and in memory between passes.</summary>
internal sealed unsafe class Inverses : IDisposable
{
    // Beyond the tiles of a test: two rooms, which no operation may touch that is not asked to.
    private const long First = 32 << 10, Second = 38 << 10;

    private readonly Way way;
    private readonly int rows;
    private readonly long taken;
    private readonly nint memory;

    public Inverses(Way way, int rows)
    {
        this.way = way;
        this.rows = rows;
        taken = Padded.Elements(1, rows * rows);
        memory = (nint)NativeMemory.AlignedAlloc((nuint)((taken + 16) * sizeof(float)), 128);
        new Span<float>((void*)memory, (int)taken + 16).Fill(float.NaN);
    }

    public enum Way
    {
        /// <summary>Made in scratch and read there.</summary>
        Here,

        /// <summary>Made in scratch, copied, fetched by another pass.</summary>
        Copied,

        /// <summary>Made in memory, fetched by another pass.</summary>
        Left,
    }

    /// <summary>The inverse of I + l, in scratch, where all threads may read it.</summary>
    public CudaTile Of(CudaTile l)
    {
        CudaTile made = Room(First), room = Room(Second), kept = Kept();
        if (way == Way.Left)
        {
            CudaTile.InvertUnitLower(kept, l);
        }
        else
        {
            CudaTile.InvertUnitLower(made, l);
        }

        CudaTile.Synchronize();
        if (way == Way.Here)
        {
            return made;
        }

        if (way == Way.Copied)
        {
            CudaTile.Copy(kept, made, Into.Set);
        }

        // Of the pass that follows, which another launch begins.
        CudaTile.Synchronize();
        CudaTile.Fetch(room, kept);
        CudaTile.Arrive();
        return room;
    }

    public void Dispose()
    {
        bool beyond = new Span<float>((void*)(memory + (nint)(taken * sizeof(float))), 16).ContainsAnyExcept(float.NaN);
        NativeMemory.AlignedFree((void*)memory);
        Assert.False(beyond, "Something stands beyond the inverse.");
    }

    private CudaTile Room(long offset) => CudaTile.ScratchOf(default, 0, 0).Take(ref offset, 1, rows * rows);

    private CudaTile Kept()
    {
        long offset = 0;
        return CudaTile.Between(new BetweenElements { Exact = taken }, _ => memory).Exact.Take(ref offset, 1, rows * rows);
    }
}
