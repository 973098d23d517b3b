using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionDsl.Runtime;

/// <content>With sixteen registers of 256 bits: two rows of the right factor at a time.</content>
internal static unsafe partial class RegisterDots
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> OfEights(float* a, float* a1, float* a2, float* a3, float* b, float* b1, float* b2, float* b3, int depth)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (long d = 0; d < depth; d += 8)
        {
            Vector256<float> y0 = Vector256.Load(b + d), y1 = Vector256.Load(b1 + d), x = Vector256.Load(a + d);
            c00 = Vector256.FusedMultiplyAdd(x, y0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, y1, c01);
            x = Vector256.Load(a1 + d);
            c10 = Vector256.FusedMultiplyAdd(x, y0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, y1, c11);
            x = Vector256.Load(a2 + d);
            c20 = Vector256.FusedMultiplyAdd(x, y0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, y1, c21);
            x = Vector256.Load(a3 + d);
            c30 = Vector256.FusedMultiplyAdd(x, y0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, y1, c31);
        }

        Vector256<float> c02 = default, c03 = default, c12 = default, c13 = default, c22 = default, c23 = default, c32 = default, c33 = default;
        for (long d = 0; d < depth; d += 8)
        {
            Vector256<float> y2 = Vector256.Load(b2 + d), y3 = Vector256.Load(b3 + d), x = Vector256.Load(a + d);
            c02 = Vector256.FusedMultiplyAdd(x, y2, c02);
            c03 = Vector256.FusedMultiplyAdd(x, y3, c03);
            x = Vector256.Load(a1 + d);
            c12 = Vector256.FusedMultiplyAdd(x, y2, c12);
            c13 = Vector256.FusedMultiplyAdd(x, y3, c13);
            x = Vector256.Load(a2 + d);
            c22 = Vector256.FusedMultiplyAdd(x, y2, c22);
            c23 = Vector256.FusedMultiplyAdd(x, y3, c23);
            x = Vector256.Load(a3 + d);
            c32 = Vector256.FusedMultiplyAdd(x, y2, c32);
            c33 = Vector256.FusedMultiplyAdd(x, y3, c33);
        }

        return Joined(Halves(c00, c01, c02, c03), Halves(c10, c11, c12, c13), Halves(c20, c21, c22, c23), Halves(c30, c31, c32, c33));
    }

    /// <summary>Four numbers to each of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(float* to, long stride, Vector256<float> x, Into into)
    {
        Put(to, x.GetLower(), into);
        Put(to + stride, x.GetUpper(), into);
    }

    /// <summary>The sums of four registers, one after the other in either half: each a sum of that half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Halves(Vector256<float> x0, Vector256<float> x1, Vector256<float> x2, Vector256<float> x3)
    {
        Vector256<double> x01 = (Avx.UnpackLow(x0, x1) + Avx.UnpackHigh(x0, x1)).AsDouble(), x23 = (Avx.UnpackLow(x2, x3) + Avx.UnpackHigh(x2, x3)).AsDouble();
        return Avx.UnpackLow(x01, x23).AsSingle() + Avx.UnpackHigh(x01, x23).AsSingle();
    }

    /// <summary>The sums over both halves of four registers, those of the first in the first 128 bits, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Joined(Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3) =>
        Vector512.Create(
            Avx.Permute2x128(r0, r1, 0x20) + Avx.Permute2x128(r0, r1, 0x31), Avx.Permute2x128(r2, r3, 0x20) + Avx.Permute2x128(r2, r3, 0x31));
}
