using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionDsl.Runtime;

/// <summary>Where a tile of registers goes, and what happens to the numbers there. A loop that fills registers keeps one address of all this.</summary>
internal unsafe struct RegisterTarget
{
    private float* c;
    private float* kept;

    /// <summary>From one row to the next.</summary>
    public long Stride { get; init; }

    /// <summary>What happens to the numbers in c, unless rows are kept.</summary>
    public Into Into { get; init; }

    /// <summary>Numbers from c to the rows that are kept.</summary>
    public long Apart { get; init; }

    /// <summary>This, at another tile.</summary>
    /// <param name="at">The tile's first number.</param>
    /// <param name="factors">A factor for every row of it, c = factor kept + x; null if nothing is kept.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RegisterTarget* At(float* at, float* factors)
    {
        c = at;
        kept = factors;
        return (RegisterTarget*)Unsafe.AsPointer(ref this);
    }

    /// <summary>Asks for the lines of four rows of sixty-four numbers, and of the rows that are kept, if those stand elsewhere: they come while registers are filled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Ask()
    {
        if (Apart == 0 || !Sse.IsSupported)
        {
            return;
        }

        float* row = c;
        for (int i = 0; i < 4; i++, row += Stride)
        {
            Sse.Prefetch0(row);
            Sse.Prefetch0(row + 16);
            Sse.Prefetch0(row + 32);
            Sse.Prefetch0(row + 48);
            Sse.Prefetch0(row + Apart);
            Sse.Prefetch0(row + Apart + 16);
            Sse.Prefetch0(row + Apart + 32);
            Sse.Prefetch0(row + Apart + 48);
        }
    }

    /// <summary>Sixty-four numbers of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PutRow(int row, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3)
    {
        float* to = c + (row * Stride);
        if (kept != null)
        {
            Vector512<float> factor = Vector512.Create(kept[row]);
            Vector512.FusedMultiplyAdd(Vector512.Load(to + Apart), factor, x0).Store(to);
            Vector512.FusedMultiplyAdd(Vector512.Load(to + Apart + 16), factor, x1).Store(to + 16);
            Vector512.FusedMultiplyAdd(Vector512.Load(to + Apart + 32), factor, x2).Store(to + 32);
            Vector512.FusedMultiplyAdd(Vector512.Load(to + Apart + 48), factor, x3).Store(to + 48);
        }
        else if (Into == Into.Set)
        {
            x0.Store(to);
            x1.Store(to + 16);
            x2.Store(to + 32);
            x3.Store(to + 48);
        }
        else if (Into == Into.Add)
        {
            (Vector512.Load(to) + x0).Store(to);
            (Vector512.Load(to + 16) + x1).Store(to + 16);
            (Vector512.Load(to + 32) + x2).Store(to + 32);
            (Vector512.Load(to + 48) + x3).Store(to + 48);
        }
        else
        {
            (Vector512.Load(to) - x0).Store(to);
            (Vector512.Load(to + 16) - x1).Store(to + 16);
            (Vector512.Load(to + 32) - x2).Store(to + 32);
            (Vector512.Load(to + 48) - x3).Store(to + 48);
        }
    }

    /// <summary>Sixteen numbers of each of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PutColumn(int row, int column, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3)
    {
        Put(row, column, x0);
        Put(row + 1, column, x1);
        Put(row + 2, column, x2);
        Put(row + 3, column, x3);
    }

    /// <summary>Sixteen numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Put(int row, int column, Vector512<float> x)
    {
        float* to = c + (row * Stride) + column;
        if (kept != null)
        {
            x = Vector512.FusedMultiplyAdd(Vector512.Load(to + Apart), Vector512.Create(kept[row]), x);
        }
        else if (Into == Into.Add)
        {
            x = Vector512.Load(to) + x;
        }
        else if (Into == Into.Subtract)
        {
            x = Vector512.Load(to) - x;
        }

        x.Store(to);
    }
}
