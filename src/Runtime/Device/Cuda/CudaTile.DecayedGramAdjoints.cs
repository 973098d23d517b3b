using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>The derivative of a Gram with a decay for every key channel, in the blocks and with the references of the Gram itself.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    /// <remarks>d is 0 where no pair exists.</remarks>
    public static void DecayedGramAdjoint(CudaTile dl, CudaTile dr, CudaTile de, CudaTile dg, CudaTile d, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        if (IsShortGram(d, l, r))
        {
            ShortGramsAdjoint<Keeping>(dl, dl, dr, de, dg, d, d, l, l, r, e, g, two: false);
        }
        else
        {
            AnyDecayedGramAdjoint(dl, dr, de, dg, d, l, r, e, g, causal);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AnyDecayedGramAdjoint(CudaTile dl, CudaTile dr, CudaTile de, CudaTile dg, CudaTile d, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        int n = Each(d.Rows, d.Columns), first = Allowed(0, d.Rows, d.Columns, causal);
        HalfAdjoint<AnyRows>(dl, de, d, l, e, r, g, 1, first, n);
        Synchronize();
        HalfAdjoint<AnyColumns>(dr, dg, d, r, g, l, e, -1, first, n);
    }

    /// <summary>
    /// The derivative of one factor of a decayed Gram and of its decay: with sign 1 of the left (rows i of d, the reference being the first
    /// row of a block), with sign -1 of the right (columns j of d, the reference being the last). A warp computes 16 rows of 16 channels.
    /// </summary>
    private static void HalfAdjoint<TPairs>(CudaTile dx, CudaTile dDecay, CudaTile d, CudaTile x, CudaTile decay, CudaTile other, CudaTile otherDecay, int sign, int first, int each)
        where TPairs : struct, IFactor<TPairs>
    {
        int slabs = (x.Columns + Side - 1) / Side, units = ((x.Rows + Side - 1) / Side) * slabs;
        for (int unit = Warp; unit < units; unit += Warps)
        {
            int block = Ptx.Quotient(unit, slabs), i = block * Side, c = (unit - (block * slabs)) * Side;
            int last = i + Side < x.Rows ? i + Side - 1 : x.Rows - 1, reference = sign > 0 ? i : last;
            if (Loses(decay, i, c))
            {
                PairByPair(dx, dDecay, d, x, decay, other, otherDecay, i, c, sign, first, each);
            }
            else
            {
                AdjointBlock<TPairs>(dx, dDecay, d, x, decay, other, otherDecay, i, c, reference, sign, first, each);
            }
        }
    }

    private static void AdjointBlock<TPairs>(
        CudaTile dx, CudaTile dDecay, CudaTile d, CudaTile x, CudaTile decay, CudaTile other, CudaTile otherDecay, int i, int c, int reference, int sign, int first, int each)
        where TPairs : struct, IFactor<TPairs>
    {
        var sum = default(Block16);
        int near = c + (Lane >> 2), t = (Lane & 3) << 1;
        float nearReference = Ptx.Load(decay.Near(reference, near)), farReference = Ptx.Load(decay.Near(reference, near + 8));
        TPairs pairs = TPairs.Of(d, i);

        // Rows of the other factor that have pairs with these.
        int from = sign > 0 ? 0 : FirstPair(i, first, each) & ~15;
        int to = sign > 0 ? first + ((i + Side - 1) * each) : other.Rows;
        to = to < other.Rows ? to : other.Rows;
        for (int o = from; o < to; o += Side)
        {
            Fragment a = o + Side <= other.Rows ? TPairs.At<Keeping>(pairs, o) : Fragment.Last<TPairs, Keeping>(d, i, o, other.Rows);
            Fragment b = Fragment.Of<Keeping>(
                WeightedRows(other, otherDecay, o + t, near, nearReference, sign), WeightedRows(other, otherDecay, o + t, near + 8, farReference, sign),
                WeightedRows(other, otherDecay, o + t + 8, near, nearReference, sign), WeightedRows(other, otherDecay, o + t + 8, near + 8, farReference, sign));
            sum.Near = Keeping.Near(sum.Near, a, b);
            sum.Far = Keeping.Far(sum.Far, a, b);
        }

        AddTo(dx, dDecay, x, decay, sum.Near, i, c, reference, sign);
        AddTo(dx, dDecay, x, decay, sum.Far, i, c + 8, reference, sign);
    }

    /// <summary>The first row whose reads see column j.</summary>
    private static int FirstPair(int j, int first, int each) => j < first ? 0 : ((j - first) / each) + 1;

    /// <summary>Two rows of a channel; rows beyond the matrix repeat the last.</summary>
    private static CudaPair WeightedRows(CudaTile other, CudaTile decay, int o, int c, float reference, int sign)
    {
        int low = Clamped(o, other.Rows), high = Clamped(o + 1, other.Rows);
        return new(
            Ptx.Load(other.Near(low, c)) * Bounded(sign * (reference - Ptx.Load(decay.Near(low, c)))),
            Ptx.Load(other.Near(high, c)) * Bounded(sign * (reference - Ptx.Load(decay.Near(high, c)))));
    }

    private static void AddTo(CudaTile dx, CudaTile dDecay, CudaTile x, CudaTile decay, CudaQuad sums, int i, int c, int reference, int sign)
    {
        int g = i + (Lane >> 2), t = c + ((Lane & 3) << 1);
        CudaPair references = Ptx.Load2(decay.Near(reference, t));
        AddToTwo(dx, dDecay, x, decay, new(sums.X, sums.Y), references, g, t, sign);
        AddToTwo(dx, dDecay, x, decay, new(sums.Z, sums.W), references, g + 8, t, sign);
    }

    // Two neighbours may stand in the padding of a row, which nobody reads.
    private static void AddToTwo(CudaTile dx, CudaTile dDecay, CudaTile x, CudaTile decay, CudaPair sums, CudaPair references, int i, int c, int sign)
    {
        if (i < x.Rows && c < x.Columns)
        {
            CudaPair own = Ptx.Load2(decay.Near(i, c)), value = Ptx.Load2(x.Near(i, c)), old = Ptx.Load2(dx.Near(i, c)), oldDecay = Ptx.Load2(dDecay.Near(i, c));
            float low = sums.Low * CudaQuad.Exp(sign * (own.Low - references.Low)), high = sums.High * CudaQuad.Exp(sign * (own.High - references.High));
            Ptx.Store2(dx.Near(i, c), old.Low + low, old.High + high);
            Ptx.Store2(dDecay.Near(i, c), oldDecay.Low + (sign * value.Low * low), oldDecay.High + (sign * value.High * high));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PairByPair(
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
                    sum += pair * other.At(o, channel) * CudaQuad.Exp(sign * (own - otherDecay.At(o, channel)));
                }

                dx.Put(row, channel, sum, Into.Add);
                dDecay.Put(row, channel, sign * x.At(row, channel) * sum, Into.Add);
            }
        }
    }
}
