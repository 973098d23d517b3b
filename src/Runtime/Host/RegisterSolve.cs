using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <summary>
/// Four rows of a unit triangular system's solution, sixty-four columns at a time (sixteen where registers are narrower): what the rows before them contribute, and their
/// own triangle, without leaving the registers. Steps may be negative, so that a system is solved from its last row up, too.
/// </summary>
internal static unsafe class RegisterSolve
{
    private const int Columns = 64;

    /// <summary>True if a solution of so many columns is made of such.</summary>
    public static bool Takes(int width) => Vector512.IsHardwareAccelerated ? width % Columns == 0 : Vector256.IsHardwareAccelerated;

    /// <summary>Solves a system. How a number comes about does not hang on how many rows there are.</summary>
    /// <param name="u">The first row of the solution.</param>
    /// <param name="uStep">From a row of the solution to the next that is solved.</param>
    /// <param name="x">The first row of the right side; it may be u.</param>
    /// <param name="xStep">From a row of it to the next.</param>
    /// <param name="l">The matrix at the first row's own place, which counts as one.</param>
    /// <param name="row">From there to the next row's factor of the same row of the solution.</param>
    /// <param name="column">From there to the factor of the next row of the solution.</param>
    /// <param name="rows">Rows of the solution.</param>
    /// <param name="width">Columns of the solution, a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* u, long uStep, float* x, long xStep, float* l, long row, long column, int rows, int width)
    {
        int i = 0;
        for (; i + 4 <= rows; i += 4, u += 4 * uStep, x += 4 * xStep, l += 4 * (row + column))
        {
            int at = 0;
            for (; Vector512.IsHardwareAccelerated && at < width; at += Columns)
            {
                Rows4Columns64(u + at, uStep, x + at, xStep, l, row, column, i);
            }

            for (; at < width; at += 16)
            {
                Rows4Columns16(u + at, uStep, x + at, xStep, l, row, column, i);
            }
        }

        for (; i < rows; i++, u += uStep, x += xStep, l += row + column)
        {
            Row1(u, uStep, x, l, column, i, width);
        }
    }

    // The same sums in the same order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row1(float* u, long uStep, float* x, float* l, long column, int before, int width)
    {
        for (int at = 0; at < width; at += 16)
        {
            float* b = u + at - (before * uStep), a = l - (before * column);
            Vector512<float> sum = default;
            for (int d = 0; d < before; d++, a += column, b += uStep)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(*a), Vector512.Load(b), sum);
            }

