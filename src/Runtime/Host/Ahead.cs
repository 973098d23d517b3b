using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionDsl.Runtime;

/// <summary>
/// Rows of the caller's tensors that the next chunk will copy: products ask memory for them, a line every few multiply-adds. Rows of one
/// head among several stand so far apart that no hardware prefetcher follows, and a copy alone waits for memory's latency.
/// </summary>
internal sealed unsafe class Ahead
{
    /// <summary>Numbers in a line of the cache.</summary>
    public const int Line = 16;

    /// <summary>Rows of a matrix that is walked over, row by row, only if it is a state: those of other chunks stand before and behind it.</summary>
    public const int Many = 64;

    // More than the tensors that a chunk of any kernel reads and writes.
    private const int Capacity = 32;

    [ThreadStatic]
    private static Ahead? own;

    // A ring, and behind it rows that ask for nothing new: their line is always the same.
    private readonly AheadRows* rows = (AheadRows*)NativeMemory.AlignedAlloc((Capacity + 1) * (nuint)sizeof(AheadRows), 64);
    private readonly nint[] recent = new nint[Capacity];
    private int first;
    private int count;
    private int next;

    private Ahead() => rows[Capacity] = new AheadRows { At = (float*)rows, Step = 0, Lines = int.MaxValue };

    ~Ahead() => NativeMemory.AlignedFree(rows);

    /// <summary>This thread's.</summary>
    public static Ahead Own => own ??= new Ahead();

    /// <summary>Rows of the caller are copied: those before or after them, in the direction that the copies have taken so far, will be next.</summary>
    public void Expect(float* at, long stride, int rows, int columns)
    {
        long chunk = rows * stride;
        bool backwards = Seen(at + chunk) && !Seen(at - chunk);
        recent[next] = (nint)at;
        next = (next + 1) % recent.Length;
        if (count == Capacity)
        {
            Drop();
        }

        float* expected = backwards ? at - chunk : at + chunk;
        int together = columns % (AheadRows.Most * Line) == 0 ? AheadRows.Most : 1;
        this.rows[(first + count++) % Capacity] = new AheadRows
        {
            At = expected,
            End = expected + columns,
            Step = together * Line,
            Stride = stride,
            Gap = stride - columns,
            Lines = rows * (columns / Line),
            Together = together,
        };
    }

    /// <summary>What is to be asked for next, a line with every <see cref="AheadRows.Ask"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public AheadRows* Next()
    {
        while (count > 0)
        {
            if (rows[first].Lines > 0)
            {
                return rows + first;
            }

            Drop();
        }

        return rows + Capacity;
    }

    private bool Seen(float* at) => Array.IndexOf(recent, (nint)at) >= 0;

    private void Drop()
    {
        first = (first + 1) % Capacity;
        count--;
    }
}

/// <summary>Lines of rows that stand apart, one after the other.</summary>
internal unsafe struct AheadRows
{
    /// <summary>The next line, and the end of its row.</summary>
    public float* At, End;

    /// <summary>Numbers from what is asked for to what is next.</summary>
    public long Step;

    /// <summary>Numbers from a row to the next, and from a row's end to the next row.</summary>
    public long Stride, Gap;

    /// <summary>Lines left.</summary>
    public int Lines;

    /// <summary>Lines that are asked for at once: <see cref="Most"/>, or one.</summary>
    public int Together;

    /// <summary>A loop of twelve registers of 256 bits loses more by leaving off to ask than by lines that come four at a time; with registers of 512 bits this was not measured.</summary>
    public static int Most => Vector512.IsHardwareAccelerated ? 1 : 4;

    /// <summary>Asks for a line, or for some, and goes on to the next. All this stays in memory: what a loop counts needs the registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask()
    {
        float* line = At;
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(line);
            if (!Vector512.IsHardwareAccelerated && Together == 4)
            {
                Sse.Prefetch1(line + Ahead.Line);
                Sse.Prefetch1(line + (2 * Ahead.Line));
                Sse.Prefetch1(line + (3 * Ahead.Line));
            }
        }

        line += Step;
        if (line == End)
        {
            line += Gap;
            End += Stride;
        }

        At = line;
        Lines -= Together;
    }

    /// <summary>How many steps of a loop go by until it asks again: all of them where there is nothing new to ask for.</summary>
    /// <param name="steps">How many a line where there is.</param>
    /// <param name="depth">All of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Every(int steps, int depth) => Step == 0 ? Math.Max(depth, 1) : steps * Together;
}
