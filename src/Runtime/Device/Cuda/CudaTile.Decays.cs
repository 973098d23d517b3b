using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Sums over causal pairs with a decay.</content>
public readonly partial struct CudaTile
{
    private const float Log2E = 1.442695041f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Decay(CudaTile result, CudaTile x, CudaTile e, CudaTile g, Causal causal, Into into)
    {
        int n = result.Columns / result.Rows, first = causal == Causal.Inclusive ? n : 0;
        for (int i = Warp; i < result.Rows; i += Warps)
        {
            float own = e.At(i, 0);
            for (int j = Lane; j < result.Columns; j += 32)
            {
                result.Put(i, j, j < first + (i * n) ? x.At(i, j) * CudaLanes.Exp(own - g.At(j, 0)) : 0, into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedGram(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        int n = result.Columns / result.Rows, first = causal == Causal.Inclusive ? n : 0;
        int across = (result.Columns + Side - 1) / Side, blocks = ((result.Rows + Side - 1) / Side) * across;
        for (int block = Warp; block < blocks; block += Warps)
        {
            int i = block / across * Side, j = (block - (block / across * across)) * Side;
            int lastRow = i + Side < result.Rows ? i + Side - 1 : result.Rows - 1;
            if (j + Side <= first + (i * n))
            {
                // All writes of the block come before its first read: relative to that row's decay no exponent is positive.
                DecayedBlock(result, l, r, e, g, i, j, first, n);
            }
            else if (j >= first + (lastRow * n))
            {
                ClearBlock(result, i, j);
            }
            else
            {
                PairByPair(result, l, r, e, g, i, j, first, n);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedGramAdjoint(CudaTile dl, CudaTile dr, CudaTile de, CudaTile dg, CudaTile d, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        // First what reads rows i, then what reads rows j: a thread alone adds to a number.
        for (int i = dl.FirstRow; i < dl.Rows; i += dl.RowStep)
        {
            int allowed = Allowed(i, d.Rows, d.Columns, causal);
            for (int c = dl.FirstColumn; c < dl.Columns; c += dl.ColumnStep)
            {
                CudaLanes sum = CudaLanes.All(0), own = e.Four(i, c);
                for (int j = 0; j < allowed; j++)
                {
                    sum += CudaLanes.All(d.At(i, j)) * CudaLanes.Exp(own - g.Four(j, c)) * r.Four(j, c);
                }

                dl.Store(i, c, dl.Four(i, c) + sum);
                de.Store(i, c, de.Four(i, c) + (l.Four(i, c) * sum));
            }
        }

        Synchronize();
        for (int j = dr.FirstRow; j < dr.Rows; j += dr.RowStep)
        {
            for (int c = dr.FirstColumn; c < dr.Columns; c += dr.ColumnStep)
            {
                CudaLanes sum = CudaLanes.All(0), own = g.Four(j, c);
                for (int i = FirstAllowed(j, d.Rows, d.Columns, causal); i < d.Rows; i++)
                {
                    sum += CudaLanes.All(d.At(i, j)) * CudaLanes.Exp(e.Four(i, c) - own) * l.Four(i, c);
                }

                dr.Store(j, c, dr.Four(j, c) + sum);
                dg.Store(j, c, dg.Four(j, c) - (r.Four(j, c) * sum));
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedProduct(CudaTile result, CudaTile p, CudaTile x, CudaTile e, CudaTile g, Causal causal, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            int allowed = Allowed(i, p.Rows, p.Columns, causal);
            for (int v = result.FirstColumn; v < result.Columns; v += result.ColumnStep)
            {
                CudaLanes sum = CudaLanes.All(0), own = e.Four(i, v);
                for (int j = 0; j < allowed; j++)
                {
                    sum += CudaLanes.All(p.At(i, j)) * CudaLanes.Exp(own - g.Four(j, v)) * x.Four(j, v);
                }

                result.PutFour(i, v, sum, into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedProductAdjoint(CudaTile dp, CudaTile dx, CudaTile de, CudaTile dg, CudaTile d, CudaTile p, CudaTile x, CudaTile e, CudaTile g, Causal causal)
    {
        for (int i = Warp; i < p.Rows; i += Warps)
        {
            int allowed = Allowed(i, p.Rows, p.Columns, causal);
            for (int j = 0; j < allowed; j++)
            {
                float sum = 0;
                for (int v = Lane; v < d.Columns; v += 32)
                {
                    sum += d.At(i, v) * CudaLanes.Exp(e.At(i, v) - g.At(j, v)) * x.At(j, v);
                }

                sum = Ptx.SumOfWarp(sum);
                if (Lane == 0)
                {
                    dp.Put(i, j, sum, Into.Add);
                }
            }
        }

        Synchronize();
        for (int i = d.FirstRow; i < d.Rows; i += d.RowStep)
        {
            int allowed = Allowed(i, p.Rows, p.Columns, causal);
            for (int v = d.FirstColumn; v < d.Columns; v += d.ColumnStep)
            {
                CudaLanes sum = CudaLanes.All(0), own = e.Four(i, v);
                for (int j = 0; j < allowed; j++)
                {
                    sum += CudaLanes.All(p.At(i, j)) * CudaLanes.Exp(own - g.Four(j, v)) * x.Four(j, v);
                }

                de.Store(i, v, de.Four(i, v) + (d.Four(i, v) * sum));
            }
        }

        Synchronize();
        for (int j = x.FirstRow; j < x.Rows; j += x.RowStep)
        {
            for (int v = x.FirstColumn; v < x.Columns; v += x.ColumnStep)
            {
                CudaLanes sum = CudaLanes.All(0), own = g.Four(j, v);
                for (int i = FirstAllowed(j, p.Rows, p.Columns, causal); i < p.Rows; i++)
                {
                    sum += CudaLanes.All(p.At(i, j)) * CudaLanes.Exp(e.Four(i, v) - own) * d.Four(i, v);
                }

                dx.Store(j, v, dx.Four(j, v) + sum);
                dg.Store(j, v, dg.Four(j, v) - (x.Four(j, v) * sum));
            }
        }

        Synchronize();
    }

    /// <summary>A block of 16 x 16 on the tensor cores, by a warp: l exp(e - reference) times r exp(reference - g), the reference being e of the block's first row.</summary>
    private static void DecayedBlock(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int i, int j, int first, int each)
    {
        CudaLanes left = CudaLanes.All(0), right = CudaLanes.All(0);
        int row = Lane >> 2, depth = l.Columns;
        for (int d = (Lane & 3) * 2; d < depth + 8; d += 16)
        {
            CudaPair near = Pair(e, i, d, depth), far = Pair(e, i, d + 8, depth);
            CudaPair a = Weighted(l, e, i + row, d, depth, near, 1), b = Weighted(l, e, i + row + 8, d, depth, near, 1);
            CudaPair aFar = Weighted(l, e, i + row, d + 8, depth, far, 1), bFar = Weighted(l, e, i + row + 8, d + 8, depth, far, 1);
            CudaPair p = Weighted(r, g, j + row, d, depth, near, -1), q = Weighted(r, g, j + row + 8, d, depth, near, -1);
            CudaPair pFar = Weighted(r, g, j + row, d + 8, depth, far, -1), qFar = Weighted(r, g, j + row + 8, d + 8, depth, far, -1);
            Fragment rows = Fragment.Of(a, b, aFar, bFar, true), columns = Fragment.Of(p, pFar, q, qFar, true);
            Strip32.Add(ref left, rows, columns.X, columns.Y, columns.RestX, columns.RestY, true);
            Strip32.Add(ref right, rows, columns.Z, columns.W, columns.RestZ, columns.RestW, true);
        }

        Strip32.Put(result, left, i, j, Into.Set, first, each);
        Strip32.Put(result, right, i, j + 8, Into.Set, first, each);
    }

    /// <summary>Two numbers of a row, 0 beyond the columns; rows beyond the matrix repeat the last.</summary>
    private static CudaPair Pair(CudaTile x, int i, int d, int depth)
    {
        int row = i < x.Rows ? i : x.Rows - 1;
        return d + 1 < depth ? Rows32.At(x, row, d) : new(d < depth ? x.At(row, d) : 0, 0);
    }

    /// <summary>x exp(sign (decay - reference)).</summary>
    private static CudaPair Weighted(CudaTile x, CudaTile decay, int i, int d, int depth, CudaPair reference, float sign)
    {
        CudaPair value = Pair(x, i, d, depth), own = Pair(decay, i, d, depth);
        return new(value.Low * CudaLanes.Exp(sign * (own.Low - reference.Low)), value.High * CudaLanes.Exp(sign * (own.High - reference.High)));
    }

    private static void ClearBlock(CudaTile result, int i, int j)
    {
        for (int at = Lane; at < Side * Side; at += 32)
        {
            int row = i + (at >> 4), column = j + (at & 15);
            if (row < result.Rows && column < result.Columns)
            {
                result.Put(row, column, 0, Into.Set);
            }
        }
    }

    /// <summary>A block on the diagonal: every pair's own exponents, the channels spread over the warp.</summary>
    private static void PairByPair(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int i, int j, int first, int each)
    {
        for (int row = i; row < i + Side && row < result.Rows; row++)
        {
            int allowed = first + (row * each);
            for (int column = j; column < j + Side && column < result.Columns; column++)
            {
                float sum = 0;
                if (column < allowed)
                {
                    for (int d = Lane * 4; d < l.Columns; d += 128)
                    {
                        CudaLanes terms = l.Four(row, d) * r.Four(column, d) * CudaLanes.Exp(e.Four(row, d) - g.Four(column, d));
                        sum += d + 3 < l.Columns ? terms.Sum : terms.X + (d + 1 < l.Columns ? terms.Y : 0) + (d + 2 < l.Columns ? terms.Z : 0);
                    }

                    sum = Ptx.SumOfWarp(sum);
                }

                if (Lane == 0)
                {
                    result.Put(row, column, sum, Into.Set);
                }
            }
        }
    }
}
