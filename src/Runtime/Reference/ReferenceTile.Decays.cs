namespace AttentionDsl.Runtime;

/// <content>Sums over causal pairs with a decay.</content>
public readonly unsafe partial struct ReferenceTile
{
    /// <inheritdoc/>
    public static void DecayedGrams(ReferenceTile strict, ReferenceTile other, ReferenceTile l, ReferenceTile m, ReferenceTile r, ReferenceTile e, ReferenceTile g, Causal causal)
    {
        DecayedGram(strict, l, r, e, g, Causal.Strict);
        DecayedGram(other, m, r, e, g, causal);
    }

    /// <inheritdoc/>
    public static void Decay(ReferenceTile result, ReferenceTile x, ReferenceTile e, ReferenceTile g, Causal causal, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            for (int j = 0; j < result.Columns; j++)
            {
                Put(ref result[i, j], j < allowed ? x[i, j] * Math.Exp(e[i, 0] - g[j, 0]) : 0, into);
            }
        }
    }

    /// <inheritdoc/>
    public static void DecayAdjointParts(ReferenceTile parts, ReferenceTile w, ReferenceTile l, ReferenceTile r)
    {
        Clear(parts);
        for (int i = 0; i < w.Rows; i++)
        {
            double sum = 0;
            for (int j = 0; j < w.Rows; j++)
            {
                (int late, int early) = j < i ? (i, j) : (j, i);
                for (int d = 0; j != i && d < l.Columns; d++)
                {
                    sum += (j < i ? w[late, early] : -w[late, early]) * l[late, d] * r[early, d];
                }
            }

            parts[0, i] = sum;
        }
    }

    /// <inheritdoc/>
    public static void DecayedGram(ReferenceTile result, ReferenceTile l, ReferenceTile r, ReferenceTile e, ReferenceTile g, Causal causal)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            for (int j = 0; j < result.Columns; j++)
            {
                double sum = 0;
                for (int d = 0; j < allowed && d < l.Columns; d++)
                {
                    sum += l[i, d] * r[j, d] * Math.Exp(e[i, d] - g[j, d]);
                }

                result[i, j] = sum;
            }
        }
    }

    /// <inheritdoc/>
    public static void DecayedGramAdjoint(ReferenceTile dl, ReferenceTile dr, ReferenceTile de, ReferenceTile dg, ReferenceTile d, ReferenceTile l, ReferenceTile r, ReferenceTile e, ReferenceTile g, Causal causal)
    {
        for (int i = 0; i < d.Rows; i++)
        {
            int allowed = Allowed(i, d.Rows, d.Columns, causal);
            for (int j = 0; j < allowed; j++)
            {
                for (int c = 0; c < l.Columns; c++)
                {
                    double w = d[i, j] * Math.Exp(e[i, c] - g[j, c]);
                    dl[i, c] += w * r[j, c];
                    dr[j, c] += w * l[i, c];
                    de[i, c] += w * l[i, c] * r[j, c];
                    dg[j, c] -= w * l[i, c] * r[j, c];
                }
            }
        }
    }

    /// <inheritdoc/>
    public static void DecayedGramsAdjoint(
        ReferenceTile dl, ReferenceTile dm, ReferenceTile dr, ReferenceTile de, ReferenceTile dg, ReferenceTile dStrict, ReferenceTile dOther, ReferenceTile l, ReferenceTile m, ReferenceTile r, ReferenceTile e, ReferenceTile g, Causal causal)
    {
        DecayedGramAdjoint(dl, dr, de, dg, dStrict, l, r, e, g, Causal.Strict);
        DecayedGramAdjoint(dm, dr, de, dg, dOther, m, r, e, g, causal);
    }

    /// <inheritdoc/>
    public static void DecayedProduct(ReferenceTile result, ReferenceTile p, ReferenceTile x, ReferenceTile e, ReferenceTile g, Causal causal, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            int allowed = Allowed(i, p.Rows, p.Columns, causal);
            for (int v = 0; v < result.Columns; v++)
            {
                double sum = 0;
                for (int j = 0; j < allowed; j++)
                {
                    sum += p[i, j] * Math.Exp(e[i, v] - g[j, v]) * x[j, v];
                }

                Put(ref result[i, v], sum, into);
            }
        }
    }

    /// <inheritdoc/>
    public static void DecayedProductAdjoint(ReferenceTile dp, ReferenceTile dx, ReferenceTile de, ReferenceTile dg, ReferenceTile d, ReferenceTile p, ReferenceTile x, ReferenceTile e, ReferenceTile g, Causal causal)
    {
        for (int i = 0; i < p.Rows; i++)
        {
            int allowed = Allowed(i, p.Rows, p.Columns, causal);
            for (int j = 0; j < allowed; j++)
            {
                for (int v = 0; v < d.Columns; v++)
                {
                    double w = d[i, v] * Math.Exp(e[i, v] - g[j, v]);
                    dp[i, j] += w * x[j, v];
                    dx[j, v] += w * p[i, j];
                    de[i, v] += w * p[i, j] * x[j, v];
                    dg[j, v] -= w * p[i, j] * x[j, v];
                }
            }
        }
    }
}
