using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Products whose sizes are no multiples of 16, and those of single rows: out of line, so that no kernel grows that has none.</content>
public readonly partial struct CudaTile
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnevenProduct(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.Rows == 1 && a.IsExact && b.IsExact)
        {
            OneByOne<ExactRows, ExactColumns>(result, a, b, into);
        }
        else
        {
            Multiply16<AnyRows, AnyColumns, Rounding, Plainly>(result, a, b, Plainly.Of(into));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnevenTransposedProduct(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.Rows == 1 && a.IsExact && b.IsExact)
        {
            Outer(result, a, b, into);
        }
        else
        {
            Multiply16<AnyColumns, AnyColumns, Rounding, Plainly>(result, a, b, Plainly.Of(into));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnevenProductTransposed(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.Rows == 1 && a.IsExact && b.IsExact)
        {
            OneByOne<ExactRows, ExactRows>(result, a, b, into);
        }
        else
        {
            Multiply16<AnyRows, AnyRows, Rounding, Plainly>(result, a, b, Plainly.Of(into));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnevenGram(CudaTile result, CudaTile l, CudaTile r, Causal causal, Into into)
    {
        if (KeepsDigits(causal, into))
        {
            Multiply16<AnyRows, AnyRows, Keeping, Causally>(result, l, r, Causally.Of(into, result, causal));
        }
        else
        {
            Multiply16<AnyRows, AnyRows, Rounding, Causally>(result, l, r, Causally.Of(into, result, causal));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnevenDecayAndWrite(CudaTile state, CudaTile g, CudaTile k, CudaTile u) =>
        Multiply16<AnyColumns, AnyColumns, Rounding, Decaying>(state, k, u, Decaying.Of(g));

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
}
