using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Grams with a decay for every key channel, on the tensor cores: in blocks of 16 x 16 the weight exp(e_i - g_j) is the product
/// exp(e_i - reference) exp(reference - g_j), the reference being the decay of the block's first row. In blocks below the
/// diagonal both exponents are at most 0. On the diagonal the second is positive, but at most what the decay loses within 16 tokens: rows
/// that lose more than e^-60 are done pair by pair. Row i looks at no later row to decide that.
/// </content>
public readonly partial struct CudaTile
{
    // Beyond this a product of two exponentials comes near the ends of single precision.
    private const float LargestExponent = 60;

    private const int BlockBytes = Side * Side * sizeof(float);

    /// <inheritdoc/>
    /// <remarks>Of what is written, whose system would carry a rounding on, the factors keep their digits; of what is read they are rounded as those of products are.</remarks>
    public static void DecayedGram(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        if (!IsShortGram(result, l, r))
        {
            AnyDecayedGram(result, l, r, e, g, causal);
        }
        else if (causal == Causal.Strict)
        {
            ShortGrams<Keeping>(result, result, l, l, r, e, g, causal, causal, two: false);
        }
        else
        {
            ShortGrams<Rounding>(result, result, l, l, r, e, g, causal, causal, two: false);
        }
    }

    /// <inheritdoc/>
    /// <remarks>As in <see cref="DecayedGram"/>; the weights are worked out once for both.</remarks>
    public static void DecayedGrams(CudaTile strict, CudaTile other, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        if (IsShortGram(strict, l, r) && other.IsExact && m.IsExact)
        {
            ShortGrams<Keeping>(strict, other, l, m, r, e, g, Causal.Strict, causal, two: true);
        }
        else
        {
            AnyDecayedGrams(strict, other, l, m, r, e, g, causal);
        }
    }

    /// <summary>
    /// Every warp has some slabs of 16 channels, for which it computes two neighbouring blocks of a row of blocks, so that the rows' weights are
    /// worked out once; then the warps' sums are added.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AnyDecayedGram(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        int n = Each(result.Rows, result.Columns), first = Allowed(0, result.Rows, result.Columns, causal);
        for (int i = 0; i < result.Rows; i += Side)
        {
            int last = i + Side < result.Rows ? i + Side - 1 : result.Rows - 1;
            for (int j = 0; j < result.Columns; j += 2 * Side)
            {
                var sums = default(BlockPair);
                bool any = j < first + (last * n);
                for (int d = Warp * Side; any && d < l.Columns; d += Warps * Side)
                {
                    Slab slab = Slab.Of(e, i, d, last);
                    Fragment rows = slab.Rows<Keeping>(l, i);
                    sums.Left = slab.Add<Keeping>(sums.Left, rows, slab.Columns<Keeping>(r, g, j), l, r, e, g, i, j, first, n);
                    if (j + Side < first + (last * n))
                    {
                        sums.Right = slab.Add<Keeping>(sums.Right, rows, slab.Columns<Keeping>(r, g, j + Side), l, r, e, g, i, j + Side, first, n);
                    }
                }

                Gather(result, sums, i, j, first, n, any);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AnyDecayedGrams(CudaTile strict, CudaTile other, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        int n = Each(strict.Rows, strict.Columns), first = Allowed(0, strict.Rows, strict.Columns, causal);
        for (int i = 0; i < strict.Rows; i += Side)
        {
            int last = i + Side < strict.Rows ? i + Side - 1 : strict.Rows - 1;
            for (int j = 0; j < strict.Columns; j += 2 * Side)
            {
                var strictSums = default(BlockPair);
                var otherSums = default(BlockPair);
                bool any = j < first + (last * n);
                for (int d = Warp * Side; any && d < l.Columns; d += Warps * Side)
                {
                    Slab slab = Slab.Of(e, i, d, last);
                    Fragment ls = slab.Rows<Keeping>(l, i), ms = slab.Rows<Rounding>(m, i), columns = slab.Columns<Keeping>(r, g, j);
                    strictSums.Left = slab.Add<Keeping>(strictSums.Left, ls, columns, l, r, e, g, i, j, 0, n);
                    otherSums.Left = slab.Add<Rounding>(otherSums.Left, ms, columns, m, r, e, g, i, j, first, n);
                    if (j + Side < first + (last * n))
                    {
                        columns = slab.Columns<Keeping>(r, g, j + Side);
                        strictSums.Right = slab.Add<Keeping>(strictSums.Right, ls, columns, l, r, e, g, i, j + Side, 0, n);
                        otherSums.Right = slab.Add<Rounding>(otherSums.Right, ms, columns, m, r, e, g, i, j + Side, first, n);
                    }
                }

                Gather(strict, strictSums, i, j, 0, n, any);
                Gather(other, otherSums, i, j, first, n, any);
            }
        }
    }

    /// <summary>A warp's sums of two neighbouring blocks.</summary>
    private struct BlockPair
    {
        public Block16 Left;
        public Block16 Right;
    }

    /// <summary>16 channels of a row of blocks: the reference of their decays, the rows' weights, and which rows lose too much.</summary>
    private struct Slab
    {
        private CudaPair near;
        private CudaPair far;
        private CudaPair upperNear;
        private CudaPair lowerNear;
        private CudaPair upperFar;
        private CudaPair lowerFar;
        private int channel;
        private int at;
        private uint lost;

        public static Slab Of(CudaTile e, int i, int d, int last)
        {
            Slab slab = default;
            int row = i + (Lane >> 2);
            slab.channel = d;
            slab.at = d + ((Lane & 3) << 1);
            slab.near = Two(e, i, slab.at);
            slab.far = Two(e, i, slab.at + 8);
            slab.upperNear = Weights(Two(e, row, slab.at), slab.near, 1);
            slab.lowerNear = Weights(Two(e, row + 8, slab.at), slab.near, 1);
            slab.upperFar = Weights(Two(e, row, slab.at + 8), slab.far, 1);
            slab.lowerFar = Weights(Two(e, row + 8, slab.at + 8), slab.far, 1);
            slab.lost = LostRows(e, i, d, last);
            return slab;
        }

        /// <summary>16 rows of a left factor, weighted.</summary>
        public readonly Fragment Rows<TDigits>(CudaTile x, int i)
            where TDigits : struct, IDigits
        {
            int row = i + (Lane >> 2);
            return Fragment.Of<TDigits>(
                Taken(x, row, at, upperNear), Taken(x, row + 8, at, lowerNear), Taken(x, row, at + 8, upperFar), Taken(x, row + 8, at + 8, lowerFar));
        }

        /// <summary>16 columns: rows of a right factor, weighted by what the reference's row still has of them.</summary>
        public readonly Fragment Columns<TDigits>(CudaTile x, CudaTile g, int j)
            where TDigits : struct, IDigits
        {
            int row = j + (Lane >> 2);
            return Fragment.Of<TDigits>(
                Taken(x, row, at, Weights(Two(g, row, at), near, -1)), Taken(x, row + 8, at, Weights(Two(g, row + 8, at), near, -1)),
                Taken(x, row, at + 8, Weights(Two(g, row, at + 8), far, -1)), Taken(x, row + 8, at + 8, Weights(Two(g, row + 8, at + 8), far, -1)));
        }

        /// <summary>What these channels bring to a block; on the diagonal, rows that lose too much are done pair by pair.</summary>
        public readonly Block16 Add<TDigits>(
            Block16 sum, in Fragment rows, in Fragment columns, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int i, int j, int first, int each)
            where TDigits : struct, IDigits
        {
            if (lost == 0 || j + Side <= first + (i * each))
            {
                sum.Near = TDigits.Near(sum.Near, rows, columns);
                sum.Far = TDigits.Far(sum.Far, rows, columns);
                return sum;
            }

            CudaQuad nearSums = TDigits.Near(CudaQuad.All(0), rows, columns), farSums = TDigits.Far(CudaQuad.All(0), rows, columns);
            int upper = i + (Lane >> 2), column = j + ((Lane & 3) << 1);
            sum.Near += Repaired(nearSums, l, r, e, g, i, upper, column, channel, lost, first, each);
            sum.Far += Repaired(farSums, l, r, e, g, i, upper, column + 8, channel, lost, first, each);
            return sum;
        }

        /// <summary>exp(sign (decay - reference)); what no allowed pair needs is kept finite.</summary>
        private static CudaPair Weights(CudaPair decay, CudaPair reference, float sign) =>
            new(Bounded(sign * (decay.Low - reference.Low)), Bounded(sign * (decay.High - reference.High)));

        /// <summary>Two numbers of a row, weighted; channels beyond the last are 0.</summary>
        private static CudaPair Taken(CudaTile x, int i, int d, CudaPair weights)
        {
            CudaPair value = Two(x, i, d);
            return new(d < x.Columns ? value.Low * weights.Low : 0f, d + 1 < x.Columns ? value.High * weights.High : 0f);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CudaQuad Repaired(CudaQuad sums, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int i, int row, int column, int d, uint lost, int first, int each)
    {
        bool upper = ((lost >> (row - i)) & 1) != 0, lower = ((lost >> (row + 8 - i)) & 1) != 0;
        return new(
            upper ? PairSum(l, r, e, g, row, column, d, first, each) : sums.X,
            upper ? PairSum(l, r, e, g, row, column + 1, d, first, each) : sums.Y,
            lower ? PairSum(l, r, e, g, row + 8, column, d, first, each) : sums.Z,
            lower ? PairSum(l, r, e, g, row + 8, column + 1, d, first, each) : sums.W);
    }

    private static float PairSum(CudaTile l, CudaTile r, CudaTile e, CudaTile g, int row, int column, int d, int first, int each)
    {
        float sum = 0;
        if (row < l.Rows && column < r.Rows && column < first + (row * each))
        {
            for (int at = d; at < d + Side && at < l.Columns; at++)
            {
                sum += l.At(row, at) * r.At(column, at) * CudaQuad.Exp(e.At(row, at) - g.At(column, at));
            }
        }

        return sum;
    }

    /// <summary>Bit i tells whether one of 16 channels loses more than e^-60 from row <paramref name="i"/> to the i-th after it: asked by a warp.</summary>
    private static uint LostRows(CudaTile decay, int i, int d, int last)
    {
        int row = i + (Lane & 15) < last ? i + (Lane & 15) : last, c = d + ((Lane >> 4) << 3);
        CudaQuad a = decay.Within(i, c) - decay.Within(row, c), b = decay.Within(i, c + 4) - decay.Within(row, c + 4);
        float most = MathF.Max(MathF.Max(MathF.Max(a.X, a.Y), MathF.Max(a.Z, a.W)), MathF.Max(MathF.Max(b.X, b.Y), MathF.Max(b.Z, b.W)));
        uint lost = Ptx.Ballot(most > LargestExponent ? 1u : 0u);
        return (lost | (lost >> 16)) & 0xffff;
    }

    /// <summary>Two neighbours of a row; rows beyond the matrix repeat the last.</summary>
    private static CudaPair Two(CudaTile x, int i, int d) => Ptx.Load2(x.Near(i < x.Rows ? i : x.Rows - 1, d));

    private static float Bounded(float exponent) => CudaQuad.Exp(exponent < 80f ? exponent : 80f);

    /// <summary>Adds what the warps have of two blocks.</summary>
    private static void Gather(CudaTile result, BlockPair sums, int i, int j, int first, int each, bool any)
    {
        Synchronize();
        if (any)
        {
            PutPart(sums.Left, 0);
            PutPart(sums.Right, 1);
        }

        Synchronize();
        SumParts(result, i, j, first, each, any);
    }

    /// <summary>A warp's sums of one of the two blocks, among its own in the workspace.</summary>
    private static void PutPart(Block16 sum, int block)
    {
        uint at = PartAt(Warp, block, Lane >> 2, (Lane & 3) << 1);
        Ptx.Store2(at, sum.Near.X, sum.Near.Y);
        Ptx.Store2(at + (8 * Side * sizeof(float)), sum.Near.Z, sum.Near.W);
        Ptx.Store2(at + (8 * sizeof(float)), sum.Far.X, sum.Far.Y);
        Ptx.Store2(at + (8 * Side * sizeof(float)) + (8 * sizeof(float)), sum.Far.Z, sum.Far.W);
    }

    private static uint PartAt(int warp, int block, int row, int column) =>
        Workspace(WorkspaceBytes) + (uint)((((warp << 1) | block) * BlockBytes) + (((row * Side) + column) * sizeof(float)));

    /// <summary>Adds the warps' sums of two blocks; where no pair exists 0.</summary>
    private static void SumParts(CudaTile result, int i, int j, int first, int each, bool any)
    {
        for (int at = Group.IdxX; at < 2 * Side * Side; at += Threads)
        {
            int block = at >> 8, row = (at >> 4) & 15, column = at & 15, own = j + (block * Side) + column;
            if (i + row < result.Rows && own < result.Columns)
            {
                float sum = 0;
                bool exists = any && own < first + ((i + row) * each);
                for (int warp = 0; warp < Warps; warp++)
                {
                    sum += Ptx.Load(PartAt(warp, block, row, column));
                }

                result.Put(i + row, own, exists ? sum : 0f, Into.Set);
            }
        }
    }
}
