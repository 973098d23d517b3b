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
        if (a.Rows == 1 && a.IsExact && b.IsExact)
        {
            OneByOne<ExactRows, ExactColumns>(result, a, b, into);
        }
        else if (a.IsFactor && b.IsFactor)
        {
            Multiply<FactorRows, FactorColumns, Plainly>(result, a, b, Plainly.Of(into));
        }
        else
        {
            Multiply16<AnyRows, AnyColumns, Rounding, Plainly>(result, a, b, Plainly.Of(into));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TransposedProduct(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.Rows == 1 && a.IsExact && b.IsExact)
        {
            Outer(result, a, b, into);
        }
        else if (a.IsFactor && b.IsFactor)
        {
            Multiply<FactorColumns, FactorColumns, Plainly>(result, a, b, Plainly.Of(into));
        }
        else
        {
            Multiply16<AnyColumns, AnyColumns, Rounding, Plainly>(result, a, b, Plainly.Of(into));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ProductTransposed(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.Rows == 1 && a.IsExact && b.IsExact)
        {
            OneByOne<ExactRows, ExactRows>(result, a, b, into);
        }
        else if (a.IsFactor && b.IsFactor)
        {
            Multiply<FactorRows, FactorRows, Plainly>(result, a, b, Plainly.Of(into));
        }
        else
        {
            Multiply16<AnyRows, AnyRows, Rounding, Plainly>(result, a, b, Plainly.Of(into));
        }
    }

    /// <inheritdoc/>
    /// <remarks>A strict Gram makes a triangular system, whose solution would carry a rounding on: it keeps the digits of its factors.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Gram(CudaTile result, CudaTile l, CudaTile r, Causal causal, Into into)
    {
        if (causal == Causal.Strict)
        {
            Multiply16<AnyRows, AnyRows, Keeping, Causally>(result, l, r, Causally.Of(into, result, causal));
        }
        else
        {
            Multiply16<AnyRows, AnyRows, Rounding, Causally>(result, l, r, Causally.Of(into, result, causal));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayAndWrite(CudaTile state, CudaTile g, CudaTile k, CudaTile u)
    {
        if (k.IsFactor && u.IsFactor)
        {
            Multiply<FactorColumns, FactorColumns, Decaying>(state, k, u, Decaying.Of(g));
        }
        else
        {
            Multiply16<AnyColumns, AnyColumns, Rounding, Decaying>(state, k, u, Decaying.Of(g));
        }
    }

    /// <summary>The product of a column (given as a row) and a row.</summary>
    private static void Outer(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        for (int i = result.QuadRow; i < result.Rows; i += result.QuadRowStep)
        {
            CudaQuad factor = CudaQuad.All(into == Into.Subtract ? -a.At(0, i) : a.At(0, i));
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                CudaQuad product = factor * b.Quad(0, j);
                result.PutQuad(i, j, into == Into.Set ? product : result.Quad(i, j) + product);
            }
        }

        Synchronize();
    }

    /// <summary>The product with a row, in single precision, without tensor cores.</summary>
    private static void OneByOne<TA, TB>(CudaTile result, CudaTile a, CudaTile b, Into into)
        where TA : struct, IFactor<TA>
        where TB : struct, IFactor<TB>
    {
        for (int j = Group.IdxX; j < result.Columns; j += Threads)
        {
            float sum = 0;
            for (int d = 0; d < TA.Depth(a); d++)
            {
                sum += TA.One(a, 0, d) * TB.One(b, j, d);
            }

            result.Put(0, j, sum, into);
        }

        Synchronize();
    }

    /// <summary>A product of factors: a warp computes blocks of 32 x 32, or smaller ones where there are fewer of the large than warps.</summary>
    private static void Multiply<TA, TB, TFinish>(CudaTile result, CudaTile a, CudaTile b, TFinish finish)
        where TA : struct, IFactor<TA>
        where TB : struct, IFactor<TB>
        where TFinish : struct, IFinish
    {
        int down = (result.Rows + 15) >> 4, across = (result.Columns + 31) >> 5;
        if ((down & 1) == 0 && (down >> 1) * across >= Warps)
        {
            for (int block = Warp; block < (down >> 1) * across; block += Warps)
            {
                int row = Ptx.Quotient(block, across), i = row << 5, j = (block - (row * across)) << 5;
                Block32.Of<TA, TB>(a, b, i, j, out Strip upper, out Strip lower);
                upper.Put(result, finish, i, j);
                lower.Put(result, finish, i + 16, j);
            }

            Synchronize();
        }
        else if (down * across >= Warps)
        {
            for (int block = Warp; block < down * across; block += Warps)
            {
                int row = Ptx.Quotient(block, across), i = row << 4, j = (block - (row * across)) << 5;
                Strip.Of<TA, TB>(a, b, i, j).Put(result, finish, i, j);
            }

            Synchronize();
        }
        else
        {
            Multiply16<TA, TB, Rounding, TFinish>(result, a, b, finish);
        }
    }

    /// <summary>A product in blocks of 16 x 16.</summary>
    private static void Multiply16<TA, TB, TDigits, TFinish>(CudaTile result, CudaTile a, CudaTile b, TFinish finish)
        where TA : struct, IFactor<TA>
        where TB : struct, IFactor<TB>
        where TDigits : struct, IDigits
        where TFinish : struct, IFinish
    {
        int across = (result.Columns + 15) >> 4, blocks = ((result.Rows + 15) >> 4) * across;
        for (int block = Warp; block < blocks; block += Warps)
        {
            int row = Ptx.Quotient(block, across), i = row << 4, j = (block - (row * across)) << 4;
            var sum = default(Block16);
            if (finish.Wants(i, j))
            {
                sum = Block16.Of<TA, TB, TDigits>(a, b, i, j);
            }

            sum.Put(result, finish, i, j);
        }

        Synchronize();
    }

    /// <summary>A thread's part of 16 x 16 sums: rows g and g + 8, of each 8 columns two neighbours.</summary>
    private struct Block16
    {
        public CudaQuad Near;
        public CudaQuad Far;

        public static Block16 Of<TA, TB, TDigits>(CudaTile a, CudaTile b, int i, int j)
            where TA : struct, IFactor<TA>
            where TB : struct, IFactor<TB>
            where TDigits : struct, IDigits
        {
            var sum = default(Block16);
            int depth = TA.Depth(a), d = 0;
            TA rows = TA.Of(a, i);
            TB columns = TB.Of(b, j);
            for (; d + 32 <= depth; d += 32)
            {
                Fragment a0 = TA.At<TDigits>(rows, d), b0 = TB.At<TDigits>(columns, d), a1 = TA.At<TDigits>(rows, d + 16), b1 = TB.At<TDigits>(columns, d + 16);
                sum.Near = TDigits.Near(sum.Near, a0, b0);
                sum.Far = TDigits.Far(sum.Far, a0, b0);
                sum.Near = TDigits.Near(sum.Near, a1, b1);
                sum.Far = TDigits.Far(sum.Far, a1, b1);
            }

            if (d + 16 <= depth)
            {
                Fragment a0 = TA.At<TDigits>(rows, d), b0 = TB.At<TDigits>(columns, d);
                sum.Near = TDigits.Near(sum.Near, a0, b0);
                sum.Far = TDigits.Far(sum.Far, a0, b0);
                d += 16;
            }

            if (d < depth)
            {
                Fragment a0 = Fragment.Last<TA, TDigits>(a, i, d, depth), b0 = Fragment.Last<TB, TDigits>(b, j, d, depth);
                sum.Near = TDigits.Near(sum.Near, a0, b0);
                sum.Far = TDigits.Far(sum.Far, a0, b0);
            }

            return sum;
        }

        public readonly void Put<TFinish>(CudaTile result, TFinish finish, int i, int j)
            where TFinish : struct, IFinish
        {
            if (result.IsExact)
            {
                Put<TFinish, ExactPairs>(result, finish, i, j);
            }
            else
            {
                Put<TFinish, FactorPairs>(result, finish, i, j);
            }
        }

        private readonly void Put<TFinish, TPairs>(CudaTile result, TFinish finish, int i, int j)
            where TFinish : struct, IFinish
            where TPairs : struct, IPairs
        {
            var place = Place<TPairs>.Of(result, finish, i, j);
            place.Put(finish, 0, Near);
            place.Put(finish, 8, Far);
        }
    }

    /// <summary>A thread's part of 16 x 32 sums of a product of factors.</summary>
    private struct Strip
    {
        private CudaQuad first;
        private CudaQuad second;
        private CudaQuad third;
        private CudaQuad fourth;

        public static Strip Of<TA, TB>(CudaTile a, CudaTile b, int i, int j)
            where TA : struct, IFactor<TA>
            where TB : struct, IFactor<TB>
        {
            var sum = default(Strip);
            int depth = TA.Depth(a), d = 0;
            TA rows = TA.Of(a, i);
            TB left = TB.Of(b, j), right = TB.Of(b, j + 16);
            for (; d + 32 <= depth; d += 32)
            {
                Fragment a0 = TA.At<Rounding>(rows, d), l0 = TB.At<Rounding>(left, d), r0 = TB.At<Rounding>(right, d);
                Fragment a1 = TA.At<Rounding>(rows, d + 16), l1 = TB.At<Rounding>(left, d + 16), r1 = TB.At<Rounding>(right, d + 16);
                Add(ref sum, a0, l0, r0);
                Add(ref sum, a1, l1, r1);
            }

            if (d + 16 <= depth)
            {
                Add(ref sum, TA.At<Rounding>(rows, d), TB.At<Rounding>(left, d), TB.At<Rounding>(right, d));
                d += 16;
            }

            if (d < depth)
            {
                Add(ref sum, Fragment.Last<TA, Rounding>(a, i, d, depth), Fragment.Last<TB, Rounding>(b, j, d, depth), Fragment.Last<TB, Rounding>(b, j + 16, d, depth));
            }

            return sum;
        }

        public static void Add(ref Strip sum, in Fragment a, in Fragment left, in Fragment right)
        {
            sum.first = Rounding.Near(sum.first, a, left);
            sum.second = Rounding.Far(sum.second, a, left);
            sum.third = Rounding.Near(sum.third, a, right);
            sum.fourth = Rounding.Far(sum.fourth, a, right);
        }

        public readonly void Put<TFinish>(CudaTile result, TFinish finish, int i, int j)
            where TFinish : struct, IFinish
        {
            if (result.IsExact)
            {
                Put<TFinish, ExactPairs>(result, finish, i, j);
            }
            else
            {
                Put<TFinish, FactorPairs>(result, finish, i, j);
            }
        }

        private readonly void Put<TFinish, TPairs>(CudaTile result, TFinish finish, int i, int j)
            where TFinish : struct, IFinish
            where TPairs : struct, IPairs
        {
            var place = Place<TPairs>.Of(result, finish, i, j);
            place.Put(finish, 0, first);
            place.Put(finish, 8, second);
            place.Put(finish, 16, third);
            place.Put(finish, 24, fourth);
        }
    }

    /// <summary>32 x 32 sums: each fragment that is read serves two products.</summary>
    private static class Block32
    {
        public static void Of<TA, TB>(CudaTile a, CudaTile b, int i, int j, out Strip upper, out Strip lower)
            where TA : struct, IFactor<TA>
            where TB : struct, IFactor<TB>
        {
            upper = default;
            lower = default;
            int depth = TA.Depth(a), d = 0;
            TA rows = TA.Of(a, i), lowerRows = TA.Of(a, i + 16);
            TB left = TB.Of(b, j), right = TB.Of(b, j + 16);
            for (; d + 16 <= depth; d += 16)
            {
                Fragment a0 = TA.At<Rounding>(rows, d), a1 = TA.At<Rounding>(lowerRows, d), l = TB.At<Rounding>(left, d), r = TB.At<Rounding>(right, d);
                Strip.Add(ref upper, a0, l, r);
                Strip.Add(ref lower, a1, l, r);
            }

            if (d < depth)
            {
                Fragment l = Fragment.Last<TB, Rounding>(b, j, d, depth), r = Fragment.Last<TB, Rounding>(b, j + 16, d, depth);
                Strip.Add(ref upper, Fragment.Last<TA, Rounding>(a, i, d, depth), l, r);
                Strip.Add(ref lower, Fragment.Last<TA, Rounding>(a, i + 16, d, depth), l, r);
            }
        }
    }
}
