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
    /// <remarks>
    /// Every warp has some slabs of 16 channels, for which it computes two neighbouring blocks of a row of blocks, so that the rows' weights are
    /// worked out once; then the warps' sums are added.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedGram(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        int n = Each(result.Rows, result.Columns), first = Allowed(0, result.Rows, result.Columns, causal);
        for (int i = 0; i < result.Rows; i += Side)
        {
            int last = i + Side < result.Rows ? i + Side - 1 : result.Rows - 1;
            for (int j = 0; j < result.Columns; j += 2 * Side)
            {
                int allowed = first + (last * n);
                var left = default(Block16);
                var right = default(Block16);
                if (j < allowed)
                {
                    for (int d = Warp * Side; d < l.Columns; d += Warps * Side)
                    {
                        AddSlab(ref left, ref right, l, r, e, g, i, j, d, last, first, n);
                    }

                    PutPart(left, 0);
                    PutPart(right, 1);
                }

                Synchronize();
                SumParts(result, i, j, first, n, j < allowed);
                Synchronize();
            }
        }
    }

    /// <summary>What 16 channels bring to the blocks at columns j and j + 16.</summary>
    private static void AddSlab(
        ref Block16 left, ref Block16 right, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int i, int j, int d, int last, int first, int each)
    {
        int row = Lane >> 2, at = d + ((Lane & 3) << 1), limit = l.Columns;
        CudaPair near = Two(e, i, at), far = Two(e, i, at + 8);
        Fragment rows = Fragment.Of<Keeping>(
            Weighted(l, e, i + row, at, near, 1, limit), Weighted(l, e, i + row + 8, at, near, 1, limit),
            Weighted(l, e, i + row, at + 8, far, 1, limit), Weighted(l, e, i + row + 8, at + 8, far, 1, limit));
        uint lost = LostRows(e, i, d, last);
        AddBlock(ref left, rows, l, r, e, g, i, j, d, near, far, lost, first, each);
        if (j + Side < first + (last * each))
        {
            AddBlock(ref right, rows, l, r, e, g, i, j + Side, d, near, far, lost, first, each);
        }
    }

    private static void AddBlock(
        ref Block16 sum, in Fragment rows, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int i, int j, int d, CudaPair near, CudaPair far, uint lost, int first, int each)
    {
        int row = j + (Lane >> 2), at = d + ((Lane & 3) << 1), limit = l.Columns;
        Fragment columns = Fragment.Of<Keeping>(
            Weighted(r, g, row, at, near, -1, limit), Weighted(r, g, row + 8, at, near, -1, limit),
            Weighted(r, g, row, at + 8, far, -1, limit), Weighted(r, g, row + 8, at + 8, far, -1, limit));
        if (lost == 0 || j + Side <= first + (i * each))
        {
            sum.Near = Keeping.Near(sum.Near, rows, columns);
            sum.Far = Keeping.Far(sum.Far, rows, columns);
            return;
        }

        // On the diagonal, rows that lose too much are done pair by pair.
        CudaQuad nearSums = Keeping.Near(CudaQuad.All(0), rows, columns), farSums = Keeping.Far(CudaQuad.All(0), rows, columns);
        int upper = i + (Lane >> 2), column = j + ((Lane & 3) << 1);
        sum.Near += Repaired(nearSums, l, r, e, g, i, upper, column, d, lost, first, each);
        sum.Far += Repaired(farSums, l, r, e, g, i, upper, column + 8, d, lost, first, each);
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

    /// <summary>x exp(sign (decay - reference)); what no allowed pair needs is kept finite, and what no channel has is 0.</summary>
    private static CudaPair Weighted(CudaTile x, CudaTile decay, int i, int d, CudaPair reference, float sign, int limit)
    {
        CudaPair value = Two(x, i, d), own = Two(decay, i, d);
        return new(
            d < limit ? value.Low * Bounded(sign * (own.Low - reference.Low)) : 0f,
            d + 1 < limit ? value.High * Bounded(sign * (own.High - reference.High)) : 0f);
    }

    /// <summary>Two neighbours of a row; rows beyond the matrix repeat the last.</summary>
    private static CudaPair Two(CudaTile x, int i, int d) => Ptx.Load2(x.Near(i < x.Rows ? i : x.Rows - 1, d));

    private static float Bounded(float exponent) => CudaQuad.Exp(exponent < 80f ? exponent : 80f);

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
        for (int at = Group.IdxX; at < 2 * Side * Side; at += Group.DimX)
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
