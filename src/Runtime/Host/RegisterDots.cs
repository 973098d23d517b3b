using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionDsl.Runtime;

/// <summary>
/// Products of four rows with four rows, a b^T, with the AVX2 or the AVX-512 instructions: sixteen sums along the rows as they stand. A small result of long rows costs less so
/// than by <see cref="RegisterTile"/>, for which b would have to be turned.
/// </summary>
internal static unsafe partial class RegisterDots
{
    /// <summary>Rows of either factor.</summary>
    public const int Rows = 4;

    /// <summary>True if rows of so many numbers are whole registers of a processor that has them.</summary>
    public static bool Takes(int columns) => Avx2.IsSupported && columns % 16 == 0;

    /// <summary>Which of the sixteen products of four rows with themselves there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Allowed(Causal causal)
    {
        Vector512<int> row = Vector512<int>.Indices >> 2, column = Vector512<int>.Indices & Vector512.Create(3);
        return Vector512.LessThan(column, causal == Causal.Inclusive ? row + Vector512<int>.One : row).AsSingle();
    }

    /// <summary>Sixteen products: those of row i of a stand at 4 i.</summary>
    /// <param name="a">The first row of the left factor.</param>
    /// <param name="aStride">From one row of it to the next.</param>
    /// <param name="aRows">How many of its four rows there are; what stands in place of the others is of no use.</param>
    /// <param name="b">The first row of the right factor.</param>
    /// <param name="bStride">From one row of it to the next.</param>
    /// <param name="bRows">Likewise its rows.</param>
    /// <param name="depth">Their length, a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Four(float* a, long aStride, int aRows, float* b, long bStride, int bRows, int depth)
    {
        float* a1 = aRows > 1 ? a + aStride : a, a2 = aRows > 2 ? a1 + aStride : a1, a3 = aRows > 3 ? a2 + aStride : a2;
        float* b1 = bRows > 1 ? b + bStride : b, b2 = bRows > 2 ? b1 + bStride : b1, b3 = bRows > 3 ? b2 + bStride : b2;
        if (!Avx512F.IsSupported)
        {
            return OfEights(a, a1, a2, a3, b, b1, b2, b3, depth);
        }

        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector512<float> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector512<float> c30 = default, c31 = default, c32 = default, c33 = default;
        for (long d = 0; d < depth; d += 16)
        {
            Vector512<float> y0 = Vector512.Load(b + d), y1 = Vector512.Load(b1 + d), y2 = Vector512.Load(b2 + d), y3 = Vector512.Load(b3 + d);
            Vector512<float> x = Vector512.Load(a + d);
            c00 = Vector512.FusedMultiplyAdd(x, y0, c00);
            c01 = Vector512.FusedMultiplyAdd(x, y1, c01);
            c02 = Vector512.FusedMultiplyAdd(x, y2, c02);
            c03 = Vector512.FusedMultiplyAdd(x, y3, c03);
            x = Vector512.Load(a1 + d);
            c10 = Vector512.FusedMultiplyAdd(x, y0, c10);
            c11 = Vector512.FusedMultiplyAdd(x, y1, c11);
            c12 = Vector512.FusedMultiplyAdd(x, y2, c12);
            c13 = Vector512.FusedMultiplyAdd(x, y3, c13);
            x = Vector512.Load(a2 + d);
            c20 = Vector512.FusedMultiplyAdd(x, y0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, y1, c21);
            c22 = Vector512.FusedMultiplyAdd(x, y2, c22);
            c23 = Vector512.FusedMultiplyAdd(x, y3, c23);
            x = Vector512.Load(a3 + d);
            c30 = Vector512.FusedMultiplyAdd(x, y0, c30);
            c31 = Vector512.FusedMultiplyAdd(x, y1, c31);
            c32 = Vector512.FusedMultiplyAdd(x, y2, c32);
            c33 = Vector512.FusedMultiplyAdd(x, y3, c33);
        }

        return Joined(Quarters(c00, c01, c02, c03), Quarters(c10, c11, c12, c13), Quarters(c20, c21, c22, c23), Quarters(c30, c31, c32, c33));
    }

    /// <summary>The sums of four registers, one after the other in every 128 bits: each a sum of those 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Quarters(Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3)
    {
        Vector512<double> x01 = (Avx512F.UnpackLow(x0, x1) + Avx512F.UnpackHigh(x0, x1)).AsDouble();
        Vector512<double> x23 = (Avx512F.UnpackLow(x2, x3) + Avx512F.UnpackHigh(x2, x3)).AsDouble();
        return Avx512F.UnpackLow(x01, x23).AsSingle() + Avx512F.UnpackHigh(x01, x23).AsSingle();
    }

    /// <summary>The sums over the 128 bits of four registers, those of the first in the first 128 bits, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Joined(Vector512<float> r0, Vector512<float> r1, Vector512<float> r2, Vector512<float> r3)
    {
        Vector512<float> r01 = Avx512F.Shuffle4x128(r0, r1, 0x44) + Avx512F.Shuffle4x128(r0, r1, 0xEE);
        Vector512<float> r23 = Avx512F.Shuffle4x128(r2, r3, 0x44) + Avx512F.Shuffle4x128(r2, r3, 0xEE);
        return Avx512F.Shuffle4x128(r01, r23, 0x88) + Avx512F.Shuffle4x128(r01, r23, 0xDD);
    }

    /// <summary>Four numbers to each of so many rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(float* to, long stride, int rows, Vector512<float> x, Into into)
    {
        Put(to, x.GetLower().GetLower(), into);
        if (rows > 1)
        {
            Put(to + stride, x.GetLower().GetUpper(), into);
        }

        if (rows > 2)
        {
            Put(to + (2 * stride), x.GetUpper().GetLower(), into);
        }

        if (rows > 3)
        {
            Put(to + (3 * stride), x.GetUpper().GetUpper(), into);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* to, Vector128<float> x, Into into) =>
        (into == Into.Set ? x : into == Into.Add ? Vector128.Load(to) + x : Vector128.Load(to) - x).Store(to);
}
