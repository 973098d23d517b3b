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

    /// <summary>Asks for the lines of four rows of sixty-four numbers that are written beside those they are made of: they come while registers are filled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Ask<TEnd>()
        where TEnd : struct
    {
        if (typeof(TEnd) != typeof(Keeps) || Apart == 0 || !Sse.IsSupported)
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
        }
    }

    /// <summary>The same of some rows of sixteen numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void AskRows<TEnd>(int rows)
        where TEnd : struct
    {
        if (typeof(TEnd) != typeof(Keeps) || Apart == 0 || !Sse.IsSupported)
        {
            return;
        }

        float* row = c;
        for (int i = 0; i < rows; i++, row += Stride)
        {
            Sse.Prefetch0(row);
        }
    }

    /// <summary>Sixty-four numbers of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PutRow<TEnd>(int row, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3)
        where TEnd : struct
    {
        float* to = c + (row * Stride);
        Vector512<float> factor = typeof(TEnd) == typeof(Keeps) ? Vector512.Create(kept[row]) : default;
        Put<TEnd>(to, factor, x0);
        Put<TEnd>(to + 16, factor, x1);
        Put<TEnd>(to + 32, factor, x2);
        Put<TEnd>(to + 48, factor, x3);
    }

    /// <summary>Sixteen numbers of each of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void PutColumn<TEnd>(int row, int column, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3)
        where TEnd : struct
    {
        if (typeof(TEnd) == typeof(TurnedSets) || typeof(TEnd) == typeof(TurnedAdds) || typeof(TEnd) == typeof(TurnedSubtracts))
        {
            PutTurned<TEnd>(row, column, x0, x1, x2, x3);
            return;
        }

        Put<TEnd>(row, column, x0);
        Put<TEnd>(row + 1, column, x1);
        Put<TEnd>(row + 2, column, x2);
        Put<TEnd>(row + 3, column, x3);
    }

    /// <summary>Sixteen numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Put<TEnd>(int row, int column, Vector512<float> x)
        where TEnd : struct =>
        Put<TEnd>(c + (row * Stride) + column, typeof(TEnd) == typeof(Keeps) ? Vector512.Create(kept[row]) : default, x);

    /// <summary>Sixteen numbers of a row in two registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Put<TEnd>(int row, Vector256<float> x0, Vector256<float> x1)
        where TEnd : struct
    {
        float* to = c + (row * Stride);
        Vector256<float> factor = typeof(TEnd) == typeof(Keeps) ? Vector256.Create(kept[row]) : default;
        Put<TEnd>(to, factor, x0);
        Put<TEnd>(to + 8, factor, x1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Put<TEnd>(float* to, Vector256<float> factor, Vector256<float> x)
        where TEnd : struct
    {
        if (typeof(TEnd) == typeof(Keeps))
        {
            x = Vector256.FusedMultiplyAdd(Vector256.Load(to + Apart), factor, x);
        }
        else if (typeof(TEnd) == typeof(Adds))
        {
            x = Vector256.Load(to) + x;
        }
        else if (typeof(TEnd) == typeof(Subtracts))
        {
            x = Vector256.Load(to) - x;
        }

        x.Store(to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Put<TEnd>(float* to, Vector512<float> factor, Vector512<float> x)
        where TEnd : struct
    {
        if (typeof(TEnd) == typeof(Keeps))
        {
            x = Vector512.FusedMultiplyAdd(Vector512.Load(to + Apart), factor, x);
        }
        else if (typeof(TEnd) == typeof(Adds))
        {
            x = Vector512.Load(to) + x;
        }
        else if (typeof(TEnd) == typeof(Subtracts))
        {
            x = Vector512.Load(to) - x;
        }

        x.Store(to);
    }

    // Four numbers of each of sixteen rows of c: rows r, r + 4, r + 8 and r + 12 of them stand in a register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void PutTurned<TEnd>(int row, int column, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3)
        where TEnd : struct
    {
        Into into = typeof(TEnd) == typeof(TurnedSets) ? Into.Set : typeof(TEnd) == typeof(TurnedAdds) ? Into.Add : Into.Subtract;
        if (!Avx512F.IsSupported)
        {
            float* half = c + (column * Stride) + row;
            PutTurned(half, Stride, x0.GetLower(), x1.GetLower(), x2.GetLower(), x3.GetLower(), into);
            PutTurned(half + (8 * Stride), Stride, x0.GetUpper(), x1.GetUpper(), x2.GetUpper(), x3.GetUpper(), into);
            return;
        }

        SquareTranspose.Fours(ref x0, ref x1, ref x2, ref x3);
        float* to = c + (column * Stride) + row;
        RegisterDots.Put(to, 4 * Stride, 4, x0, into);
        RegisterDots.Put(to + Stride, 4 * Stride, 4, x1, into);
        RegisterDots.Put(to + (2 * Stride), 4 * Stride, 4, x2, into);
        RegisterDots.Put(to + (3 * Stride), 4 * Stride, 4, x3, into);
    }

    // Likewise of eight rows: r and r + 4 in a register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutTurned(float* to, long stride, Vector256<float> x0, Vector256<float> x1, Vector256<float> x2, Vector256<float> x3, Into into)
    {
        SquareTranspose.Fours(ref x0, ref x1, ref x2, ref x3);
        RegisterDots.Put(to, 4 * stride, x0, into);
        RegisterDots.Put(to + stride, 4 * stride, x1, into);
        RegisterDots.Put(to + (2 * stride), 4 * stride, x2, into);
        RegisterDots.Put(to + (3 * stride), 4 * stride, x3, into);
    }
}

/// <summary>A tile of registers overwrites what was in c.</summary>
internal readonly struct Sets;

/// <summary>It is added.</summary>
internal readonly struct Adds;

/// <summary>It is subtracted.</summary>
internal readonly struct Subtracts;

/// <summary>c = a factor for every row, times the rows that are kept, and the tile.</summary>
internal readonly struct Keeps;

/// <summary>The tile's rows are columns of c, with AVX or AVX-512 alone, and overwrite it.</summary>
internal readonly struct TurnedSets;

/// <summary>They are added.</summary>
internal readonly struct TurnedAdds;

/// <summary>They are subtracted.</summary>
internal readonly struct TurnedSubtracts;