            (Vector512.Load(x + at) - sum).Store(u + at);
        }
    }

    // With sixteen registers of 256 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4Columns16(float* u, long uStep, float* x, long xStep, float* l, long row, long column, int before)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default, f;
        float* b = u - (before * uStep), a = l - (before * column);
        long a2 = 2 * row, a3 = 3 * row;
        for (int d = 0; d < before; d++, a += column, b += uStep)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            f = Vector256.Create(*a);
            c00 = Vector256.FusedMultiplyAdd(f, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(f, b1, c01);
            f = Vector256.Create(a[row]);
            c10 = Vector256.FusedMultiplyAdd(f, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(f, b1, c11);
            f = Vector256.Create(a[a2]);
            c20 = Vector256.FusedMultiplyAdd(f, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(f, b1, c21);
            f = Vector256.Create(a[a3]);
            c30 = Vector256.FusedMultiplyAdd(f, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(f, b1, c31);
        }

        c00 = Vector256.Load(x) - c00;
        c01 = Vector256.Load(x + 8) - c01;
        c00.Store(u);
        c01.Store(u + 8);
        f = Vector256.Create(a[row]);
        c10 = Vector256.FusedMultiplyAdd(f, c00, c10);
        c11 = Vector256.FusedMultiplyAdd(f, c01, c11);
        f = Vector256.Create(a[a2]);
        c20 = Vector256.FusedMultiplyAdd(f, c00, c20);
        c21 = Vector256.FusedMultiplyAdd(f, c01, c21);
        f = Vector256.Create(a[a3]);
        c30 = Vector256.FusedMultiplyAdd(f, c00, c30);
        c31 = Vector256.FusedMultiplyAdd(f, c01, c31);
        a += column;
        x += xStep;
        u += uStep;
        c10 = Vector256.Load(x) - c10;
        c11 = Vector256.Load(x + 8) - c11;
        c10.Store(u);
        c11.Store(u + 8);
        f = Vector256.Create(a[a2]);
        c20 = Vector256.FusedMultiplyAdd(f, c10, c20);
        c21 = Vector256.FusedMultiplyAdd(f, c11, c21);
        f = Vector256.Create(a[a3]);
        c30 = Vector256.FusedMultiplyAdd(f, c10, c30);
        c31 = Vector256.FusedMultiplyAdd(f, c11, c31);
        x += xStep;
        u += uStep;
        c20 = Vector256.Load(x) - c20;
        c21 = Vector256.Load(x + 8) - c21;
        c20.Store(u);
        c21.Store(u + 8);
        f = Vector256.Create(a[column + a3]);
        c30 = Vector256.FusedMultiplyAdd(f, c20, c30);
        c31 = Vector256.FusedMultiplyAdd(f, c21, c31);
        x += xStep;
        u += uStep;
        (Vector256.Load(x) - c30).Store(u);
        (Vector256.Load(x + 8) - c31).Store(u + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4Columns64(float* u, long uStep, float* x, long xStep, float* l, long row, long column, int before)
    {
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector512<float> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector512<float> c30 = default, c31 = default, c32 = default, c33 = default;
        float* b = u - (before * uStep), a = l - (before * column), a1 = a + row, a2 = a1 + row, a3 = a2 + row;
        long to = 0;
        for (int d = 0; d < before; d++, to += column, b += uStep)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16), b2 = Vector512.Load(b + 32), b3 = Vector512.Load(b + 48);
            Vector512<float> f = Vector512.Create(a[to]);
            c00 = Vector512.FusedMultiplyAdd(f, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(f, b1, c01);
            c02 = Vector512.FusedMultiplyAdd(f, b2, c02);
            c03 = Vector512.FusedMultiplyAdd(f, b3, c03);
            f = Vector512.Create(a1[to]);
            c10 = Vector512.FusedMultiplyAdd(f, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(f, b1, c11);
            c12 = Vector512.FusedMultiplyAdd(f, b2, c12);
            c13 = Vector512.FusedMultiplyAdd(f, b3, c13);
            f = Vector512.Create(a2[to]);
            c20 = Vector512.FusedMultiplyAdd(f, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(f, b1, c21);
            c22 = Vector512.FusedMultiplyAdd(f, b2, c22);
            c23 = Vector512.FusedMultiplyAdd(f, b3, c23);
            f = Vector512.Create(a3[to]);
            c30 = Vector512.FusedMultiplyAdd(f, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(f, b1, c31);
            c32 = Vector512.FusedMultiplyAdd(f, b2, c32);
            c33 = Vector512.FusedMultiplyAdd(f, b3, c33);
        }

        // The first row is the right side less what was found; it is a term of the other three, and so on.
        c00 = Vector512.Load(x) - c00;
        c01 = Vector512.Load(x + 16) - c01;
        c02 = Vector512.Load(x + 32) - c02;
        c03 = Vector512.Load(x + 48) - c03;
        Put(u, c00, c01, c02, c03);
        Add(a1[to], c00, c01, c02, c03, ref c10, ref c11, ref c12, ref c13);
        Add(a2[to], c00, c01, c02, c03, ref c20, ref c21, ref c22, ref c23);
        Add(a3[to], c00, c01, c02, c03, ref c30, ref c31, ref c32, ref c33);
        to += column;
        x += xStep;
        c10 = Vector512.Load(x) - c10;
        c11 = Vector512.Load(x + 16) - c11;
        c12 = Vector512.Load(x + 32) - c12;
        c13 = Vector512.Load(x + 48) - c13;
        Put(u += uStep, c10, c11, c12, c13);
        Add(a2[to], c10, c11, c12, c13, ref c20, ref c21, ref c22, ref c23);
        Add(a3[to], c10, c11, c12, c13, ref c30, ref c31, ref c32, ref c33);
        to += column;
        x += xStep;
        c20 = Vector512.Load(x) - c20;
        c21 = Vector512.Load(x + 16) - c21;
        c22 = Vector512.Load(x + 32) - c22;
        c23 = Vector512.Load(x + 48) - c23;
        Put(u += uStep, c20, c21, c22, c23);
        Add(a3[to], c20, c21, c22, c23, ref c30, ref c31, ref c32, ref c33);
        x += xStep;
        Put(u + uStep, Vector512.Load(x) - c30, Vector512.Load(x + 16) - c31, Vector512.Load(x + 32) - c32, Vector512.Load(x + 48) - c33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* u, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3)
    {
        x0.Store(u);
        x1.Store(u + 16);
        x2.Store(u + 32);
        x3.Store(u + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float factor, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3, ref Vector512<float> c0, ref Vector512<float> c1, ref Vector512<float> c2, ref Vector512<float> c3)
    {
        Vector512<float> f = Vector512.Create(factor);
        c0 = Vector512.FusedMultiplyAdd(f, x0, c0);
        c1 = Vector512.FusedMultiplyAdd(f, x1, c1);
        c2 = Vector512.FusedMultiplyAdd(f, x2, c2);
        c3 = Vector512.FusedMultiplyAdd(f, x3, c3);
    }
}
