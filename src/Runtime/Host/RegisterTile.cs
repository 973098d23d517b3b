using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <summary>
/// c (=, +=, -=) a b, tile by tile of c held in registers: 4 x 64 with the 32 registers of AVX-512, 6 x 16 with sixteen narrower ones.
/// a is read number by number through two strides, so a transposed a costs nothing.
/// </summary>
internal static unsafe class RegisterTile
{
    /// <summary>All of c.</summary>
    /// <param name="c">The result.</param>
    /// <param name="cStride">From one row of c to the next.</param>
    /// <param name="a">The left factor.</param>
    /// <param name="aRow">From one row of a to the next.</param>
    /// <param name="aColumn">From one column of a to the next.</param>
    /// <param name="b">The right factor; it may overlap c where no row of c is also a row of b.</param>
    /// <param name="bStride">From one row of b to the next.</param>
    /// <param name="rows">Rows of c.</param>
    /// <param name="columns">Columns of c, a multiple of 16.</param>
    /// <param name="depth">Columns of a, rows of b.</param>
    /// <param name="into">What happens to the numbers in c.</param>
    /// <param name="kept">Not null: a factor for every row, c = kept x + a b.</param>
    /// <param name="apart">Numbers from c to x; 0 if x is c.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        float* c, long cStride, float* a, long aRow, long aColumn, float* b, long bStride, int rows, int columns, int depth, Into into, float* kept = null, long apart = 0)
    {
        var target = new RegisterTarget { Stride = cStride, Apart = apart };
        if (kept != null)
        {
            Multiply<Keeps>(&target, c, kept, a, aRow, aColumn, b, bStride, rows, columns, depth);
        }
        else if (into == Into.Set)
        {
            Multiply<Sets>(&target, c, kept, a, aRow, aColumn, b, bStride, rows, columns, depth);
        }
        else if (into == Into.Add)
        {
            Multiply<Adds>(&target, c, kept, a, aRow, aColumn, b, bStride, rows, columns, depth);
        }
        else
        {
            Multiply<Subtracts>(&target, c, kept, a, aRow, aColumn, b, bStride, rows, columns, depth);
        }
    }

