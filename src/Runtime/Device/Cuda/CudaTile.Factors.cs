using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>How threads find the factors of a product: addresses are worked out once, before the loop over the contracted dimension.</content>
public readonly partial struct CudaTile
{
    /// <summary>
    /// 32 vectors of a factor, as the threads of a warp read them: thread 4 g + t reads vectors g, g + 8, g + 16, g + 24 (groups 0 to 3)
    /// at depths 4 t to 4 t + 3 of every 16. (The tensor cores want depths 2 t, 2 t + 1, 2 t + 8, 2 t + 9, but a sum does not
    /// depend on the order of its terms: both factors are read in this order, which is one load.) Vectors beyond the factor repeat others.
    /// </summary>
    private interface IFactor<TSelf>
        where TSelf : struct, IFactor<TSelf>
    {
        /// <summary>Vectors from <paramref name="vector"/> on.</summary>
        static abstract TSelf Of(CudaTile x, int vector);

        /// <summary>Four numbers of a group's vector; depth is a multiple of 16.</summary>
        static abstract CudaLanes At(in TSelf cursor, int group, int depth);

        /// <summary>Element (vector, depth), at the end of the contracted dimension.</summary>
        static abstract float One(CudaTile x, int vector, int depth);

        static abstract int Depth(CudaTile x);
    }

    /// <summary>Vectors are rows of scratch.</summary>
    private struct Rows32 : IFactor<Rows32>
    {
        private uint row0;
        private uint row1;
        private uint row2;
        private uint row3;
        private int swizzle0;
        private int swizzle1;
        private int swizzle2;
        private int swizzle3;
        private int column;

        public static Rows32 Of(CudaTile x, int vector)
        {
            Rows32 cursor = default;
            int first = vector + (Lane >> 2);
            cursor.column = x.column + ((Lane & 3) << 2);
            Row(x, first, out cursor.row0, out cursor.swizzle0);
            Row(x, first + 8, out cursor.row1, out cursor.swizzle1);
            Row(x, first + 16, out cursor.row2, out cursor.swizzle2);
            Row(x, first + 24, out cursor.row3, out cursor.swizzle3);
            return cursor;
        }

        public static CudaLanes At(in Rows32 cursor, int group, int depth)
        {
            uint row = group == 0 ? cursor.row0 : group == 1 ? cursor.row1 : group == 2 ? cursor.row2 : cursor.row3;
            int swizzle = group == 0 ? cursor.swizzle0 : group == 1 ? cursor.swizzle1 : group == 2 ? cursor.swizzle2 : cursor.swizzle3;
            return Ptx.Load4(row + ((uint)((cursor.column + depth) ^ swizzle) << 2));
        }

        public static float One(CudaTile x, int vector, int depth) => x.At(vector < x.Rows ? vector : x.Rows - 1, depth);

        public static int Depth(CudaTile x) => x.Columns;

        private static void Row(CudaTile x, int vector, out uint row, out int swizzle)
        {
            int r = x.row + (vector < x.Rows ? vector : x.Rows - 1);
            swizzle = x.SwizzleOf(r);
            row = (uint)x.address + ((uint)(r * x.stride) << 2);
        }
    }

    /// <summary>Vectors are columns of scratch.</summary>
    private struct Columns32 : IFactor<Columns32>
    {
        // Of this thread's four rows of a step, the first columns of the four groups differ in what the swizzle of the row makes of them.
        private uint row0;
        private uint row1;
        private uint row2;
        private uint row3;
        private int swizzle0;
        private int swizzle1;
        private int swizzle2;
        private int swizzle3;
        private int stride;
        private int column0;
        private int column1;
        private int column2;
        private int column3;

        public static Columns32 Of(CudaTile x, int vector)
        {
            Columns32 cursor = default;
            int t = (Lane & 3) << 2;
            Row(x, t, out cursor.row0, out cursor.swizzle0);
            Row(x, t + 1, out cursor.row1, out cursor.swizzle1);
            Row(x, t + 2, out cursor.row2, out cursor.swizzle2);
            Row(x, t + 3, out cursor.row3, out cursor.swizzle3);
            cursor.stride = x.stride << 2;

            // A group of 8 columns beyond the matrix repeats the first.
            int column = x.column + vector + (Lane >> 2);
            cursor.column0 = column;
            cursor.column1 = vector + 8 < x.Columns ? column + 8 : column;
            cursor.column2 = vector + 16 < x.Columns ? column + 16 : column;
            cursor.column3 = vector + 24 < x.Columns ? column + 24 : column;
            return cursor;
        }

        public static CudaLanes At(in Columns32 cursor, int group, int depth)
        {
            int column = group == 0 ? cursor.column0 : group == 1 ? cursor.column1 : group == 2 ? cursor.column2 : cursor.column3;
            uint down = (uint)(depth * cursor.stride);
            return new(
                Ptx.Load(cursor.row0 + ((uint)(column ^ cursor.swizzle0) << 2) + down),
                Ptx.Load(cursor.row1 + ((uint)(column ^ cursor.swizzle1) << 2) + down),
                Ptx.Load(cursor.row2 + ((uint)(column ^ cursor.swizzle2) << 2) + down),
                Ptx.Load(cursor.row3 + ((uint)(column ^ cursor.swizzle3) << 2) + down));
        }

        public static float One(CudaTile x, int vector, int depth) => x.At(depth, vector < x.Columns ? vector : x.Columns - 1);

        public static int Depth(CudaTile x) => x.Rows;

        // 16 rows on, the swizzle is the same.
        private static void Row(CudaTile x, int depth, out uint row, out int swizzle)
        {
            int r = x.row + depth;
            swizzle = x.SwizzleOf(r);
            row = (uint)x.address + ((uint)(r * x.stride) << 2);
        }
    }

    /// <summary>Vectors are rows of bfloat16 in the device's memory.</summary>
    private struct HalfRows : IFactor<HalfRows>
    {
        private long row0;
        private long row1;
        private long row2;
        private long row3;

        public static HalfRows Of(CudaTile x, int vector)
        {
            HalfRows cursor = default;
            int first = vector + (Lane >> 2), t = (Lane & 3) << 2;
            cursor.row0 = Row(x, first, t);
            cursor.row1 = Row(x, first + 8, t);
            cursor.row2 = Row(x, first + 16, t);
            cursor.row3 = Row(x, first + 24, t);
            return cursor;
        }

        public static CudaLanes At(in HalfRows cursor, int group, int depth)
        {
            long at = (group == 0 ? cursor.row0 : group == 1 ? cursor.row1 : group == 2 ? cursor.row2 : cursor.row3) + (depth << 1);
            CudaPair low = CudaPair.Of(Ptx.LoadBits(at)), high = CudaPair.Of(Ptx.LoadBits(at + 4));
            return new(low.Low, low.High, high.Low, high.High);
        }

        public static float One(CudaTile x, int vector, int depth) => Rows32.One(x, vector, depth);

        public static int Depth(CudaTile x) => x.Columns;

        private static long Row(CudaTile x, int vector, int t) => x.HalfAddressOf(vector < x.Rows ? vector : x.Rows - 1, t);
    }

    /// <summary>Vectors are columns of bfloat16 in the device's memory.</summary>
    private struct HalfColumns : IFactor<HalfColumns>
    {
        private long start;
        private int stride;
        private int group1;
        private int group2;
        private int group3;

        public static HalfColumns Of(CudaTile x, int vector)
        {
            HalfColumns cursor = default;
            cursor.start = x.HalfAddressOf((Lane & 3) << 2, vector + (Lane >> 2));
            cursor.stride = x.stride << 1;
            cursor.group1 = vector + 8 < x.Columns ? 16 : 0;
            cursor.group2 = vector + 16 < x.Columns ? 32 : 0;
            cursor.group3 = vector + 24 < x.Columns ? 48 : 0;
            return cursor;
        }

        public static CudaLanes At(in HalfColumns cursor, int group, int depth)
        {
            int across = group == 0 ? 0 : group == 1 ? cursor.group1 : group == 2 ? cursor.group2 : cursor.group3;
            long at = cursor.start + ((depth * cursor.stride) + across);
            return new(Half(at), Half(at + cursor.stride), Half(at + (2 * cursor.stride)), Half(at + (3 * cursor.stride)));
        }

        public static float One(CudaTile x, int vector, int depth) => Columns32.One(x, vector, depth);

        public static int Depth(CudaTile x) => x.Rows;

        private static float Half(long address) => ILGPU.Interop.IntAsFloat(Ptx.LoadHalfBits(address) << 16);
    }

    /// <summary>A thread's part of 16 vectors of a factor, 16 deep, in bfloat16, and what that rounding lost.</summary>
    private struct Fragment
    {
        public uint X;
        public uint Y;
        public uint Z;
        public uint W;
        public uint RestX;
        public uint RestY;
        public uint RestZ;
        public uint RestW;

        /// <summary>16 rows of a left factor: groups <paramref name="group"/> and the next.</summary>
        public static Fragment Left<T, TDigits>(in T cursor, int group, int depth)
            where T : struct, IFactor<T>
            where TDigits : struct, IDigits =>
            Rows<TDigits>(T.At(cursor, group, depth), T.At(cursor, group + 1, depth));

        /// <summary>16 columns of a right factor: X, Y are of group <paramref name="group"/>, Z, W of the next.</summary>
        public static Fragment Right<T, TDigits>(in T cursor, int group, int depth)
            where T : struct, IFactor<T>
            where TDigits : struct, IDigits =>
            Columns<TDigits>(T.At(cursor, group, depth), T.At(cursor, group + 1, depth));

        /// <summary>Like <see cref="Left"/>, from vector <paramref name="vector"/>, where the contracted dimension ends: what stands beyond it may be anything and counts as 0.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static Fragment LastLeft<T, TDigits>(CudaTile x, int vector, int depth, int limit)
            where T : struct, IFactor<T>
            where TDigits : struct, IDigits => Rows<TDigits>(Last<T>(x, vector + (Lane >> 2), depth, limit), Last<T>(x, vector + (Lane >> 2) + 8, depth, limit));

        /// <summary>Like <see cref="Right"/> where the contracted dimension ends.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static Fragment LastRight<T, TDigits>(CudaTile x, int vector, int depth, int limit)
            where T : struct, IFactor<T>
            where TDigits : struct, IDigits => Columns<TDigits>(Last<T>(x, vector + (Lane >> 2), depth, limit), Last<T>(x, vector + (Lane >> 2) + 8, depth, limit));

        private static Fragment Rows<TDigits>(CudaLanes x, CudaLanes y)
            where TDigits : struct, IDigits => Of<TDigits>(new(x.X, x.Y), new(y.X, y.Y), new(x.Z, x.W), new(y.Z, y.W));

        private static Fragment Columns<TDigits>(CudaLanes x, CudaLanes y)
            where TDigits : struct, IDigits => Of<TDigits>(new(x.X, x.Y), new(x.Z, x.W), new(y.X, y.Y), new(y.Z, y.W));

        public static Fragment Of<TDigits>(CudaPair x, CudaPair y, CudaPair z, CudaPair w)
            where TDigits : struct, IDigits
        {
            Fragment fragment = default;
            fragment.X = x.Rounded;
            fragment.Y = y.Rounded;
            fragment.Z = z.Rounded;
            fragment.W = w.Rounded;
            fragment.RestX = TDigits.Rest(x, fragment.X);
            fragment.RestY = TDigits.Rest(y, fragment.Y);
            fragment.RestZ = TDigits.Rest(z, fragment.Z);
            fragment.RestW = TDigits.Rest(w, fragment.W);
            return fragment;
        }

        private static CudaLanes Last<T>(CudaTile x, int vector, int depth, int limit)
            where T : struct, IFactor<T>
        {
            int d = depth + ((Lane & 3) << 2);
            return new(
                d < limit ? T.One(x, vector, d) : 0f,
                d + 1 < limit ? T.One(x, vector, d + 1) : 0f,
                d + 2 < limit ? T.One(x, vector, d + 2) : 0f,
                d + 3 < limit ? T.One(x, vector, d + 3) : 0f);
        }
    }

    /// <summary>How many digits of its factors a product keeps.</summary>
    private interface IDigits
    {
        static abstract uint Rest(CudaPair x, uint rounded);

        /// <summary>sum + a b for 8 columns.</summary>
        static abstract CudaLanes MultiplyAdd(CudaLanes sum, Fragment a, uint b0, uint b1, uint rest0, uint rest1);
    }

    /// <summary>Factors are rounded to bfloat16.</summary>
    private readonly struct Rounding : IDigits
    {
        public static uint Rest(CudaPair x, uint rounded) => 0;

        public static CudaLanes MultiplyAdd(CudaLanes sum, Fragment a, uint b0, uint b1, uint rest0, uint rest1) =>
            Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.X, a.Y, a.Z, a.W, b0, b1);
    }

    /// <summary>Factors keep what rounding to bfloat16 loses, rounded itself: a b = (a' + da)(b' + db) up to da db.</summary>
    private readonly struct Keeping : IDigits
    {
        public static uint Rest(CudaPair x, uint rounded) => x.Rest(rounded);

        public static CudaLanes MultiplyAdd(CudaLanes sum, Fragment a, uint b0, uint b1, uint rest0, uint rest1)
        {
            sum = Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.RestX, a.RestY, a.RestZ, a.RestW, b0, b1);
            sum = Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.X, a.Y, a.Z, a.W, rest0, rest1);
            return Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.X, a.Y, a.Z, a.W, b0, b1);
        }
    }
}
