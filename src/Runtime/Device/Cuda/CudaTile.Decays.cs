using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Sums over causal pairs with a decay for all channels, or one for every value channel.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    public static void Decay(CudaTile result, CudaTile x, CudaTile e, CudaTile g, Causal causal, Into into)
    {
        int step = result.QuadRowStep, across = result.ColumnStep;
        for (int first = 0; first < result.Rows; first += step)
        {
            int i = first + result.QuadRow;
            if (!result.HasQuads(i))
            {
                break;
            }

            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            float own = Ptx.Load(e.Near(i, 0));
            for (int j = result.FirstColumn; result.HasColumn(j); j += across)
            {
                CudaQuad all = x.Quad(i, j) * CudaQuad.Exp(CudaQuad.All(own) - g.FourDown(j));
                var decayed = new CudaQuad(j < allowed ? all.X : 0f, j + 1 < allowed ? all.Y : 0f, j + 2 < allowed ? all.Z : 0f, j + 3 < allowed ? all.W : 0f);
                if (result.IsFactor)
                {
                    result.PutRounded(i, j, decayed);
                }
                else
                {
                    result.Join(i, j, decayed, into);
                }

                if (result.ColumnsInOneTurn)
                {
                    break;
                }
            }
        }
    }

    /// <summary>
    /// Four numbers of a column from a multiple of four on. A row is 16 bytes of which one number is read: taken in order, what eight neighbours read at once would stand in two banks, so
    /// every two of them begin with another.
    /// </summary>
    private CudaQuad FourDown(int j)
    {
        int first = (j >> 3) & 3;
        uint at = Near(j, 0), row = (uint)stride;
        float a = Ptx.Load(at + ((uint)first * row)), b = Ptx.Load(at + ((uint)(first ^ 1) * row)), c = Ptx.Load(at + ((uint)(first ^ 2) * row)), d = Ptx.Load(at + ((uint)(first ^ 3) * row));
        bool odd = (first & 1) != 0, late = (first & 2) != 0;
        float even = odd ? b : a, next = odd ? a : b, third = odd ? d : c, fourth = odd ? c : d;
        return late ? new(third, fourth, even, next) : new(even, next, third, fourth);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedProduct(CudaTile result, CudaTile p, CudaTile x, CudaTile e, CudaTile g, Causal causal, Into into)
    {
        for (int i = result.QuadRow; i < result.Rows; i += result.QuadRowStep)
        {
            int allowed = Allowed(i, p.Rows, p.Columns, causal);
            for (int v = result.FirstColumn; v < result.Columns; v += result.ColumnStep)
            {
                CudaQuad sum = CudaQuad.All(0), own = e.Quad(i, v);
                for (int j = 0; j < allowed; j++)
                {
                    sum += CudaQuad.All(p.At(i, j)) * CudaQuad.Exp(own - g.Quad(j, v)) * x.Quad(j, v);
                }

                result.Join(i, v, sum, into);
            }
        }
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
                    sum += d.At(i, v) * CudaQuad.Exp(e.At(i, v) - g.At(j, v)) * x.At(j, v);
                }

                sum = Ptx.SumOfWarp(sum);
                if (Lane == 0)
                {
                    dp.Put(i, j, sum, Into.Add);
                }
            }
        }

        for (int i = d.QuadRow; i < d.Rows; i += d.QuadRowStep)
        {
            int allowed = Allowed(i, p.Rows, p.Columns, causal);
            for (int v = d.FirstColumn; v < d.Columns; v += d.ColumnStep)
            {
                CudaQuad sum = CudaQuad.All(0), own = e.Quad(i, v);
                for (int j = 0; j < allowed; j++)
                {
                    sum += CudaQuad.All(p.At(i, j)) * CudaQuad.Exp(own - g.Quad(j, v)) * x.Quad(j, v);
                }

                de.PutQuad(i, v, de.Quad(i, v) + (d.Quad(i, v) * sum));
            }
        }

        Synchronize();
        for (int j = x.QuadRow; j < x.Rows; j += x.QuadRowStep)
        {
            for (int v = x.FirstColumn; v < x.Columns; v += x.ColumnStep)
            {
                CudaQuad sum = CudaQuad.All(0), own = g.Quad(j, v);
                for (int i = FirstAllowed(j, p.Rows, p.Columns, causal); i < p.Rows; i++)
                {
                    sum += CudaQuad.All(p.At(i, j)) * CudaQuad.Exp(e.Quad(i, v) - own) * d.Quad(i, v);
                }

                dx.PutQuad(j, v, dx.Quad(j, v) + sum);
                dg.PutQuad(j, v, dg.Quad(j, v) - (x.Quad(j, v) * sum));
            }
        }
    }
}
