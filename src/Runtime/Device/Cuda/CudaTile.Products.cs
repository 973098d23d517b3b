using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Matrix products on the tensor cores.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Product(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.Shared && b.Shared)
        {
            Multiply<Rows32, Columns32, Rounding>(result, a, b, into, result.Columns, 0);
        }
        else if (a.Packed && b.Shared)
        {
            Multiply<HalfRows, Columns32, Rounding>(result, a, b, into, result.Columns, 0);
        }
        else if (a.Shared && b.Packed)
        {
            Multiply<Rows32, HalfColumns, Rounding>(result, a, b, into, result.Columns, 0);
        }
        else
        {
            Plain<Rows32, Columns32>(result, a, b, into, result.Columns, 0);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TransposedProduct(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.Rows == 1 && result.Shared)
        {
            Outer(result, a, b, into);
        }
        else if (a.Shared && b.Shared)
        {
            Multiply<Columns32, Columns32, Rounding>(result, a, b, into, result.Columns, 0);
        }
        else if (a.Packed && b.Shared)
        {
            Multiply<HalfColumns, Columns32, Rounding>(result, a, b, into, result.Columns, 0);
        }
        else
        {
            Plain<Columns32, Columns32>(result, a, b, into, result.Columns, 0);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ProductTransposed(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.Shared && b.Shared)
        {
            Multiply<Rows32, Rows32, Rounding>(result, a, b, into, result.Columns, 0);
        }
        else if (a.Shared && b.Packed)
        {
            Multiply<Rows32, HalfRows, Rounding>(result, a, b, into, result.Columns, 0);
        }
        else
        {
            Plain<Rows32, Rows32>(result, a, b, into, result.Columns, 0);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Gram(CudaTile result, CudaTile l, CudaTile r, Causal causal, Into into)
    {
        int n = result.Columns / result.Rows;
        if (l.Shared && r.Shared)
        {
            Multiply<Rows32, Rows32, Keeping>(result, l, r, into, causal == Causal.Inclusive ? n : 0, n);
        }
        else
        {
            Plain<Rows32, Rows32>(result, l, r, into, causal == Causal.Inclusive ? n : 0, n);
        }
    }

    /// <summary>bfloat16 in the device's memory, with rows that 8-byte loads may read.</summary>
    private bool Packed => element == CudaElement.BFloat16 && (stride & 3) == 0 && (address & 7) == 0;

    /// <summary>Any factors, without tensor cores: what a product is given so rarely that it has no cursor for it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Plain<TA, TB>(CudaTile result, CudaTile a, CudaTile b, Into into, int first, int each)
        where TA : struct, IFactor<TA>
        where TB : struct, IFactor<TB>
    {
        for (int i = Warp; i < result.Rows; i += Warps)
        {
            for (int j = Lane; j < result.Columns; j += 32)
            {
                float sum = 0;
                for (int d = 0; d < TA.Depth(a) && j < first + (i * each); d++)
                {
                    sum += TA.One(a, i, d) * TB.One(b, j, d);
                }

                result.Put(i, j, sum, into);
            }
        }

        Synchronize();
    }

    /// <summary>
    /// result (=, +=, -=) a b, or a^T and b^T as the factors see them; row i has only the columns below <paramref name="first"/> + i * <paramref name="each"/>, the others are 0.
    /// A warp computes blocks of 32 x 32, or of 16 x 16 where there are fewer of the large ones than warps.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Multiply<TA, TB, TDigits>(CudaTile result, CudaTile a, CudaTile b, Into into, int first, int each)
        where TA : struct, IFactor<TA>
        where TB : struct, IFactor<TB>
        where TDigits : struct, IDigits
    {
        int across = (result.Columns + 31) >> 5, blocks = ((result.Rows + 31) >> 5) * across;
        if (blocks < Warps)
        {
            Multiply16<TA, TB, TDigits>(result, a, b, into, first, each);
            return;
        }

        for (int block = Warp; block < blocks; block += Warps)
        {
            int i = block / across * 32, j = (block - (block / across * across)) * 32;
            var sum = default(Block32);
            if (j < first + ((i + 31) * each))
            {
                sum = Block32.Of<TA, TB, TDigits>(a, b, i, j);
            }

            sum.Upper.Put(result, i, j, into, first, each);
            sum.Lower.Put(result, i + 16, j, into, first, each);
        }

        Synchronize();
    }

    private static void Multiply16<TA, TB, TDigits>(CudaTile result, CudaTile a, CudaTile b, Into into, int first, int each)
        where TA : struct, IFactor<TA>
        where TB : struct, IFactor<TB>
        where TDigits : struct, IDigits
    {
        int across = (result.Columns + 15) >> 4, blocks = ((result.Rows + 15) >> 4) * across;
        for (int block = Warp; block < blocks; block += Warps)
        {
            int i = block / across * 16, j = (block - (block / across * across)) * 16;
            var sum = default(Block16);
            if (j < first + ((i + 15) * each))
            {
                sum = Block16.Of<TA, TB, TDigits>(a, b, i, j);
            }

            Strip32.Put(result, sum.Left, i, j, into, first, each);
            Strip32.Put(result, sum.Right, i, j + 8, into, first, each);
        }

        Synchronize();
    }

    /// <summary>The product of a column (given as a row) and a row.</summary>
    private static void Outer(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            CudaLanes factor = CudaLanes.All(into == Into.Subtract ? -a.At(0, i) : a.At(0, i));
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                CudaLanes product = factor * b.Load(0, j);
                result.Store(i, j, into == Into.Set ? product : result.Load(i, j) + product);
            }
        }

        Synchronize();
    }

    /// <summary>16 x 16 sums: a thread's part of each 8 columns.</summary>
    private struct Block16
    {
        public CudaLanes Left;
        public CudaLanes Right;

        public static Block16 Of<TA, TB, TDigits>(CudaTile a, CudaTile b, int i, int j)
            where TA : struct, IFactor<TA>
            where TB : struct, IFactor<TB>
            where TDigits : struct, IDigits
        {
            var sum = default(Block16);
            int depth = TA.Depth(a), d = 0;
            TA rows = TA.Of(a, i);
            TB columns = TB.Of(b, j);

            // Four steps' loads are under way at a time: few blocks, so a warp must hide the memory's latency by itself.
            for (; d + 64 <= depth; d += 64)
            {
                Fragment a0 = Fragment.Left<TA, TDigits>(rows, 0, d), a1 = Fragment.Left<TA, TDigits>(rows, 0, d + 16);
                Fragment a2 = Fragment.Left<TA, TDigits>(rows, 0, d + 32), a3 = Fragment.Left<TA, TDigits>(rows, 0, d + 48);
                Fragment b0 = Fragment.Right<TB, TDigits>(columns, 0, d), b1 = Fragment.Right<TB, TDigits>(columns, 0, d + 16);
                Fragment b2 = Fragment.Right<TB, TDigits>(columns, 0, d + 32), b3 = Fragment.Right<TB, TDigits>(columns, 0, d + 48);
                Add<TDigits>(ref sum, a0, b0);
                Add<TDigits>(ref sum, a1, b1);
                Add<TDigits>(ref sum, a2, b2);
                Add<TDigits>(ref sum, a3, b3);
            }

            for (; d + 16 <= depth; d += 16)
            {
                Add<TDigits>(ref sum, Fragment.Left<TA, TDigits>(rows, 0, d), Fragment.Right<TB, TDigits>(columns, 0, d));
            }

            if (d < depth)
            {
                Add<TDigits>(ref sum, Fragment.LastLeft<TA, TDigits>(a, i, d, depth), Fragment.LastRight<TB, TDigits>(b, j, d, depth));
            }

            return sum;
        }

        private static void Add<TDigits>(ref Block16 sum, Fragment a, Fragment b)
            where TDigits : struct, IDigits
        {
            sum.Left = TDigits.MultiplyAdd(sum.Left, a, b.X, b.Y, b.RestX, b.RestY);
            sum.Right = TDigits.MultiplyAdd(sum.Right, a, b.Z, b.W, b.RestZ, b.RestW);
        }
    }

    /// <summary>A thread's part of 16 x 32 sums: of each group of 8 columns two neighbours in row g and two in row g + 8.</summary>
    private struct Strip32
    {
        private CudaLanes first;
        private CudaLanes second;
        private CudaLanes third;
        private CudaLanes fourth;

        public static void Add<TDigits>(ref Strip32 sum, Fragment a, Fragment left, Fragment right)
            where TDigits : struct, IDigits
        {
            sum.first = TDigits.MultiplyAdd(sum.first, a, left.X, left.Y, left.RestX, left.RestY);
            sum.second = TDigits.MultiplyAdd(sum.second, a, left.Z, left.W, left.RestZ, left.RestW);
            sum.third = TDigits.MultiplyAdd(sum.third, a, right.X, right.Y, right.RestX, right.RestY);
            sum.fourth = TDigits.MultiplyAdd(sum.fourth, a, right.Z, right.W, right.RestZ, right.RestW);
        }

        public readonly void Put(CudaTile result, int i, int j, Into into, int first, int each)
        {
            Put(result, this.first, i, j, into, first, each);
            Put(result, second, i, j + 8, into, first, each);
            Put(result, third, i, j + 16, into, first, each);
            Put(result, fourth, i, j + 24, into, first, each);
        }

        public static void Put(CudaTile result, CudaLanes x, int i, int j, Into into, int first, int each)
        {
            int g = i + (Lane >> 2), t = j + ((Lane & 3) * 2);
            PutTwo(result, g, t, x.X, x.Y, into, first, each);
            PutTwo(result, g + 8, t, x.Z, x.W, into, first, each);
        }

        // Two neighbours may stand in the padding of a row, which nobody reads.
        private static void PutTwo(CudaTile result, int i, int j, float low, float high, Into into, int first, int each)
        {
            if (i < result.Rows && j < result.Columns)
            {
                int allowed = first + (i * each);
                float x = j < allowed ? low : 0f, y = j + 1 < allowed ? high : 0f;
                uint at = result.AddressOf(i, j);
                if (into == Into.Set)
                {
                    Ptx.Store2(at, x, y);
                }
                else
                {
                    CudaPair old = Ptx.Load2(at);
                    float sign = into == Into.Add ? 1f : -1f;
                    Ptx.Store2(at, old.Low + (sign * x), old.High + (sign * y));
                }
            }
        }
    }

    /// <summary>32 x 32 sums.</summary>
    private struct Block32
    {
        public Strip32 Upper;
        public Strip32 Lower;

        public static Block32 Of<TA, TB, TDigits>(CudaTile a, CudaTile b, int i, int j)
            where TA : struct, IFactor<TA>
            where TB : struct, IFactor<TB>
            where TDigits : struct, IDigits
        {
            var sum = default(Block32);
            int depth = TA.Depth(a), whole = depth & ~15;
            TA rows = TA.Of(a, i);
            TB columns = TB.Of(b, j);
            for (int d = 0; d < whole; d += 16)
            {
                // No branch stands between the loads: they are all under way before the first is used.
                Fragment upperRows = Fragment.Left<TA, TDigits>(rows, 0, d), lowerRows = Fragment.Left<TA, TDigits>(rows, 2, d);
                Fragment leftColumns = Fragment.Right<TB, TDigits>(columns, 0, d), rightColumns = Fragment.Right<TB, TDigits>(columns, 2, d);
                Strip32.Add<TDigits>(ref sum.Upper, upperRows, leftColumns, rightColumns);
                Strip32.Add<TDigits>(ref sum.Lower, lowerRows, leftColumns, rightColumns);
            }

            if (whole < depth)
            {
                Fragment leftColumns = Fragment.LastRight<TB, TDigits>(b, j, whole, depth), rightColumns = Fragment.LastRight<TB, TDigits>(b, j + 16, whole, depth);
                Strip32.Add<TDigits>(ref sum.Upper, Fragment.LastLeft<TA, TDigits>(a, i, whole, depth), leftColumns, rightColumns);
                Strip32.Add<TDigits>(ref sum.Lower, Fragment.LastLeft<TA, TDigits>(a, i + 16, whole, depth), leftColumns, rightColumns);
            }

            return sum;
        }
    }
}
