using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>The derivative of two Grams of the same decaying keys: weights are worked out once for both.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    /// <remarks>The gradients of both are 0 where no pair exists.</remarks>
    public static void DecayedGramsAdjoint(
        CudaTile dl, CudaTile dm, CudaTile dr, CudaTile de, CudaTile dg, CudaTile dStrict, CudaTile dOther, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        if (IsShortGram(dStrict, l, r) && dOther.IsExact && m.IsExact)
        {
            ShortGramsAdjoint<Keeping>(dl, dm, dr, de, dg, dStrict, dOther, l, m, r, e, g, two: true);
        }
        else
        {
            AnyDecayedGramsAdjoint(dl, dm, dr, de, dg, dStrict, dOther, l, m, r, e, g, causal);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AnyDecayedGramsAdjoint(
        CudaTile dl, CudaTile dm, CudaTile dr, CudaTile de, CudaTile dg, CudaTile dStrict, CudaTile dOther, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        int n = Each(dStrict.Rows, dStrict.Columns), first = Allowed(0, dStrict.Rows, dStrict.Columns, causal), slabs = (l.Columns + Side - 1) / Side;
        for (int unit = Warp; unit < ((l.Rows + Side - 1) / Side) * slabs; unit += Warps)
        {
            int block = Ptx.Quotient(unit, slabs), i = block * Side, c = (unit - (block * slabs)) * Side;
            if (Loses(e, i, c))
            {
                PairByPair(dl, de, dStrict, l, e, r, g, i, c, 1, 0, n);
                PairByPair(dm, de, dOther, m, e, r, g, i, c, 1, first, n);
            }
            else
            {
                LeftBlock(dl, dm, de, dStrict, dOther, l, m, r, e, g, i, c, n);
            }
        }

        Synchronize();
        for (int unit = Warp; unit < ((r.Rows + Side - 1) / Side) * slabs; unit += Warps)
        {
            int block = Ptx.Quotient(unit, slabs), j = block * Side, c = (unit - (block * slabs)) * Side;
            if (Loses(g, j, c))
            {
                PairByPair(dr, dg, dStrict, r, g, l, e, j, c, -1, 0, n);
                PairByPair(dr, dg, dOther, r, g, m, e, j, c, -1, first, n);
            }
            else
            {
                RightBlock(dr, dg, dStrict, dOther, l, m, r, e, g, j, c, first, n);
            }
        }
    }

    /// <summary>True if one of 16 channels loses more than e^-60 within 16 rows: asked by a warp.</summary>
    private static bool Loses(CudaTile decay, int i, int c)
    {
        int channel = c + (Lane & 15) < decay.Columns ? c + (Lane & 15) : decay.Columns - 1, last = Clamped(i + Side - 1, decay.Rows);
        return Ptx.AnyOfWarp(Ptx.Load(decay.Near(i, channel)) - Ptx.Load(decay.Near(last, channel)) > LargestExponent ? 1u : 0u) != 0;
    }

    /// <summary>16 rows of dl and dm, 16 channels; the reference is the first row.</summary>
    private static void LeftBlock(
        CudaTile dl, CudaTile dm, CudaTile de, CudaTile dStrict, CudaTile dOther, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, int i, int c, int each)
    {
        var strict = default(Block16);
        var other = default(Block16);
        int near = c + (Lane >> 2), t = (Lane & 3) << 1, to = Math.Min((i + Side) * each, r.Rows);
        float nearReference = Ptx.Load(e.Near(i, near)), farReference = Ptx.Load(e.Near(i, near + 8));
        AnyRows strictRows = AnyRows.Of(dStrict, i), otherRows = AnyRows.Of(dOther, i);
        for (int o = 0; o < to; o += Side)
        {
            Fragment weighted = Fragment.Of<Keeping>(
                WeightedRows(r, g, o + t, near, nearReference, 1), WeightedRows(r, g, o + t, near + 8, farReference, 1),
                WeightedRows(r, g, o + t + 8, near, nearReference, 1), WeightedRows(r, g, o + t + 8, near + 8, farReference, 1));
            bool whole = o + Side <= r.Rows;
            AddProduct<Keeping>(ref strict, whole ? AnyRows.At<Keeping>(strictRows, o) : Fragment.Last<AnyRows, Keeping>(dStrict, i, o, r.Rows), weighted);
            AddProduct<Keeping>(ref other, whole ? AnyRows.At<Keeping>(otherRows, o) : Fragment.Last<AnyRows, Keeping>(dOther, i, o, r.Rows), weighted);
        }

        AddTo(dl, de, l, e, strict.Near, i, c, i, 1);
        AddTo(dl, de, l, e, strict.Far, i, c + 8, i, 1);
        AddTo(dm, de, m, e, other.Near, i, c, i, 1);
        AddTo(dm, de, m, e, other.Far, i, c + 8, i, 1);
    }

    /// <summary>16 rows of dr, 16 channels; the reference is the last row.</summary>
    private static void RightBlock(
        CudaTile dr, CudaTile dg, CudaTile dStrict, CudaTile dOther, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, int j, int c, int first, int each)
    {
        var sum = default(Block16);
        int near = c + (Lane >> 2), t = (Lane & 3) << 1, reference = Clamped(j + Side - 1, r.Rows);
        float nearReference = Ptx.Load(g.Near(reference, near)), farReference = Ptx.Load(g.Near(reference, near + 8));
        AnyColumns strictColumns = AnyColumns.Of(dStrict, j), otherColumns = AnyColumns.Of(dOther, j);
        for (int o = FirstPair(j, first, each) & ~15; o < l.Rows; o += Side)
        {
            CudaPair nearLow = RowWeights(e, o + t, near, nearReference), farLow = RowWeights(e, o + t, near + 8, farReference);
            CudaPair nearHigh = RowWeights(e, o + t + 8, near, nearReference), farHigh = RowWeights(e, o + t + 8, near + 8, farReference);
            Fragment ls = Fragment.Of<Keeping>(TwoRows(l, o + t, near, nearLow), TwoRows(l, o + t, near + 8, farLow), TwoRows(l, o + t + 8, near, nearHigh), TwoRows(l, o + t + 8, near + 8, farHigh));
            Fragment ms = Fragment.Of<Keeping>(TwoRows(m, o + t, near, nearLow), TwoRows(m, o + t, near + 8, farLow), TwoRows(m, o + t + 8, near, nearHigh), TwoRows(m, o + t + 8, near + 8, farHigh));
            bool whole = o + Side <= l.Rows;
            AddProduct<Keeping>(ref sum, whole ? AnyColumns.At<Keeping>(strictColumns, o) : Fragment.Last<AnyColumns, Keeping>(dStrict, j, o, l.Rows), ls);
            AddProduct<Keeping>(ref sum, whole ? AnyColumns.At<Keeping>(otherColumns, o) : Fragment.Last<AnyColumns, Keeping>(dOther, j, o, l.Rows), ms);
        }

        AddTo(dr, dg, r, g, sum.Near, j, c, reference, -1);
        AddTo(dr, dg, r, g, sum.Far, j, c + 8, reference, -1);
    }

    /// <summary>exp(decay - reference) of two rows of a channel; rows beyond the matrix repeat the last.</summary>
    private static CudaPair RowWeights(CudaTile decay, int o, int c, float reference) => new(
        Bounded(Ptx.Load(decay.Near(Clamped(o, decay.Rows), c)) - reference), Bounded(Ptx.Load(decay.Near(Clamped(o + 1, decay.Rows), c)) - reference));

    /// <summary>Two rows of a channel, weighted.</summary>
    private static CudaPair TwoRows(CudaTile x, int o, int c, CudaPair weights) => new(
        Ptx.Load(x.Near(Clamped(o, x.Rows), c)) * weights.Low, Ptx.Load(x.Near(Clamped(o + 1, x.Rows), c)) * weights.High);
}
