using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Matrix products on the tensor cores.</content>
public readonly partial struct CudaTile
{
    /// <summary>A factor of a product, seen as vectors along the contracted dimension.</summary>
    private interface IFactor
    {
        /// <summary>Elements (vector, depth) and (vector, depth + 1).</summary>
        static abstract CudaPair At(CudaTile x, int vector, int depth);

        /// <summary>Element (vector, depth).</summary>
        static abstract float One(CudaTile x, int vector, int depth);

        static abstract int Vectors(CudaTile x);

        static abstract int Depth(CudaTile x);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Product(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.element != CudaElement.Float32)
        {
            Multiply<HalfRows, Columns32>(result, a, b, into, result.Columns, 0);
        }
        else if (b.element != CudaElement.Float32)
        {
            Multiply<Rows32, HalfColumns>(result, a, b, into, result.Columns, 0);
        }
        else
        {
            Multiply<Rows32, Columns32>(result, a, b, into, result.Columns, 0);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TransposedProduct(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.element != CudaElement.Float32)
        {
            Multiply<HalfColumns, Columns32>(result, a, b, into, result.Columns, 0);
        }
        else
        {
            Multiply<Columns32, Columns32>(result, a, b, into, result.Columns, 0);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ProductTransposed(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (b.element != CudaElement.Float32)
        {
            Multiply<Rows32, HalfRows>(result, a, b, into, result.Columns, 0);
        }
        else
        {
            Multiply<Rows32, Rows32>(result, a, b, into, result.Columns, 0);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Gram(CudaTile result, CudaTile l, CudaTile r, Causal causal, Into into)
    {
        int n = result.Columns / result.Rows;
        Multiply<Rows32, Rows32>(result, l, r, into, causal == Causal.Inclusive ? n : 0, n);
    }

    /// <summary>
    /// result (=, +=, -=) a b, or a^T and b^T as the factors see them; row i has only the columns below <paramref name="first"/> + i * <paramref name="each"/>, the others are 0.
    /// A warp computes blocks of 32 x 32.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Multiply<TA, TB>(CudaTile result, CudaTile a, CudaTile b, Into into, int first, int each)
        where TA : struct, IFactor
        where TB : struct, IFactor
    {
        int across = (result.Columns + 31) >> 5, blocks = ((result.Rows + 31) >> 5) * across;
        for (int block = Warp; block < blocks; block += Warps)
        {
            int i = block / across * 32, j = (block - (block / across * across)) * 32;
            var sum = default(Block32);
            if (j < first + ((i + 31) * each))
            {
                sum = Block32.Of<TA, TB>(a, b, i, j, result.precise != 0);
            }

            sum.Upper.Put(result, i, j, into, first, each);
            sum.Lower.Put(result, i + 16, j, into, first, each);
        }

        Synchronize();
    }

    /// <summary>Vectors are rows, in single precision.</summary>
    private readonly struct Rows32 : IFactor
    {
        public static CudaPair At(CudaTile x, int vector, int depth) => Ptx.Load2(x.AddressOf(vector < x.Rows ? vector : x.Rows - 1, depth));

        public static int Vectors(CudaTile x) => x.Rows;

        public static int Depth(CudaTile x) => x.Columns;

        public static float One(CudaTile x, int vector, int depth) => x.At(vector < x.Rows ? vector : x.Rows - 1, depth);
    }

    /// <summary>Vectors are columns, in single precision.</summary>
    private readonly struct Columns32 : IFactor
    {
        public static CudaPair At(CudaTile x, int vector, int depth)
        {
            int j = vector < x.Columns ? vector : x.Columns - 1;
            return new(Ptx.Load(x.AddressOf(depth, j)), Ptx.Load(x.AddressOf(depth + 1, j)));
        }

        public static float One(CudaTile x, int vector, int depth) => x.At(depth, vector < x.Columns ? vector : x.Columns - 1);

        public static int Vectors(CudaTile x) => x.Columns;

        public static int Depth(CudaTile x) => x.Rows;
    }

    /// <summary>Vectors are rows, in bfloat16.</summary>
    private readonly struct HalfRows : IFactor
    {
        public static CudaPair At(CudaTile x, int vector, int depth) => CudaPair.Of(Ptx.LoadBits(x.HalfAddressOf(vector < x.Rows ? vector : x.Rows - 1, depth)));

        public static float One(CudaTile x, int vector, int depth) => Rows32.One(x, vector, depth);

        public static int Vectors(CudaTile x) => x.Rows;

        public static int Depth(CudaTile x) => x.Columns;
    }

    /// <summary>Vectors are columns, in bfloat16.</summary>
    private readonly struct HalfColumns : IFactor
    {
        public static CudaPair At(CudaTile x, int vector, int depth)
        {
            int j = vector < x.Columns ? vector : x.Columns - 1;
            return CudaPair.Of(Ptx.LoadHalfBits(x.HalfAddressOf(depth, j)) | (Ptx.LoadHalfBits(x.HalfAddressOf(depth + 1, j)) << 16));
        }

        public static float One(CudaTile x, int vector, int depth) => Columns32.One(x, vector, depth);

        public static int Vectors(CudaTile x) => x.Columns;

        public static int Depth(CudaTile x) => x.Rows;
    }

    /// <summary>A thread's part of 16 rows of a factor, 16 deep.</summary>
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

        /// <summary>Rows <paramref name="vector"/> and on of the left factor: thread 4 g + t holds rows g, g + 8 and depths 2 t, 2 t + 8.</summary>
        public static Fragment Left<T>(CudaTile x, int vector, int depth, bool precise)
            where T : struct, IFactor
        {
            int g = vector + (Lane >> 2), t = depth + ((Lane & 3) * 2);
            return Of(T.At(x, g, t), T.At(x, g + 8, t), T.At(x, g, t + 8), T.At(x, g + 8, t + 8), precise);
        }

        /// <summary>Columns <paramref name="vector"/> and on of the right factor, two groups of 8: X, Y are the first's, Z, W the second's.</summary>
        public static Fragment Right<T>(CudaTile x, int vector, int depth, bool precise)
            where T : struct, IFactor
        {
            int g = vector + (Lane >> 2), t = depth + ((Lane & 3) * 2);
            return Of(T.At(x, g, t), T.At(x, g, t + 8), T.At(x, g + 8, t), T.At(x, g + 8, t + 8), precise);
        }

        /// <summary>Like <see cref="Left"/> where the contracted dimension ends: what stands beyond it may be anything and counts as 0.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static Fragment LastLeft<T>(CudaTile x, int vector, int depth, int limit, bool precise)
            where T : struct, IFactor
        {
            int g = vector + (Lane >> 2), t = depth + ((Lane & 3) * 2);
            return Of(Last<T>(x, g, t, limit), Last<T>(x, g + 8, t, limit), Last<T>(x, g, t + 8, limit), Last<T>(x, g + 8, t + 8, limit), precise);
        }

        /// <summary>Like <see cref="Right"/> where the contracted dimension ends.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static Fragment LastRight<T>(CudaTile x, int vector, int depth, int limit, bool precise)
            where T : struct, IFactor
        {
            int g = vector + (Lane >> 2), t = depth + ((Lane & 3) * 2);
            return Of(Last<T>(x, g, t, limit), Last<T>(x, g, t + 8, limit), Last<T>(x, g + 8, t, limit), Last<T>(x, g + 8, t + 8, limit), precise);
        }

        private static CudaPair Last<T>(CudaTile x, int vector, int depth, int limit)
            where T : struct, IFactor => new(depth < limit ? T.One(x, vector, depth) : 0, depth + 1 < limit ? T.One(x, vector, depth + 1) : 0);

        public static Fragment Of(CudaPair x, CudaPair y, CudaPair z, CudaPair w, bool precise)
        {
            Fragment fragment = default;
            fragment.X = x.Rounded;
            fragment.Y = y.Rounded;
            fragment.Z = z.Rounded;
            fragment.W = w.Rounded;
            if (precise)
            {
                fragment.RestX = x.Rest(fragment.X);
                fragment.RestY = y.Rest(fragment.Y);
                fragment.RestZ = z.Rest(fragment.Z);
                fragment.RestW = w.Rest(fragment.W);
            }

            return fragment;
        }
    }

    /// <summary>A thread's part of 16 x 32 sums: of each group of 8 columns two neighbours in row g and two in row g + 8.</summary>
    private struct Strip32
    {
        private CudaLanes first;
        private CudaLanes second;
        private CudaLanes third;
        private CudaLanes fourth;

        public static void Add(ref Strip32 sum, in Fragment a, in Fragment left, in Fragment right, bool precise)
        {
            Add(ref sum.first, a, left.X, left.Y, left.RestX, left.RestY, precise);
            Add(ref sum.second, a, left.Z, left.W, left.RestZ, left.RestW, precise);
            Add(ref sum.third, a, right.X, right.Y, right.RestX, right.RestY, precise);
            Add(ref sum.fourth, a, right.Z, right.W, right.RestZ, right.RestW, precise);
        }

        public readonly void Put(CudaTile result, int i, int j, Into into, int limit, int each)
        {
            Put(result, first, i, j, into, limit, each);
            Put(result, second, i, j + 8, into, limit, each);
            Put(result, third, i, j + 16, into, limit, each);
            Put(result, fourth, i, j + 24, into, limit, each);
        }

        // With the rests, a b = (a' + da)(b' + db) up to da db: nearly single precision.
        public static void Add(ref CudaLanes sum, in Fragment a, uint b0, uint b1, uint rest0, uint rest1, bool precise)
        {
            if (precise)
            {
                sum = Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.RestX, a.RestY, a.RestZ, a.RestW, b0, b1);
                sum = Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.X, a.Y, a.Z, a.W, rest0, rest1);
            }

            sum = Ptx.MultiplyAdd(sum.X, sum.Y, sum.Z, sum.W, a.X, a.Y, a.Z, a.W, b0, b1);
        }

        public static void Put(CudaTile result, CudaLanes x, int i, int j, Into into, int first, int each)
        {
            int g = i + (Lane >> 2), t = j + ((Lane & 3) * 2);
            PutOne(result, g, t, x.X, into, first, each);
            PutOne(result, g, t + 1, x.Y, into, first, each);
            PutOne(result, g + 8, t, x.Z, into, first, each);
            PutOne(result, g + 8, t + 1, x.W, into, first, each);
        }

        private static void PutOne(CudaTile result, int i, int j, float value, Into into, int first, int each)
        {
            if (i < result.Rows && j < result.Columns)
            {
                result.PutScratch(i, j, j < first + (i * each) ? value : 0, into);
            }
        }
    }

    /// <summary>32 x 32 sums.</summary>
    private struct Block32
    {
        public Strip32 Upper;
        public Strip32 Lower;

        public static Block32 Of<TA, TB>(CudaTile a, CudaTile b, int i, int j, bool precise)
            where TA : struct, IFactor
            where TB : struct, IFactor
        {
            var sum = default(Block32);
            int depth = TA.Depth(a), whole = depth & ~15;
            bool lower = i + 16 < TA.Vectors(a), right = j + 16 < TB.Vectors(b);
            for (int d = 0; d < whole; d += 16)
            {
                Fragment upperRows = Fragment.Left<TA>(a, i, d, precise), leftColumns = Fragment.Right<TB>(b, j, d, precise);
                Fragment lowerRows = lower ? Fragment.Left<TA>(a, i + 16, d, precise) : default;
                Fragment rightColumns = right ? Fragment.Right<TB>(b, j + 16, d, precise) : default;
                Strip32.Add(ref sum.Upper, upperRows, leftColumns, rightColumns, precise);
                Strip32.Add(ref sum.Lower, lowerRows, leftColumns, rightColumns, precise);
            }

            if (whole < depth)
            {
                Fragment leftColumns = Fragment.LastRight<TB>(b, j, whole, depth, precise), rightColumns = Fragment.LastRight<TB>(b, j + 16, whole, depth, precise);
                Strip32.Add(ref sum.Upper, Fragment.LastLeft<TA>(a, i, whole, depth, precise), leftColumns, rightColumns, precise);
                Strip32.Add(ref sum.Lower, Fragment.LastLeft<TA>(a, i + 16, whole, depth, precise), leftColumns, rightColumns, precise);
            }

            return sum;
        }
    }
}
