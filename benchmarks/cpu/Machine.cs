using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Benchmarks.Cpu;

/// <summary>What the machine can do at best, measured: the floors that everything else is held against.</summary>
internal static unsafe class Machine
{
    private const int Rounds = 1 << 19;

    /// <summary>Floating-point operations of one run of <see cref="FusedMultiplyAdds"/>.</summary>
    public static double Operations(int threads) => threads * 12.0 * 2 * (Vector512.IsHardwareAccelerated ? 16 : 8) * Rounds;

    /// <summary>Independent fused multiply-adds in registers, on so many threads: some two milliseconds.</summary>
    public static void FusedMultiplyAdds(int threads) => OnThreads(threads, _ => Chains(Rounds));

    public static void OnThreads(int threads, Action<int> run)
    {
        if (threads == 1)
        {
            run(0);
        }
        else
        {
            Parallel.For(0, threads, run);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Copy(float* to, float* from, long count)
    {
        for (long i = 0; i + 64 <= count; i += 64)
        {
            Vector512.Load(from + i).Store(to + i);
            Vector512.Load(from + i + 16).Store(to + i + 16);
            Vector512.Load(from + i + 32).Store(to + i + 32);
            Vector512.Load(from + i + 48).Store(to + i + 48);
        }
    }

    private static float sink;

    // Twelve chains: more than latency times throughput of any core, fewer than its registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Chains(int rounds)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(0.001f);
            Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
            for (int n = 0; n < rounds; n++)
            {
                a = Vector512.FusedMultiplyAdd(a, x, y);
                b = Vector512.FusedMultiplyAdd(b, x, y);
                c = Vector512.FusedMultiplyAdd(c, x, y);
                d = Vector512.FusedMultiplyAdd(d, x, y);
                e = Vector512.FusedMultiplyAdd(e, x, y);
                f = Vector512.FusedMultiplyAdd(f, x, y);
                g = Vector512.FusedMultiplyAdd(g, x, y);
                h = Vector512.FusedMultiplyAdd(h, x, y);
                i = Vector512.FusedMultiplyAdd(i, x, y);
                j = Vector512.FusedMultiplyAdd(j, x, y);
                k = Vector512.FusedMultiplyAdd(k, x, y);
                l = Vector512.FusedMultiplyAdd(l, x, y);
            }

            sink = Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
        }
        else
        {
            Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(0.001f);
            Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
            for (int n = 0; n < rounds; n++)
            {
                a = Vector256.FusedMultiplyAdd(a, x, y);
                b = Vector256.FusedMultiplyAdd(b, x, y);
                c = Vector256.FusedMultiplyAdd(c, x, y);
                d = Vector256.FusedMultiplyAdd(d, x, y);
                e = Vector256.FusedMultiplyAdd(e, x, y);
                f = Vector256.FusedMultiplyAdd(f, x, y);
                g = Vector256.FusedMultiplyAdd(g, x, y);
                h = Vector256.FusedMultiplyAdd(h, x, y);
                i = Vector256.FusedMultiplyAdd(i, x, y);
                j = Vector256.FusedMultiplyAdd(j, x, y);
                k = Vector256.FusedMultiplyAdd(k, x, y);
                l = Vector256.FusedMultiplyAdd(l, x, y);
            }

            sink = Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
        }
    }
}
