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
        if (!Avx512F.IsSupported && Avx.IsSupported)
        {
            for (int i = 0; i < 16; i += 8)
            {
                for (int j = 0; j < 16; j += 4)
                {
                    Columns4OfEight(to + (j * toStride) + i, toStride, from + (i * fromStride) + j, fromStride, into);
                }
            }

            return;
        }

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

        for (int j = 0; j < 16; j += 4)
        {
            Columns4(to + (j * toStride), toStride, from + j, fromStride, into);
        }
    }

    // Four columns of x, one register for the rows r, r + 4, r + 8 and r + 12 of each r: dealt out while they are loaded, they need a 4 x 4 transpose in every 128 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns4(float* to, long toStride, float* from, long stride, Into into)
    {
        Vector512<float> r0 = Rows(from, 4 * stride), r1 = Rows(from + stride, 4 * stride);
        Vector512<float> r2 = Rows(from + (2 * stride), 4 * stride), r3 = Rows(from + (3 * stride), 4 * stride);
        Fours(ref r0, ref r1, ref r2, ref r3);
        Put(to, r0, into);
        Put(to + toStride, r1, into);
        Put(to + (2 * toStride), r2, into);
        Put(to + (3 * toStride), r3, into);
    }

    /// <summary>Transposes the 4 x 4 numbers in every 128 bits of four registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fours(ref Vector512<float> r0, ref Vector512<float> r1, ref Vector512<float> r2, ref Vector512<float> r3)
    {
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        r0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        r1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        r2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        r3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    // The same of eight rows, r and r + 4 in a register of 256 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns4OfEight(float* to, long toStride, float* from, long stride, Into into)
    {
        Vector256<float> r0 = RowsOfEight(from, 4 * stride), r1 = RowsOfEight(from + stride, 4 * stride);
        Vector256<float> r2 = RowsOfEight(from + (2 * stride), 4 * stride), r3 = RowsOfEight(from + (3 * stride), 4 * stride);
        Fours(ref r0, ref r1, ref r2, ref r3);
        Put(to, r0, into);
        Put(to + toStride, r1, into);
        Put(to + (2 * toStride), r2, into);
        Put(to + (3 * toStride), r3, into);
    }

    /// <summary>The same of four registers of 256 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fours(ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> r2, ref Vector256<float> r3)
    {
        Vector256<double> low01 = Avx.UnpackLow(r0, r1).AsDouble(), high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> low23 = Avx.UnpackLow(r2, r3).AsDouble(), high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        r0 = Avx.UnpackLow(low01, low23).AsSingle();
        r1 = Avx.UnpackHigh(low01, low23).AsSingle();
        r2 = Avx.UnpackLow(high01, high23).AsSingle();
        r3 = Avx.UnpackHigh(high01, high23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> RowsOfEight(float* from, long apart) =>
        Avx.InsertVector128(Vector128.Load(from).ToVector256Unsafe(), Vector128.Load(from + apart), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* at, Vector256<float> value, Into into)
    {
        Vector256<float> result = into == Into.Set ? value : into == Into.Add ? Vector256.Load(at) + value : Vector256.Load(at) - value;
        result.Store(at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Rows(float* from, long apart)
    {
        Vector512<float> rows = Vector128.Load(from).ToVector256Unsafe().ToVector512Unsafe();
        rows = Avx512F.InsertVector128(rows, Vector128.Load(from + apart), 1);
        rows = Avx512F.InsertVector128(rows, Vector128.Load(from + (2 * apart)), 2);
        return Avx512F.InsertVector128(rows, Vector128.Load(from + (3 * apart)), 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* at, Vector512<float> value, Into into)
    {
        Vector512<float> result = into == Into.Set ? value : into == Into.Add ? Vector512.Load(at) + value : Vector512.Load(at) - value;
        result.Store(at);
    }
}
