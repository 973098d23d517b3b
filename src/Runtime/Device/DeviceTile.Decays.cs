using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Sums over causal pairs with a decay: exponentials of differences only, pair by pair. An adjoint adds to several
/// tiles, one after the other, each thread to numbers of its own; a barrier stands between because two of them may be one.
/// </content>
public readonly partial struct DeviceTile
{
    /// <inheritdoc/>
    public static void DecayedGrams(DeviceTile strict, DeviceTile other, DeviceTile l, DeviceTile m, DeviceTile r, DeviceTile e, DeviceTile g, Causal causal)
    {
        DecayedGram(strict, l, r, e, g, Causal.Strict);
        DecayedGram(other, m, r, e, g, causal);
    }

    /// <inheritdoc/>
    public static void CrossedDecayedGrams(
        DeviceTile first, DeviceTile second, DeviceTile third, DeviceTile fourth, DeviceTile l, DeviceTile m, DeviceTile r, DeviceTile s, DeviceTile e, DeviceTile f, DeviceTile g, Causal causal)
    {
        DecayedGram(first, l, r, e, g, Causal.Strict);
        DecayedGram(second, l, s, e, g, Causal.Strict);
        DecayedGram(third, m, r, f, g, causal);
        DecayedGram(fourth, m, s, f, g, causal);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Decay(DeviceTile result, DeviceTile x, DeviceTile e, DeviceTile g, Causal causal, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, j < allowed ? x[i, j] * MathF.Exp(e[i, 0] - g[j, 0]) : 0, into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayAdjointParts(DeviceTile parts, DeviceTile w, DeviceTile l, DeviceTile r)
    {
        for (int i = Group.IdxX; i < w.Rows; i += Group.DimX)
        {
            float sum = 0;
            for (int j = 0; j < w.Rows; j++)
            {
                int late = Math.Max(i, j), early = Math.Min(i, j);
                float product = 0;
                for (int d = 0; j != i && d < l.Columns; d++)
                {
                    product += l[late, d] * r[early, d];
                }

                sum += (j < i ? w[late, early] : -w[late, early]) * product;
            }

            parts.PutFirstPart(i, w.Rows, sum);
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedGram(DeviceTile result, DeviceTile l, DeviceTile r, DeviceTile e, DeviceTile g, Causal causal)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                float sum = 0;
                for (int d = 0; j < allowed && d < l.Columns; d++)
                {
                    sum += l[i, d] * r[j, d] * MathF.Exp(e[i, d] - g[j, d]);
                }

                result.Put(i, j, sum, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedGramAdjoint(DeviceTile dl, DeviceTile dr, DeviceTile de, DeviceTile dg, DeviceTile d, DeviceTile l, DeviceTile r, DeviceTile e, DeviceTile g, Causal causal)
    {
        for (int i = dl.FirstRow; i < dl.Rows; i += dl.RowStep)
        {
            int allowed = Allowed(i, d.Rows, d.Columns, causal);
            for (int c = dl.FirstColumn; c < dl.Columns; c += dl.ColumnStep)
            {
                float sum = 0;
                for (int j = 0; j < allowed; j++)
                {
                    sum += d[i, j] * MathF.Exp(e[i, c] - g[j, c]) * r[j, c];
                }

                dl.Put(i, c, sum, Into.Add);
                de.Put(i, c, l[i, c] * sum, Into.Add);
            }
        }

        Synchronize();
        for (int j = dr.FirstRow; j < dr.Rows; j += dr.RowStep)
        {
            int first = FirstAllowed(j, d.Rows, d.Columns, causal);
            for (int c = dr.FirstColumn; c < dr.Columns; c += dr.ColumnStep)
            {
                float sum = 0;
                for (int i = first; i < d.Rows; i++)
                {
                    sum += d[i, j] * MathF.Exp(e[i, c] - g[j, c]) * l[i, c];
                }

                dr.Put(j, c, sum, Into.Add);
                dg.Put(j, c, r[j, c] * sum, Into.Subtract);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void DecayedGramsAdjoint(
        DeviceTile dl, DeviceTile dm, DeviceTile dr, DeviceTile de, DeviceTile dg, DeviceTile dStrict, DeviceTile dOther, DeviceTile l, DeviceTile m, DeviceTile r, DeviceTile e, DeviceTile g, Causal causal)
    {
        DecayedGramAdjoint(dl, dr, de, dg, dStrict, l, r, e, g, Causal.Strict);
        DecayedGramAdjoint(dm, dr, de, dg, dOther, m, r, e, g, causal);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedProduct(DeviceTile result, DeviceTile p, DeviceTile x, DeviceTile e, DeviceTile g, Causal causal, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int v = result.FirstColumn; v < result.Columns; v += result.ColumnStep)
            {
                result.Put(i, v, DecayedRow(p, x, e, g, causal, i, v), into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedProductAdjoint(DeviceTile dp, DeviceTile dx, DeviceTile de, DeviceTile dg, DeviceTile d, DeviceTile p, DeviceTile x, DeviceTile e, DeviceTile g, Causal causal)
    {
        for (int i = d.FirstRow; i < d.Rows; i += d.RowStep)
        {
            for (int v = d.FirstColumn; v < d.Columns; v += d.ColumnStep)
            {
                de.Put(i, v, d[i, v] * DecayedRow(p, x, e, g, causal, i, v), Into.Add);
            }
        }

        Synchronize();
        for (int j = dx.FirstRow; j < dx.Rows; j += dx.RowStep)
        {
            int first = FirstAllowed(j, p.Rows, p.Columns, causal);
            for (int v = dx.FirstColumn; v < dx.Columns; v += dx.ColumnStep)
            {
                float sum = 0;
                for (int i = first; i < p.Rows; i++)
                {
                    sum += p[i, j] * MathF.Exp(e[i, v] - g[j, v]) * d[i, v];
                }

                dx.Put(j, v, sum, Into.Add);
                dg.Put(j, v, x[j, v] * sum, Into.Subtract);
            }
        }

        Synchronize();
        for (int i = dp.FirstRow; i < dp.Rows; i += dp.RowStep)
        {
            int allowed = Allowed(i, dp.Rows, dp.Columns, causal);
            for (int j = dp.FirstColumn; j < allowed; j += dp.ColumnStep)
            {
                float sum = 0;
                for (int v = 0; v < d.Columns; v++)
                {
                    sum += d[i, v] * MathF.Exp(e[i, v] - g[j, v]) * x[j, v];
                }

                dp.Put(i, j, sum, Into.Add);
            }
        }

        Synchronize();
    }

    /// <summary>sum_j p_ij exp(e_iv - g_jv) x_jv over the columns that row i has.</summary>
    private static float DecayedRow(DeviceTile p, DeviceTile x, DeviceTile e, DeviceTile g, Causal causal, int i, int v)
    {
        int allowed = Allowed(i, p.Rows, p.Columns, causal);
        float sum = 0;
        for (int j = 0; j < allowed; j++)
        {
            sum += p[i, j] * MathF.Exp(e[i, v] - g[j, v]) * x[j, v];
        }

        return sum;
    }
}
