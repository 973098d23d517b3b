using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <content>With sixteen registers of 256 bits.</content>
internal static unsafe partial class DecayedGramPair
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> TriangleOfEights(
        float* l, float* l1, float* l2, float* l3, float* r, float* r1, float* r2, float* r3, float* s1, float* s2, float* s3, long width)
    {
        Vector256<float> c00 = default, c10 = default, c11 = default, c20 = default, c21 = default, c22 = default;
        Vector256<float> c30 = default, c31 = default, c32 = default, c33 = default, none = default;
        for (long d = 0; d < width; d += 8)
        {
            Vector256<float> y0 = Vector256.Load(r + d);
            c00 = Vector256.FusedMultiplyAdd(y0, Vector256.Load(l + d), c00);
            y0 *= Vector256.Load(s1 + d);
            Vector256<float> y1 = Vector256.Load(r1 + d), x = Vector256.Load(l1 + d);
            c10 = Vector256.FusedMultiplyAdd(x, y0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, y1, c11);
            x = Vector256.Load(s2 + d);
            y0 *= x;
            y1 *= x;
            Vector256<float> y2 = Vector256.Load(r2 + d);
            x = Vector256.Load(l2 + d);
            c20 = Vector256.FusedMultiplyAdd(x, y0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, y1, c21);
            c22 = Vector256.FusedMultiplyAdd(x, y2, c22);
            x = Vector256.Load(s3 + d);
            y0 *= x;
            y1 *= x;
            y2 *= x;
            x = Vector256.Load(l3 + d);
            c30 = Vector256.FusedMultiplyAdd(x, y0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, y1, c31);
            c32 = Vector256.FusedMultiplyAdd(x, y2, c32);
            c33 = Vector256.FusedMultiplyAdd(x, Vector256.Load(r3 + d), c33);
        }

        return RegisterDots.Joined(
            RegisterDots.Halves(c00, none, none, none), RegisterDots.Halves(c10, c11, none, none), RegisterDots.Halves(c20, c21, c22, none), RegisterDots.Halves(c30, c31, c32, c33));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> LaterOfEights(
        float* l, float* l1, float* l2, float* l3, float* r, long rStride, float* steps, float* s5, float* s6, float* s7, long width)
    {
        // The two columns far from the later rows, then the two near them.
        float* s1 = steps + width, s2 = s1 + width, s3 = s2 + width, s4 = s3 + width, r1 = r + rStride;
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (long d = 0; d < width; d += 8)
        {
            Vector256<float> decay = Vector256.Load(s4 + d) * Vector256.Load(s3 + d) * Vector256.Load(s2 + d), y1 = Vector256.Load(r1 + d) * decay;
            decay *= Vector256.Load(s1 + d);
            Vector256<float> y0 = Vector256.Load(r + d) * decay, x = Vector256.Load(l + d);
            c00 = Vector256.FusedMultiplyAdd(x, y0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, y1, c01);
            decay = Vector256.Load(s5 + d);
            x = Vector256.Load(l1 + d) * decay;
            c10 = Vector256.FusedMultiplyAdd(x, y0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, y1, c11);
            decay *= Vector256.Load(s6 + d);
            x = Vector256.Load(l2 + d) * decay;
            c20 = Vector256.FusedMultiplyAdd(x, y0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, y1, c21);
            decay *= Vector256.Load(s7 + d);
            x = Vector256.Load(l3 + d) * decay;
            c30 = Vector256.FusedMultiplyAdd(x, y0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, y1, c31);
        }

        float* r2 = r1 + rStride, r3 = r2 + rStride;
        Vector256<float> c02 = default, c03 = default, c12 = default, c13 = default, c22 = default, c23 = default, c32 = default, c33 = default;
        for (long d = 0; d < width; d += 8)
        {
            Vector256<float> decay = Vector256.Load(s4 + d), y3 = Vector256.Load(r3 + d) * decay;
            decay *= Vector256.Load(s3 + d);
            Vector256<float> y2 = Vector256.Load(r2 + d) * decay, x = Vector256.Load(l + d);
            c02 = Vector256.FusedMultiplyAdd(x, y2, c02);
            c03 = Vector256.FusedMultiplyAdd(x, y3, c03);
            decay = Vector256.Load(s5 + d);
            x = Vector256.Load(l1 + d) * decay;
            c12 = Vector256.FusedMultiplyAdd(x, y2, c12);
            c13 = Vector256.FusedMultiplyAdd(x, y3, c13);
            decay *= Vector256.Load(s6 + d);
            x = Vector256.Load(l2 + d) * decay;
            c22 = Vector256.FusedMultiplyAdd(x, y2, c22);
            c23 = Vector256.FusedMultiplyAdd(x, y3, c23);
            decay *= Vector256.Load(s7 + d);
            x = Vector256.Load(l3 + d) * decay;
            c32 = Vector256.FusedMultiplyAdd(x, y2, c32);
            c33 = Vector256.FusedMultiplyAdd(x, y3, c33);
        }

        return RegisterDots.Joined(
            RegisterDots.Halves(c00, c01, c02, c03), RegisterDots.Halves(c10, c11, c12, c13), RegisterDots.Halves(c20, c21, c22, c23), RegisterDots.Halves(c30, c31, c32, c33));
    }
}