    // What happens to the numbers in c is known when this is compiled: a small product is a few hundred steps, and then goes there.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TEnd>(
        RegisterTarget* target, float* c, float* kept, float* a, long aRow, long aColumn, float* b, long bStride, int rows, int columns, int depth)
        where TEnd : struct
    {
        int column = 0;
        Ahead ahead = Ahead.Own;
        long cStride = target->Stride;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; column + 64 <= columns; column += 64)
            {
                int row = 0;
                for (; row + 4 <= rows; row += 4)
                {
                    Rows4Columns64<TEnd>(a + (row * aRow), aRow, aColumn, b + column, bStride, depth, target->At(c + (row * cStride) + column, Row(kept, row)), ahead.Next());
                }

                for (; row < rows; row++)
                {
                    Rows1Columns64<TEnd>(a + (row * aRow), aColumn, b + column, bStride, depth, target->At(c + (row * cStride) + column, Row(kept, row)));
                }
            }
        }

        // Half as wide and twice as high: a number of a serves two registers of b, and no tile is bound by what it loads.
        for (; Vector512.IsHardwareAccelerated && column + 32 <= columns && rows % 8 == 0; column += 32)
        {
            for (int row = 0; row < rows; row += 8)
            {
                Rows8Columns32<TEnd>(a + (row * aRow), aRow, aColumn, b + column, bStride, depth, target->At(c + (row * cStride) + column, Row(kept, row)), ahead.Next());
            }
        }

        for (; column < columns; column += 16)
        {
            int row = 0;
            for (; Vector512.IsHardwareAccelerated && row + 8 <= rows; row += 8)
            {
                Rows8Columns16<TEnd>(a + (row * aRow), aRow, aColumn, b + column, bStride, depth, target->At(c + (row * cStride) + column, Row(kept, row)), ahead.Next());
            }

            for (int sixes = Vector512.IsHardwareAccelerated ? 0 : rows / 12 * 12; row < sixes; row += 6)
            {
                Rows6Columns16<TEnd>(a + (row * aRow), aRow, aColumn, b + column, bStride, depth, target->At(c + (row * cStride) + column, Row(kept, row)), ahead.Next());
            }

            for (; row + 4 <= rows; row += 4)
            {
                Rows4Columns16<TEnd>(a + (row * aRow), aRow, aColumn, b + column, bStride, depth, target->At(c + (row * cStride) + column, Row(kept, row)), ahead.Next());
            }

            for (; row < rows; row++)
            {
                Rows1Columns16<TEnd>(a + (row * aRow), aColumn, b + column, bStride, depth, target->At(c + (row * cStride) + column, Row(kept, row)));
            }
        }
    }

    /// <summary>c^T (=, +=, -=) a b with the AVX instructions: a tile of registers is turned before it leaves them.</summary>
    /// <param name="c">The result, turned.</param>
    /// <param name="cStride">From one row of c to the next.</param>
    /// <param name="a">The left factor.</param>
    /// <param name="aRow">From one row of a to the next.</param>
    /// <param name="b">The right factor.</param>
    /// <param name="bStride">From one row of b to the next.</param>
    /// <param name="rows">Rows of a, a multiple of 8: columns of c.</param>
    /// <param name="columns">Columns of b, a multiple of 16: rows of c.</param>
    /// <param name="depth">Columns of a, rows of b.</param>
    /// <param name="into">What happens to the numbers in c.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyTurned(float* c, long cStride, float* a, long aRow, float* b, long bStride, int rows, int columns, int depth, Into into)
    {
        var target = new RegisterTarget { Stride = cStride };
        if (into == Into.Set)
        {
            MultiplyTurned<TurnedSets>(&target, c, a, aRow, b, bStride, rows, columns, depth);
        }
        else if (into == Into.Add)
        {
            MultiplyTurned<TurnedAdds>(&target, c, a, aRow, b, bStride, rows, columns, depth);
        }
        else
        {
            MultiplyTurned<TurnedSubtracts>(&target, c, a, aRow, b, bStride, rows, columns, depth);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTurned<TEnd>(RegisterTarget* target, float* c, float* a, long aRow, float* b, long bStride, int rows, int columns, int depth)
        where TEnd : struct
    {
        int column = 0;
        long cStride = target->Stride;
        Ahead ahead = Ahead.Own;
        if (!Vector512.IsHardwareAccelerated)
        {
            // Four rows of a are read once: all columns of c that they fill, then the next four.
            for (int row = 0; row < rows; row += 4)
            {
                for (column = 0; column < columns; column += 16)
                {
                    Rows4Columns16<TEnd>(a + (row * aRow), aRow, 1, b + column, bStride, depth, target->At(c + (column * cStride) + row, null), ahead.Next());
                }
            }

            return;
        }

        for (; column + 32 <= columns; column += 32)
        {
            for (int row = 0; row < rows; row += 8)
            {
                Rows8Columns32<TEnd>(a + (row * aRow), aRow, 1, b + column, bStride, depth, target->At(c + (column * cStride) + row, null), ahead.Next());
            }
        }

        for (int row = 0; column < columns && row < rows; row += 8)
        {
            Rows8Columns16<TEnd>(a + (row * aRow), aRow, 1, b + column, bStride, depth, target->At(c + (column * cStride) + row, null), ahead.Next());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4Columns64<TEnd>(float* a, long aRow, long aColumn, float* b, long bStride, int depth, RegisterTarget* target, AheadRows* ahead)
        where TEnd : struct
    {
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector512<float> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector512<float> c30 = default, c31 = default, c32 = default, c33 = default;
        long a2 = 2 * aRow, a3 = 3 * aRow;
        target->Ask<TEnd>();

        // A deep b comes from the second cache and needs the same buffers that the lines asked for wait in.
        int steps = ahead->Every(depth > 64 ? 4 : 2, depth);
        for (int d = 0; d < depth;)
        {
            ahead->Ask();
            int stop = Math.Min(d + steps, depth);
            for (; d < stop; d++, a += aColumn, b += bStride)
            {
                Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16), b2 = Vector512.Load(b + 32), b3 = Vector512.Load(b + 48);
                Vector512<float> x = Vector512.Create(*a);
                c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
                c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
                c02 = Vector512.FusedMultiplyAdd(x, b2, c02);
                c03 = Vector512.FusedMultiplyAdd(x, b3, c03);
                x = Vector512.Create(a[aRow]);
                c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
                c11 = Vector512.FusedMultiplyAdd(x, b1, c11);
                c12 = Vector512.FusedMultiplyAdd(x, b2, c12);
                c13 = Vector512.FusedMultiplyAdd(x, b3, c13);
                x = Vector512.Create(a[a2]);
                c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
                c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
                c22 = Vector512.FusedMultiplyAdd(x, b2, c22);
                c23 = Vector512.FusedMultiplyAdd(x, b3, c23);
                x = Vector512.Create(a[a3]);
                c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
                c31 = Vector512.FusedMultiplyAdd(x, b1, c31);
                c32 = Vector512.FusedMultiplyAdd(x, b2, c32);
                c33 = Vector512.FusedMultiplyAdd(x, b3, c33);
            }
        }

        RegisterTarget to = *target;
        to.PutRow<TEnd>(0, c00, c01, c02, c03);
        to.PutRow<TEnd>(1, c10, c11, c12, c13);
        to.PutRow<TEnd>(2, c20, c21, c22, c23);
        to.PutRow<TEnd>(3, c30, c31, c32, c33);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1Columns64<TEnd>(float* a, long aColumn, float* b, long bStride, int depth, RegisterTarget* target)
        where TEnd : struct
    {
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
        for (int d = 0; d < depth; d++, a += aColumn, b += bStride)
        {
            Vector512<float> x = Vector512.Create(*a);
            c0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b), c0);
            c1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + 16), c1);
            c2 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + 32), c2);
            c3 = Vector512.FusedMultiplyAdd(x, Vector512.Load(b + 48), c3);
        }

        RegisterTarget to = *target;
        to.PutRow<TEnd>(0, c0, c1, c2, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows8Columns32<TEnd>(float* a, long aRow, long aColumn, float* b, long bStride, int depth, RegisterTarget* target, AheadRows* ahead)
        where TEnd : struct
    {
        Vector512<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        Vector512<float> c40 = default, c41 = default, c50 = default, c51 = default, c60 = default, c61 = default, c70 = default, c71 = default;

        // Two addresses and three distances: eight addresses would leave none of the registers for what the loop counts.
        float* below = a + (4 * aRow);
        long a2 = 2 * aRow, a3 = 3 * aRow;
        int steps = ahead->Every(4, depth);
        for (int d = 0; d < depth;)
        {
            ahead->Ask();
            int stop = Math.Min(d + steps, depth);
            for (; d < stop; d++, a += aColumn, below += aColumn, b += bStride)
            {
                Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16);
                Vector512<float> x = Vector512.Create(*a);
                c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
                c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
                x = Vector512.Create(a[aRow]);
                c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
                c11 = Vector512.FusedMultiplyAdd(x, b1, c11);
                x = Vector512.Create(a[a2]);
                c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
                c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
                x = Vector512.Create(a[a3]);
                c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
                c31 = Vector512.FusedMultiplyAdd(x, b1, c31);
                x = Vector512.Create(*below);
                c40 = Vector512.FusedMultiplyAdd(x, b0, c40);
                c41 = Vector512.FusedMultiplyAdd(x, b1, c41);
                x = Vector512.Create(below[aRow]);
                c50 = Vector512.FusedMultiplyAdd(x, b0, c50);
                c51 = Vector512.FusedMultiplyAdd(x, b1, c51);
                x = Vector512.Create(below[a2]);
                c60 = Vector512.FusedMultiplyAdd(x, b0, c60);
                c61 = Vector512.FusedMultiplyAdd(x, b1, c61);
                x = Vector512.Create(below[a3]);
                c70 = Vector512.FusedMultiplyAdd(x, b0, c70);
                c71 = Vector512.FusedMultiplyAdd(x, b1, c71);
            }
        }

        RegisterTarget to = *target;
        to.PutColumn<TEnd>(0, 0, c00, c10, c20, c30);
        to.PutColumn<TEnd>(0, 16, c01, c11, c21, c31);
        to.PutColumn<TEnd>(4, 0, c40, c50, c60, c70);
        to.PutColumn<TEnd>(4, 16, c41, c51, c61, c71);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows8Columns16<TEnd>(float* a, long aRow, long aColumn, float* b, long bStride, int depth, RegisterTarget* target, AheadRows* ahead)
        where TEnd : struct
    {
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        float* below = a + (4 * aRow);
        long a2 = 2 * aRow, a3 = 3 * aRow;
        int steps = ahead->Every(8, depth);
        for (int d = 0; d < depth;)
        {
            ahead->Ask();
            int stop = Math.Min(d + steps, depth);
            for (; d < stop; d++, a += aColumn, below += aColumn, b += bStride)
            {
                Vector512<float> y = Vector512.Load(b);
                c0 = Vector512.FusedMultiplyAdd(Vector512.Create(*a), y, c0);
                c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[aRow]), y, c1);
                c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[a2]), y, c2);
                c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[a3]), y, c3);
                c4 = Vector512.FusedMultiplyAdd(Vector512.Create(*below), y, c4);
                c5 = Vector512.FusedMultiplyAdd(Vector512.Create(below[aRow]), y, c5);
                c6 = Vector512.FusedMultiplyAdd(Vector512.Create(below[a2]), y, c6);
                c7 = Vector512.FusedMultiplyAdd(Vector512.Create(below[a3]), y, c7);
            }
        }

        RegisterTarget to = *target;
        to.PutColumn<TEnd>(0, 0, c0, c1, c2, c3);
        to.PutColumn<TEnd>(4, 0, c4, c5, c6, c7);
    }

    // With sixteen registers of 256 bits. Twelve sums: more than wait for each other at once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6Columns16<TEnd>(float* a, long aRow, long aColumn, float* b, long bStride, int depth, RegisterTarget* target, AheadRows* ahead)
        where TEnd : struct
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        float* below = a + (3 * aRow);
        long a2 = 2 * aRow;
        target->AskRows<TEnd>(6);
        int steps = ahead->Every(depth > 64 ? 8 : 16, depth);
        for (int d = 0; d < depth;)
        {
            ahead->Ask();
            int stop = Math.Min(d + steps, depth);
            for (; d < stop; d++, a += aColumn, below += aColumn, b += bStride)
            {
                Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
                Vector256<float> x = Vector256.Create(*a);
                c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
                c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
                x = Vector256.Create(a[aRow]);
                c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
                c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
                x = Vector256.Create(a[a2]);
                c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
                c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
                x = Vector256.Create(*below);
                c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
                c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
                x = Vector256.Create(below[aRow]);
                c40 = Vector256.FusedMultiplyAdd(x, b0, c40);
                c41 = Vector256.FusedMultiplyAdd(x, b1, c41);
                x = Vector256.Create(below[a2]);
                c50 = Vector256.FusedMultiplyAdd(x, b0, c50);
                c51 = Vector256.FusedMultiplyAdd(x, b1, c51);
            }
        }

        target->Put<TEnd>(0, c00, c01);
        target->Put<TEnd>(1, c10, c11);
        target->Put<TEnd>(2, c20, c21);
        target->Put<TEnd>(3, c30, c31);
        target->Put<TEnd>(4, c40, c41);
        target->Put<TEnd>(5, c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4Columns16<TEnd>(float* a, long aRow, long aColumn, float* b, long bStride, int depth, RegisterTarget* target, AheadRows* ahead)
        where TEnd : struct
    {
        long a2 = 2 * aRow, a3 = 3 * aRow;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
            for (int d = 0; d < depth; d++, a += aColumn, b += bStride)
            {
                Vector512<float> y = Vector512.Load(b);
                c0 = Vector512.FusedMultiplyAdd(Vector512.Create(*a), y, c0);
                c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[aRow]), y, c1);
                c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[a2]), y, c2);
                c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[a3]), y, c3);
            }

            RegisterTarget to = *target;
            to.PutColumn<TEnd>(0, 0, c0, c1, c2, c3);
            return;
        }

        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default;
        Vector256<float> c20 = default, c21 = default, c30 = default, c31 = default;
        target->AskRows<TEnd>(4);
        int steps = ahead->Every(depth > 64 ? 8 : 16, depth);
        for (int d = 0; d < depth;)
        {
            ahead->Ask();
            int stop = Math.Min(d + steps, depth);
            for (; d < stop; d++, a += aColumn, b += bStride)
            {
                Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
                Vector256<float> x = Vector256.Create(*a);
                c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
                c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
                x = Vector256.Create(a[aRow]);
                c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
                c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
                x = Vector256.Create(a[a2]);
                c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
                c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
                x = Vector256.Create(a[a3]);
                c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
                c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            }
        }

        target->PutColumn<TEnd>(0, 0, Vector512.Create(c00, c01), Vector512.Create(c10, c11), Vector512.Create(c20, c21), Vector512.Create(c30, c31));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1Columns16<TEnd>(float* a, long aColumn, float* b, long bStride, int depth, RegisterTarget* target)
        where TEnd : struct
    {
        Vector512<float> sum = default;
        for (int d = 0; d < depth; d++, a += aColumn, b += bStride)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Create(*a), Vector512.Load(b), sum);
        }

        RegisterTarget to = *target;
        to.Put<TEnd>(0, 0, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Row(float* kept, int row) => kept == null ? null : kept + row;
}
