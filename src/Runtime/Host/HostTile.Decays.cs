using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <content>Sums over causal pairs with a decay.</content>
public readonly unsafe partial struct HostTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decay(HostTile result, HostTile x, HostTile e, HostTile g, Causal causal, Into into)
    {
        float* row = Workspace.Of(result.Width);
        for (int j = 0; j < result.Columns; j++)
        {
            row[j] = *g.Row(j);
        }

        for (int i = 0; i < result.Rows; i++)
        {
            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            float* from = x.Row(i), to = result.Row(i);
            Vector512<float> decay = Vector512.Create(*e.Row(i));
            int j = 0;
            for (; j < allowed; j += 16)
            {
                Vector512<float> mask = First(allowed - j);
                Vector512<float> w = LaneMath.Exp((decay - Vector512.Load(row + j)) & mask);
                Put(to + j, (Vector512.Load(from + j) * w) & mask, into);
            }

            for (; into == Into.Set && j < result.Columns; j += 16)
            {
                Vector512<float>.Zero.Store(to + j);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DecayedGram(HostTile result, HostTile l, HostTile r, HostTile e, HostTile g, Causal causal)
    {
        int columns = l.Columns;
        for (int i = 0; i < result.Rows; i++)
        {
            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            for (int j = 0; j < result.Columns; j++)
            {
                Vector512<float> sum = default;
                for (int d = 0; j < allowed && d < columns; d += 16)
                {
                    Vector512<float> w = LaneMath.Exp(Vector512.Load(e.Row(i) + d) - Vector512.Load(g.Row(j) + d));
                    w *= Vector512.Load(l.Row(i) + d) * Vector512.Load(r.Row(j) + d);
                    sum += w & First(columns - d);
                }

                result.Row(i)[j] = Vector512.Sum(sum);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DecayedGramAdjoint(HostTile dl, HostTile dr, HostTile de, HostTile dg, HostTile d, HostTile l, HostTile r, HostTile e, HostTile g, Causal causal)
    {
        bool ownPair = e.data == g.data && causal == Causal.Inclusive && d.Rows == d.Columns;
        for (int i = 0; i < d.Rows; i++)
        {
            int allowed = ownPair ? i : Allowed(i, d.Rows, d.Columns, causal);
            for (int c = 0; c < l.Columns; c += 16)
            {
                Vector512<float> left = Vector512.Load(l.Row(i) + c), decay = Vector512.Load(e.Row(i) + c), sum = default;
                for (int j = 0; j < allowed; j++)
                {
                    Vector512<float> right = Vector512.Load(r.Row(j) + c);
                    Vector512<float> w = LaneMath.Exp(decay - Vector512.Load(g.Row(j) + c)) * d.Row(i)[j];
                    Vector512<float> toRight = w * left;
                    sum += w * right;
                    Put(dr.Row(j) + c, toRight, Into.Add);
                    Put(dg.Row(j) + c, toRight * right, Into.Subtract);
                }

                Put(de.Row(i) + c, sum * left, Into.Add);
                if (ownPair)
                {
                    float own = d.Row(i)[i];
                    sum += Vector512.Load(r.Row(i) + c) * own;
                    Put(dr.Row(i) + c, left * own, Into.Add);
                }

                Put(dl.Row(i) + c, sum, Into.Add);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DecayedProduct(HostTile result, HostTile p, HostTile x, HostTile e, HostTile g, Causal causal, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            int allowed = Allowed(i, p.Rows, p.Columns, causal);
            for (int v = 0; v < result.Columns; v += 16)
            {
                Vector512<float> decay = Vector512.Load(e.Row(i) + v), sum = default;
                for (int j = 0; j < allowed; j++)
                {
                    Vector512<float> w = LaneMath.Exp(decay - Vector512.Load(g.Row(j) + v)) * p.Row(i)[j];
                    sum += w * Vector512.Load(x.Row(j) + v);
                }

                Put(result.Row(i) + v, sum, into);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DecayedProductAdjoint(HostTile dp, HostTile dx, HostTile de, HostTile dg, HostTile d, HostTile p, HostTile x, HostTile e, HostTile g, Causal causal)
    {
        for (int i = 0; i < p.Rows; i++)
        {
            int allowed = Allowed(i, p.Rows, p.Columns, causal);
            for (int j = 0; j < allowed; j++)
            {
                Vector512<float> pair = Vector512.Create(p.Row(i)[j]), sum = default;
                for (int v = 0; v < d.Columns; v += 16)
                {
                    Vector512<float> w = LaneMath.Exp(Vector512.Load(e.Row(i) + v) - Vector512.Load(g.Row(j) + v)) * Vector512.Load(d.Row(i) + v);
                    Vector512<float> toX = w * pair, right = Vector512.Load(x.Row(j) + v);
                    sum += (w * right) & First(d.Columns - v);
                    Put(dx.Row(j) + v, toX, Into.Add);
                    Put(de.Row(i) + v, toX * right, Into.Add);
                    Put(dg.Row(j) + v, toX * right, Into.Subtract);
                }

                dp.Row(i)[j] += Vector512.Sum(sum);
            }
        }
    }
}
