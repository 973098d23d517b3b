using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Grams with a decay for every key channel, and their derivative, on the tensor cores: in blocks of 16 x 16 the weight exp(e_i - g_j) is
/// the product exp(e_i - reference) exp(reference - g_j), the reference being the decay of the block's first row. In blocks below the
/// diagonal both exponents are at most 0. On the diagonal the second is positive, but at most what the decay loses within 16 tokens: rows
/// that lose more than e^-60 are done pair by pair. Row i looks at no later row to decide that.
/// </content>
public readonly partial struct CudaTile
{
    // Beyond this a product of two exponentials comes near the ends of single precision.
    private const float LargestExponent = 60;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedGram(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        int n = result.Columns / result.Rows, first = causal == Causal.Inclusive ? n : 0;
        int across = (result.Columns + Side - 1) / Side, blocks = ((result.Rows + Side - 1) / Side) * across;
        for (int block = Warp; block < blocks; block += Warps)
        {
            int i = block / across * Side, j = (block - (block / across * across)) * Side;
            int last = i + Side < result.Rows ? i + Side - 1 : result.Rows - 1;
            if (j >= first + (last * n))
            {
                ClearBlock(result, i, j);
                continue;
            }

            bool products = (l.Columns & 15) == 0;
            if (products)
            {
                DecayedBlock(result, l, r, e, g, i, j, first, n);
            }

            if (!products || (j + Side > first + (i * n) && Loses(e, i, last)))
            {
                Ptx.Together();
                for (int row = i; row <= last; row++)
                {
                    if (!products || Loses(e, i, row))
                    {
                        PairByPair(result, l, r, e, g, row, j, first + (row * n));
                    }
                }
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedGramAdjoint(CudaTile dl, CudaTile dr, CudaTile de, CudaTile dg, CudaTile d, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        int n = d.Columns / d.Rows, first = causal == Causal.Inclusive ? n : 0;
        HalfAdjoint(dl, de, d, l, e, r, g, 1, first, n);
        HalfAdjoint(dr, dg, d, r, g, l, e, -1, first, n);
    }

    /// <summary>True if a channel loses more than e^-60 from row <paramref name="i"/> to row <paramref name="row"/>: asked by a warp.</summary>
    private static bool Loses(CudaTile decay, int i, int row)
    {
        uint loses = 0;
        for (int c = Lane; c < decay.Columns; c += 32)
        {
            loses |= decay.At(i, c) - decay.At(row, c) > LargestExponent ? 1u : 0u;
        }

        return Ptx.AnyOfWarp(loses) != 0;
    }

    /// <summary>A block of 16 x 16, by a warp.</summary>
    private static void DecayedBlock(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int i, int j, int first, int each)
    {
        CudaLanes left = CudaLanes.All(0), right = CudaLanes.All(0);
        int row = Lane >> 2;
        for (int d = (Lane & 3) * 2; d < l.Columns; d += 16)
        {
            CudaPair near = Two(e, i, d), far = Two(e, i, d + 8);
            Fragment rows = Fragment.Of<Keeping>(
                Weighted(l, e, i + row, d, near, 1), Weighted(l, e, i + row + 8, d, near, 1), Weighted(l, e, i + row, d + 8, far, 1), Weighted(l, e, i + row + 8, d + 8, far, 1));
            Fragment columns = Fragment.Of<Keeping>(
                Weighted(r, g, j + row, d, near, -1), Weighted(r, g, j + row, d + 8, far, -1), Weighted(r, g, j + row + 8, d, near, -1), Weighted(r, g, j + row + 8, d + 8, far, -1));
            left = Keeping.MultiplyAdd(left, rows, columns.X, columns.Y, columns.RestX, columns.RestY);
            right = Keeping.MultiplyAdd(right, rows, columns.Z, columns.W, columns.RestZ, columns.RestW);
        }

        Strip32.Put(result, left, i, j, Into.Set, first, each);
        Strip32.Put(result, right, i, j + 8, Into.Set, first, each);
    }

    /// <summary>x exp(sign (decay - reference)); what no allowed pair needs is kept finite.</summary>
    private static CudaPair Weighted(CudaTile x, CudaTile decay, int i, int d, CudaPair reference, float sign)
    {
        CudaPair value = Two(x, i, d), own = Two(decay, i, d);
        return new(value.Low * Bounded(sign * (own.Low - reference.Low)), value.High * Bounded(sign * (own.High - reference.High)));
    }

    /// <summary>Two neighbours of a row; rows beyond the matrix repeat the last.</summary>
    private static CudaPair Two(CudaTile x, int i, int d) => Ptx.Load2(x.AddressOf(i < x.Rows ? i : x.Rows - 1, d));

    private static float Bounded(float exponent) => CudaLanes.Exp(exponent < 80f ? exponent : 80f);

    private static void ClearBlock(CudaTile result, int i, int j)
    {
        for (int at = Lane; at < Side * Side; at += 32)
        {
            int row = i + (at >> 4), column = j + (at & 15);
            if (row < result.Rows && column < result.Columns)
            {
                result.PutScratch(row, column, 0f, Into.Set);
            }
        }
    }

    /// <summary>Some columns of a row, every pair with its own exponents, the channels spread over the warp.</summary>
    private static void PairByPair(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int row, int j, int allowed)
    {
        for (int column = j; column < j + Side && column < result.Columns; column++)
        {
            float sum = 0;
            for (int d = Lane; d < l.Columns && column < allowed; d += 32)
            {
                sum += l.At(row, d) * r.At(column, d) * CudaLanes.Exp(e.At(row, d) - g.At(column, d));
            }

            sum = Ptx.SumOfWarp(sum);
            if (Lane == 0)
            {
                result.PutScratch(row, column, sum, Into.Set);
            }
        }
    }

    /// <summary>
    /// The derivative of one factor of a decayed Gram and of its decay: with sign 1 of the left (rows i of d, the reference being the first
    /// row of a block), with sign -1 of the right (columns j of d, the reference being the last). A warp computes 16 rows of 16 channels.
    /// </summary>
    private static void HalfAdjoint(CudaTile dx, CudaTile dDecay, CudaTile d, CudaTile x, CudaTile decay, CudaTile other, CudaTile otherDecay, int sign, int first, int each)
    {
        int slabs = (x.Columns + Side - 1) / Side, units = ((x.Rows + Side - 1) / Side) * slabs;
        for (int unit = Warp; unit < units; unit += Warps)
        {
            int i = unit / slabs * Side, c = (unit - (unit / slabs * slabs)) * Side;
            int last = i + Side < x.Rows ? i + Side - 1 : x.Rows - 1, reference = sign > 0 ? i : last;
            int channel = c + (Lane & 15) < x.Columns ? c + (Lane & 15) : x.Columns - 1;
            bool loses = Ptx.AnyOfWarp(decay.At(i, channel) - decay.At(last, channel) > LargestExponent ? 1u : 0u) != 0;
            if (loses)
            {
                OneByOne(dx, dDecay, d, x, decay, other, otherDecay, i, c, sign, first, each);
            }
            else
            {
                AdjointBlock(dx, dDecay, d, x, decay, other, otherDecay, i, c, reference, sign, first, each);
            }
        }

        Synchronize();
    }

    private static void AdjointBlock(
        CudaTile dx, CudaTile dDecay, CudaTile d, CudaTile x, CudaTile decay, CudaTile other, CudaTile otherDecay, int i, int c, int reference, int sign, int first, int each)
    {
        CudaLanes left = CudaLanes.All(0), right = CudaLanes.All(0);
        int g = Lane >> 2, t = (Lane & 3) * 2;
        int near = c + g < x.Columns ? c + g : x.Columns - 1, far = c + g + 8 < x.Columns ? c + g + 8 : x.Columns - 1;
        float nearReference = decay.At(reference, near), farReference = decay.At(reference, far);

        // Rows of the other factor that have pairs with these.
        int from = sign > 0 ? 0 : FirstPair(i, first, each) & ~15;
        int to = sign > 0 ? first + ((i + Side - 1) * each) : other.Rows;
        for (int o = from; o < to && o < other.Rows; o += Side)
        {
            Fragment pairs = Fragment.Of<Keeping>(
                Pairs(d, i + g, o + t, sign, first, each), Pairs(d, i + g + 8, o + t, sign, first, each),
                Pairs(d, i + g, o + t + 8, sign, first, each), Pairs(d, i + g + 8, o + t + 8, sign, first, each));
            Fragment weighted = Fragment.Of<Keeping>(
                WeightedRows(other, otherDecay, o + t, near, nearReference, sign), WeightedRows(other, otherDecay, o + t + 8, near, nearReference, sign),
                WeightedRows(other, otherDecay, o + t, far, farReference, sign), WeightedRows(other, otherDecay, o + t + 8, far, farReference, sign));
            left = Keeping.MultiplyAdd(left, pairs, weighted.X, weighted.Y, weighted.RestX, weighted.RestY);
            right = Keeping.MultiplyAdd(right, pairs, weighted.Z, weighted.W, weighted.RestZ, weighted.RestW);
        }

        AddTo(dx, dDecay, x, decay, left, i, c, reference, sign);
        AddTo(dx, dDecay, x, decay, right, i, c + 8, reference, sign);
    }

    /// <summary>The first row whose reads see column j.</summary>
    private static int FirstPair(int j, int first, int each) => j < first ? 0 : (j - first) / each + 1;

    private static CudaPair Pairs(CudaTile d, int own, int other, int sign, int first, int each) => new(PairOf(d, own, other, sign, first, each), PairOf(d, own, other + 1, sign, first, each));

    private static float PairOf(CudaTile d, int own, int other, int sign, int first, int each)
    {
        int i = sign > 0 ? own : other, j = sign > 0 ? other : own;
        bool exists = i < d.Rows && j < d.Columns && j < first + (i * each);
        float value = d.At(exists ? i : 0, exists ? j : 0);
        return exists ? value : 0f;
    }

    private static CudaPair WeightedRows(CudaTile other, CudaTile decay, int o, int c, float reference, int sign)
    {
        int low = o < other.Rows ? o : other.Rows - 1, high = o + 1 < other.Rows ? o + 1 : other.Rows - 1;
        return new(other.At(low, c) * Bounded(sign * (reference - decay.At(low, c))), other.At(high, c) * Bounded(sign * (reference - decay.At(high, c))));
    }

    private static void AddTo(CudaTile dx, CudaTile dDecay, CudaTile x, CudaTile decay, CudaLanes sums, int i, int c, int reference, int sign)
    {
        int g = i + (Lane >> 2), t = c + ((Lane & 3) * 2);
        AddToOne(dx, dDecay, x, decay, sums.X, g, t, reference, sign);
        AddToOne(dx, dDecay, x, decay, sums.Y, g, t + 1, reference, sign);
        AddToOne(dx, dDecay, x, decay, sums.Z, g + 8, t, reference, sign);
        AddToOne(dx, dDecay, x, decay, sums.W, g + 8, t + 1, reference, sign);
    }

    private static void AddToOne(CudaTile dx, CudaTile dDecay, CudaTile x, CudaTile decay, float sum, int i, int c, int reference, int sign)
    {
        if (i < x.Rows && c < x.Columns)
        {
            float value = sum * CudaLanes.Exp(sign * (decay.At(i, c) - decay.At(reference, c)));
            dx.PutScratch(i, c, value, Into.Add);
            dDecay.PutScratch(i, c, sign * x.At(i, c) * value, Into.Add);
        }
    }

    private static void OneByOne(
        CudaTile dx, CudaTile dDecay, CudaTile d, CudaTile x, CudaTile decay, CudaTile other, CudaTile otherDecay, int i, int c, int sign, int first, int each)
    {
        for (int at = Lane; at < Side * Side; at += 32)
        {
            int row = i + (at >> 4), channel = c + (at & 15);
            if (row < x.Rows && channel < x.Columns)
            {
                float sum = 0, own = decay.At(row, channel);
                for (int o = sign > 0 ? 0 : FirstPair(row, first, each); o < other.Rows && (sign < 0 || o < first + (row * each)); o++)
                {
                    float pair = sign > 0 ? d.At(row, o) : d.At(o, row);
                    sum += pair * other.At(o, channel) * CudaLanes.Exp(sign * (own - otherDecay.At(o, channel)));
                }

                dx.PutScratch(row, channel, sum, Into.Add);
                dDecay.PutScratch(row, channel, sign * x.At(row, channel) * sum, Into.Add);
            }
        }
    }
}
