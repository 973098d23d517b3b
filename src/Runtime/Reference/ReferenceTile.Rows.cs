namespace AttentionDsl.Runtime;

/// <content>Sums over rows and columns, normalised and repeated rows.</content>
public readonly unsafe partial struct ReferenceTile
{
    /// <inheritdoc/>
    public static void CumulativeSum(ReferenceTile result, ReferenceTile x)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int j = 0; j < result.Columns; j++)
            {
                result[i, j] = x[i, j] + (i == 0 ? 0 : result[i - 1, j]);
            }
        }
    }

    /// <inheritdoc/>
    public static void ReverseCumulativeSum(ReferenceTile result, ReferenceTile x, Into into)
    {
        for (int j = 0; j < result.Columns; j++)
        {
            double sum = 0;
            for (int i = result.Rows - 1; i >= 0; i--)
            {
                sum += x[i, j];
                Put(ref result[i, j], sum, into);
            }
        }
    }

    /// <inheritdoc/>
    public static void RowSum(ReferenceTile result, ReferenceTile x, Into into)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            double sum = 0;
            for (int j = 0; j < x.Columns; j++)
            {
                sum += x[i, j];
            }

            Put(ref result[i, 0], sum, into);
        }
    }

    /// <inheritdoc/>
    public static void RowDot(ReferenceTile result, ReferenceTile a, ReferenceTile b, Into into)
    {
        for (int i = 0; i < a.Rows; i++)
        {
            double sum = 0;
            for (int j = 0; j < a.Columns; j++)
            {
                sum += a[i, j] * b[i, j];
            }

            Put(ref result[i, 0], sum, into);
        }
    }

    /// <inheritdoc/>
    public static void RowDotParts(ReferenceTile parts, ReferenceTile a, ReferenceTile b)
    {
        Clear(parts);
        for (int i = 0; i < a.Rows; i++)
        {
            for (int j = 0; j < a.Columns; j++)
            {
                parts[0, i] += a[i, j] * b[i, j];
            }
        }
    }

    /// <inheritdoc/>
    public static void SumOfParts(ReferenceTile result, ReferenceTile parts, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            double sum = 0;
            for (int part = 0; part < Padded.Parts; part++)
            {
                sum += parts[0, (part * result.Rows) + i];
            }

            Put(ref result[i, 0], sum, into);
        }
    }

    /// <inheritdoc/>
    public static void ColumnSum(ReferenceTile result, ReferenceTile x, Into into)
    {
        for (int j = 0; j < x.Columns; j++)
        {
            double sum = 0;
            for (int i = 0; i < x.Rows; i++)
            {
                sum += x[i, j];
            }

            Put(ref result[0, j], sum, into);
        }
    }

    /// <inheritdoc/>
    public static void Sum(ReferenceTile result, ReferenceTile x, Into into)
    {
        double sum = 0;
        for (int i = 0; i < x.Rows; i++)
        {
            for (int j = 0; j < x.Columns; j++)
            {
                sum += x[i, j];
            }
        }

        Put(ref result[0, 0], sum, into);
    }

    /// <inheritdoc/>
    public static void Normalize(ReferenceTile result, ReferenceTile x)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            double scale = InverseLength(x, i);
            for (int j = 0; j < x.Columns; j++)
            {
                result[i, j] = x[i, j] * scale;
            }
        }
    }

    /// <inheritdoc/>
    public static void NormalizeAdjoint(ReferenceTile dx, ReferenceTile d, ReferenceTile x, Into into)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            double scale = InverseLength(x, i), along = 0;
            for (int j = 0; j < x.Columns; j++)
            {
                along += x[i, j] * scale * d[i, j];
            }

            for (int j = 0; j < x.Columns; j++)
            {
                Put(ref dx[i, j], (d[i, j] - (x[i, j] * scale * along)) * scale, into);
            }
        }
    }

    /// <inheritdoc/>
    public static void Repeat(ReferenceTile result, ReferenceTile x)
    {
        int n = result.Rows / x.Rows;
        for (int i = 0; i < result.Rows; i++)
        {
            for (int j = 0; j < result.Columns; j++)
            {
                result[i, j] = x[i / n, j];
            }
        }
    }

    /// <inheritdoc/>
    public static void RepeatAdjoint(ReferenceTile dx, ReferenceTile d)
    {
        int n = d.Rows / dx.Rows;
        for (int i = 0; i < d.Rows; i++)
        {
            for (int j = 0; j < d.Columns; j++)
            {
                dx[i / n, j] += d[i, j];
            }
        }
    }

    private static double InverseLength(ReferenceTile x, int row)
    {
        double sum = NormEpsilon;
        for (int j = 0; j < x.Columns; j++)
        {
            sum += x[row, j] * x[row, j];
        }

        return 1 / Math.Sqrt(sum);
    }
}
