namespace AttentionDsl.Runtime;

/// <content>Triangular systems.</content>
public readonly unsafe partial struct ReferenceTile
{
    /// <inheritdoc/>
    public static void Mirror(ReferenceTile x)
    {
        for (int j = 0; j < x.Columns; j++)
        {
            for (int i = 0; i < j; i++)
            {
                x[i, j] = x[j, i];
            }
        }
    }

    /// <inheritdoc/>
    public static void ScaleRows(ReferenceTile result, ReferenceTile x, ReferenceTile s)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            for (int v = 0; v < x.Columns; v++)
            {
                result[i, v] = s[i, 0] * x[i, v];
            }
        }
    }

    /// <inheritdoc/>
    public static void AddScaledRows(ReferenceTile result, ReferenceTile x, ReferenceTile s)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            for (int v = 0; v < x.Columns; v++)
            {
                result[i, v] += s[i, 0] * x[i, v];
            }
        }
    }

    /// <inheritdoc/>
    public static void SolveUnitLower(ReferenceTile result, ReferenceTile l, ReferenceTile x)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int v = 0; v < result.Columns; v++)
            {
                double value = x[i, v];
                for (int j = 0; j < i; j++)
                {
                    value -= l[i, j] * result[j, v];
                }

                result[i, v] = value;
            }
        }
    }

    /// <inheritdoc/>
    public static void SolveUnitLowerTransposed(ReferenceTile result, ReferenceTile l, ReferenceTile x)
    {
        for (int j = result.Rows - 1; j >= 0; j--)
        {
            for (int v = 0; v < result.Columns; v++)
            {
                double value = x[j, v];
                for (int i = j + 1; i < result.Rows; i++)
                {
                    value -= l[i, j] * result[i, v];
                }

                result[j, v] = value;
            }
        }
    }

    /// <inheritdoc/>
    public static void InvertUnitLower(ReferenceTile inverse, ReferenceTile l)
    {
        for (int i = 0; i < l.Rows; i++)
        {
            for (int v = 0; v < l.Rows; v++)
            {
                double value = i == v ? 1 : 0;
                for (int j = 0; j < i; j++)
                {
                    value -= l[i, j] * inverse[0, (j * l.Rows) + v];
                }

                inverse[0, (i * l.Rows) + v] = value;
            }
        }
    }

    /// <inheritdoc/>
    public static void SolveByInverse(ReferenceTile result, ReferenceTile inverse, ReferenceTile x)
    {
        // Rows above are what a result may still be read as.
        for (int i = result.Rows - 1; i >= 0; i--)
        {
            for (int v = 0; v < result.Columns; v++)
            {
                double value = 0;
                for (int j = 0; j <= i; j++)
                {
                    value += inverse[0, (i * result.Rows) + j] * x[j, v];
                }

                result[i, v] = value;
            }
        }
    }

    /// <inheritdoc/>
    public static void SolveByInverseTransposed(ReferenceTile result, ReferenceTile inverse, ReferenceTile x)
    {
        for (int j = 0; j < result.Rows; j++)
        {
            for (int v = 0; v < result.Columns; v++)
            {
                double value = 0;
                for (int i = j; i < result.Rows; i++)
                {
                    value += inverse[0, (i * result.Rows) + j] * x[i, v];
                }

                result[j, v] = value;
            }
        }
    }

    /// <inheritdoc/>
    public static void DecayedSolve(ReferenceTile result, ReferenceTile l, ReferenceTile x, ReferenceTile g)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int v = 0; v < result.Columns; v++)
            {
                double value = x[i, v];
                for (int j = 0; j < i; j++)
                {
                    value -= l[i, j] * Math.Exp(g[i, v] - g[j, v]) * result[j, v];
                }

                result[i, v] = value;
            }
        }
    }

    /// <inheritdoc/>
    public static void DecayedSolveTransposed(ReferenceTile result, ReferenceTile l, ReferenceTile x, ReferenceTile g)
    {
        for (int j = result.Rows - 1; j >= 0; j--)
        {
            for (int v = 0; v < result.Columns; v++)
            {
                double value = x[j, v];
                for (int i = j + 1; i < result.Rows; i++)
                {
                    value -= l[i, j] * Math.Exp(g[i, v] - g[j, v]) * result[i, v];
                }

                result[j, v] = value;
            }
        }
    }
}
