using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionDsl.Runtime;

/// <summary>Transposes 16 x 16 numbers.</summary>
internal static unsafe class SquareTranspose
{
    /// <summary>to_ij (=, +=, -=) from_ji.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* to, long toStride, float* from, long fromStride, Into into)
    {
        if (!Avx512F.IsSupported)
        {
            for (int i = 0; i < 16; i++)
            {
                for (int j = 0; j < 16; j++)
                {
                    float value = from[(j * fromStride) + i];
                    ref float at = ref to[(i * toStride) + j];
                    at = into == Into.Set ? value : into == Into.Add ? at + value : at - value;
                }
            }

            return;
        }

        // Four rows four apart at a time: their 4 x 4 blocks are transposed in place, then the blocks are dealt out.
        Quarter(from, fromStride, out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3);
        Quarter(from + (4 * fromStride), fromStride, out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3);
        Quarter(from + (8 * fromStride), fromStride, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3);
        Quarter(from + (12 * fromStride), fromStride, out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3);
        Deal(to, toStride, a0, b0, c0, d0, into);
        Deal(to + toStride, toStride, a1, b1, c1, d1, into);
        Deal(to + (2 * toStride), toStride, a2, b2, c2, d2, into);
        Deal(to + (3 * toStride), toStride, a3, b3, c3, d3, into);
    }

    // x_r holds, in its 128-bit lane l, the numbers (row 0..3, column 4 l + r).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(float* from, long stride, out Vector512<float> x0, out Vector512<float> x1, out Vector512<float> x2, out Vector512<float> x3)
    {
        Vector512<float> r0 = Vector512.Load(from), r1 = Vector512.Load(from + stride);
        Vector512<float> r2 = Vector512.Load(from + (2 * stride)), r3 = Vector512.Load(from + (3 * stride));
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        x0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        x1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        x2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        x3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    // Rows r, r + 4, r + 8, r + 12 of the result: lane l of a, b, c, d side by side.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Deal(float* to, long stride, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, Into into)
    {
        Vector512<float> ab0 = Avx512F.Shuffle4x128(a, b, 0x44), ab1 = Avx512F.Shuffle4x128(a, b, 0xEE);
        Vector512<float> cd0 = Avx512F.Shuffle4x128(c, d, 0x44), cd1 = Avx512F.Shuffle4x128(c, d, 0xEE);
        Put(to, Avx512F.Shuffle4x128(ab0, cd0, 0x88), into);
        Put(to + (4 * stride), Avx512F.Shuffle4x128(ab0, cd0, 0xDD), into);
        Put(to + (8 * stride), Avx512F.Shuffle4x128(ab1, cd1, 0x88), into);
        Put(to + (12 * stride), Avx512F.Shuffle4x128(ab1, cd1, 0xDD), into);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* at, Vector512<float> value, Into into)
    {
        Vector512<float> result = into == Into.Set ? value : into == Into.Add ? Vector512.Load(at) + value : Vector512.Load(at) - value;
        result.Store(at);
    }
}
