using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>Factors and sums of 16 x 16 as the threads of a warp hold them for the tensor cores.</content>
public readonly partial struct CudaTile
{
    /// <summary>A thread's part of 16 x 16 sums: rows g and g + 8, of each 8 columns two neighbours.</summary>
    private struct Block16
    {
        public CudaQuad Near;
        public CudaQuad Far;
    }

    /// <summary>
    /// A thread's part of 16 vectors of a factor, 16 deep, in bfloat16, and what that rounding lost. Thread 4 g + t holds of the vectors g (Near) and
    /// g + 8 (Far) the depths 2 t, 2 t + 1 (Low) and 2 t + 8, 2 t + 9 (High).
    /// </summary>
    private struct Fragment
    {
        public uint NearLow;
        public uint FarLow;
        public uint NearHigh;
        public uint FarHigh;
        public uint RestNearLow;
        public uint RestFarLow;
        public uint RestNearHigh;
        public uint RestFarHigh;

        public static Fragment Of(CudaBits4 bits)
        {
            Fragment fragment = default;
            fragment.NearLow = bits.X;
            fragment.FarLow = bits.Y;
            fragment.NearHigh = bits.Z;
            fragment.FarHigh = bits.W;
            return fragment;
        }

        public static Fragment Of(CudaBits4 bits, CudaBits4 rests)
        {
            Fragment fragment = Of(bits);
            fragment.RestNearLow = rests.X;
            fragment.RestFarLow = rests.Y;
            fragment.RestNearHigh = rests.Z;
            fragment.RestFarHigh = rests.W;
            return fragment;
        }

        public static Fragment Of<TDigits>(CudaPair nearLow, CudaPair farLow, CudaPair nearHigh, CudaPair farHigh)
            where TDigits : struct, IDigits
        {
            Fragment fragment = Of(new CudaBits4(nearLow.Rounded, farLow.Rounded, nearHigh.Rounded, farHigh.Rounded));
            fragment.RestNearLow = TDigits.Rest(nearLow, fragment.NearLow);
            fragment.RestFarLow = TDigits.Rest(farLow, fragment.FarLow);
            fragment.RestNearHigh = TDigits.Rest(nearHigh, fragment.NearHigh);
            fragment.RestFarHigh = TDigits.Rest(farHigh, fragment.FarHigh);
            return fragment;
        }
    }

    /// <summary>How many digits of its factors a product keeps.</summary>
    private interface IDigits
    {
        /// <summary>True if what rounding loses is kept.</summary>
        static abstract bool Keeps { get; }

        static abstract uint Rest(CudaPair x, uint rounded);

        /// <summary>sum + a b for 16 rows and the 8 columns that are the near vectors of b.</summary>
        static abstract CudaQuad Near(CudaQuad sum, in Fragment a, in Fragment b);

        /// <summary>sum + a b for 16 rows and the 8 columns that are the far vectors of b.</summary>
        static abstract CudaQuad Far(CudaQuad sum, in Fragment a, in Fragment b);
    }

    /// <summary>Factors are rounded to bfloat16.</summary>
    private readonly struct Rounding : IDigits
    {
        public static bool Keeps => false;

        public static uint Rest(CudaPair x, uint rounded) => 0;

        public static CudaQuad Near(CudaQuad sum, in Fragment a, in Fragment b) =>
            Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.NearLow, a.FarLow, a.NearHigh, a.FarHigh, b.NearLow, b.NearHigh);

        public static CudaQuad Far(CudaQuad sum, in Fragment a, in Fragment b) =>
            Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.NearLow, a.FarLow, a.NearHigh, a.FarHigh, b.FarLow, b.FarHigh);
    }

    /// <summary>Factors keep what rounding to bfloat16 loses, rounded itself: a b = (a' + da)(b' + db) up to da db.</summary>
    private readonly struct Keeping : IDigits
    {
        public static bool Keeps => true;

        public static uint Rest(CudaPair x, uint rounded) => x.Rest(rounded);

        public static CudaQuad Near(CudaQuad sum, in Fragment a, in Fragment b)
        {
            sum = Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.RestNearLow, a.RestFarLow, a.RestNearHigh, a.RestFarHigh, b.NearLow, b.NearHigh);
            sum = Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.NearLow, a.FarLow, a.NearHigh, a.FarHigh, b.RestNearLow, b.RestNearHigh);
            return Rounding.Near(sum, a, b);
        }

        public static CudaQuad Far(CudaQuad sum, in Fragment a, in Fragment b)
        {
            sum = Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.RestNearLow, a.RestFarLow, a.RestNearHigh, a.RestFarHigh, b.FarLow, b.FarHigh);
            sum = Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.NearLow, a.FarLow, a.NearHigh, a.FarHigh, b.RestFarLow, b.RestFarHigh);
            return Rounding.Far(sum, a, b);
        }
    }
}
