using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Sums over causal pairs with a decay for all channels, or one for every value channel.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    public static void DecayedGrams(CudaTile strict, CudaTile other, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        DecayedGram(strict, l, r, e, g, Causal.Strict);
        DecayedGram(other, m, r, e, g, causal);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Decay(CudaTile result, CudaTile x, CudaTile e, CudaTile g, Causal causal, Into into)
    {
        int step = result.RowStep, across = result.ColumnStep, firstColumn = result.FirstColumn;
        for (int i = result.FirstRow; i < result.Rows; i += step)
        {
            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            float own = Ptx.Load(e.Near(i, 0));
            for (int j = firstColumn; j < result.Columns; j += across)
            {
                CudaLanes decayed = x.Load(i, j) * CudaLanes.Exp(CudaLanes.All(own) - g.Down(j, 0));
                result.Join(i, j, new(
                    j < allowed ? decayed.X : 0f, j + 1 < allowed ? decayed.Y : 0f, j + 2 < allowed ? decayed.Z : 0f, j + 3 < allowed ? decayed.W : 0f), into);
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
                CudaLanes sum = CudaLanes.All(0), own = e.Load(i, v);
                for (int j = 0; j < allowed; j++)
                {
                    sum += CudaLanes.All(p.At(i, j)) * CudaLanes.Exp(own - g.Load(j, v)) * x.Load(j, v);
                }

                result.Join(i, v, sum, into);
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
                CudaLanes sum = CudaLanes.All(0), own = e.Load(i, v);
                for (int j = 0; j < allowed; j++)
                {
                    sum += CudaLanes.All(p.At(i, j)) * CudaLanes.Exp(own - g.Load(j, v)) * x.Load(j, v);
                }

                de.Store(i, v, de.Load(i, v) + (d.Load(i, v) * sum));
            }
        }

        Synchronize();
        for (int j = x.FirstRow; j < x.Rows; j += x.RowStep)
        {
            for (int v = x.FirstColumn; v < x.Columns; v += x.ColumnStep)
            {
                CudaLanes sum = CudaLanes.All(0), own = g.Load(j, v);
                for (int i = FirstAllowed(j, p.Rows, p.Columns, causal); i < p.Rows; i++)
                {
                    sum += CudaLanes.All(p.At(i, j)) * CudaLanes.Exp(e.Load(i, v) - own) * d.Load(i, v);
                }

                dx.Store(j, v, dx.Load(j, v) + sum);
                dg.Store(j, v, dg.Load(j, v) - (x.Load(j, v) * sum));
            }
        }

        Synchronize();
    }
}
