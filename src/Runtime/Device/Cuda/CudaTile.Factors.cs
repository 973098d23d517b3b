using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>How threads find the factors of a product: addresses are worked out once, before the loop over the contracted dimension.</content>
public readonly partial struct CudaTile
{
    /// <summary>
    /// 16 vectors of a factor, as the threads of a warp hold 16 of their numbers for the tensor cores. Vectors are rows or columns of a tile; the
    /// contracted dimension, the depth, runs along them. Vectors beyond the tile are whatever stands there: no result needs them.
    /// </summary>
    private interface IFactor<TSelf>
        where TSelf : struct, IFactor<TSelf>
    {
        /// <summary>The 16 vectors from <paramref name="vector"/> on.</summary>
        static abstract TSelf Of(CudaTile x, int vector);

        /// <summary>Numbers <paramref name="depth"/> to depth + 15 of the vectors.</summary>
        static abstract Fragment At<TDigits>(in TSelf cursor, int depth)
            where TDigits : struct, IDigits;

        /// <summary>Element (vector, depth), at the end of the contracted dimension.</summary>
        static abstract float One(CudaTile x, int vector, int depth);

        static abstract int Depth(CudaTile x);
    }

    /// <summary>Vectors are rows of a factor tile.</summary>
    private struct FactorRows : IFactor<FactorRows>
    {
        private uint row;

        public static FactorRows Of(CudaTile x, int vector)
        {
            FactorRows cursor = default;
            cursor.row = x.NearFactor(vector + (Lane & 15), (Lane >> 4) << 3);
            return cursor;
        }

        public static Fragment At<TDigits>(in FactorRows cursor, int depth)
            where TDigits : struct, IDigits => Fragment.Of(Ptx.LoadMatrix(cursor.row + (uint)(depth << 1)));

        public static float One(CudaTile x, int vector, int depth) => x.At(vector, depth);

        public static int Depth(CudaTile x) => x.Columns;
    }

    /// <summary>Vectors are columns of a factor tile.</summary>
    private struct FactorColumns : IFactor<FactorColumns>
    {
        private uint start;
        private int stride;

        public static FactorColumns Of(CudaTile x, int vector)
        {
            FactorColumns cursor = default;
            cursor.start = x.NearFactor((Lane & 7) + ((Lane >> 4) << 3), vector + (Lane & 8));
            cursor.stride = x.stride;
            return cursor;
        }

        public static Fragment At<TDigits>(in FactorColumns cursor, int depth)
            where TDigits : struct, IDigits => Fragment.Of(Ptx.LoadMatrixTransposed(cursor.start + (uint)(depth * cursor.stride)));

        public static float One(CudaTile x, int vector, int depth) => x.At(depth, vector);

        public static int Depth(CudaTile x) => x.Rows;
    }

    /// <summary>Vectors are rows of an exact tile.</summary>
    private struct ExactRows : IFactor<ExactRows>
    {
        private uint upper;
        private uint lower;

        public static ExactRows Of(CudaTile x, int vector)
        {
            ExactRows cursor = default;
            cursor.upper = x.Near(vector + (Lane >> 2), (Lane & 3) << 1);
            cursor.lower = cursor.upper + (uint)(x.stride << 3);
            return cursor;
        }

        public static Fragment At<TDigits>(in ExactRows cursor, int depth)
            where TDigits : struct, IDigits
        {
            uint across = (uint)(depth << 2);
            CudaPair a = Ptx.Load2(cursor.upper + across), b = Ptx.Load2(cursor.lower + across);
            CudaPair c = Ptx.Load2(cursor.upper + across + 32), d = Ptx.Load2(cursor.lower + across + 32);
            return Fragment.Of<TDigits>(a, b, c, d);
        }

        public static float One(CudaTile x, int vector, int depth) => x.At(vector, depth);

        public static int Depth(CudaTile x) => x.Columns;
    }

    /// <summary>Vectors are columns of an exact tile.</summary>
    private struct ExactColumns : IFactor<ExactColumns>
    {
        private uint start;
        private int stride;

        public static ExactColumns Of(CudaTile x, int vector)
        {
            ExactColumns cursor = default;
            cursor.start = x.Near((Lane & 3) << 1, vector + (Lane >> 2));
            cursor.stride = x.stride;
            return cursor;
        }

        public static Fragment At<TDigits>(in ExactColumns cursor, int depth)
            where TDigits : struct, IDigits
        {
            uint near = cursor.start + (uint)(depth * cursor.stride), next = near + (uint)cursor.stride;
            uint far = near + (uint)(cursor.stride << 3), afterFar = far + (uint)cursor.stride;
            var a = new CudaPair(Ptx.Load(near), Ptx.Load(next));
            var b = new CudaPair(Ptx.Load(near + 32), Ptx.Load(next + 32));
            var c = new CudaPair(Ptx.Load(far), Ptx.Load(afterFar));
            var d = new CudaPair(Ptx.Load(far + 32), Ptx.Load(afterFar + 32));
            return Fragment.Of<TDigits>(a, b, c, d);
        }

        public static float One(CudaTile x, int vector, int depth) => x.At(depth, vector);

        public static int Depth(CudaTile x) => x.Rows;
    }

    /// <summary>Vectors are rows of a tile of either kind, asked at every step.</summary>
    private struct AnyRows : IFactor<AnyRows>
    {
        private FactorRows factor;
        private ExactRows exact;
        private bool isFactor;

        public static AnyRows Of(CudaTile x, int vector)
        {
            AnyRows cursor = default;
            cursor.factor = FactorRows.Of(x, vector);
            cursor.exact = ExactRows.Of(x, vector);
            cursor.isFactor = x.IsFactor;
            return cursor;
        }

        public static Fragment At<TDigits>(in AnyRows cursor, int depth)
            where TDigits : struct, IDigits => cursor.isFactor ? FactorRows.At<TDigits>(cursor.factor, depth) : ExactRows.At<TDigits>(cursor.exact, depth);

        public static float One(CudaTile x, int vector, int depth) => x.At(vector, depth);

        public static int Depth(CudaTile x) => x.Columns;
    }

    /// <summary>Vectors are columns of a tile of either kind, asked at every step.</summary>
    private struct AnyColumns : IFactor<AnyColumns>
    {
        private FactorColumns factor;
        private ExactColumns exact;
        private bool isFactor;

        public static AnyColumns Of(CudaTile x, int vector)
        {
            AnyColumns cursor = default;
            cursor.factor = FactorColumns.Of(x, vector);
            cursor.exact = ExactColumns.Of(x, vector);
            cursor.isFactor = x.IsFactor;
            return cursor;
        }

        public static Fragment At<TDigits>(in AnyColumns cursor, int depth)
            where TDigits : struct, IDigits => cursor.isFactor ? FactorColumns.At<TDigits>(cursor.factor, depth) : ExactColumns.At<TDigits>(cursor.exact, depth);

        public static float One(CudaTile x, int vector, int depth) => x.At(depth, vector);

        public static int Depth(CudaTile x) => x.Rows;
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

        /// <summary>The last step of a contracted dimension that ends at <paramref name="limit"/>: what stands beyond may be anything and counts as 0.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static Fragment Last<T, TDigits>(CudaTile x, int vector, int depth, int limit)
            where T : struct, IFactor<T>
            where TDigits : struct, IDigits
        {
            int near = vector + (Lane >> 2), low = depth + ((Lane & 3) << 1);
            return Of<TDigits>(Pair<T>(x, near, low, limit), Pair<T>(x, near + 8, low, limit), Pair<T>(x, near, low + 8, limit), Pair<T>(x, near + 8, low + 8, limit));
        }

        private static CudaPair Pair<T>(CudaTile x, int vector, int depth, int limit)
            where T : struct, IFactor<T> => new(depth < limit ? T.One(x, vector, depth) : 0f, depth + 1 < limit ? T.One(x, vector, depth + 1) : 0f);
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
