namespace AttentionDsl.Runtime;

/// <content>Copies and products.</content>
public readonly unsafe partial struct ReferenceTile
{
    /// <inheritdoc/>
    public static void Clear(ReferenceTile result)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int j = 0; j < result.Columns; j++)
            {
                result[i, j] = 0;
            }
        }
    }

    /// <inheritdoc/>
    public static void Identity(ReferenceTile result, int column)
    {
        Clear(result);
        for (int j = 0; j < result.Columns && column + j < result.Rows; j++)
        {
            result[column + j, j] = 1;
        }
    }

    /// <inheritdoc/>
    public static void Copy(ReferenceTile result, ReferenceTile x, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int j = 0; j < result.Columns; j++)
            {
                Put(ref result[i, j], x[i, j], into);
            }
        }
    }

    /// <inheritdoc/>
    public static void Fetch(ReferenceTile result, ReferenceTile x)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int j = 0; j < result.Columns; j++)
            {
                result[i, j] = i < x.Rows ? x[i, j] : 0;
            }
        }
    }

    /// <inheritdoc/>
    public static void FetchNarrow(ReferenceTile result, ReferenceTile x) => Fetch(result, x);

    /// <inheritdoc/>
    public static void Widen(ReferenceTile result, ReferenceTile x)
    {
    }

    /// <inheritdoc/>
    public static int Height(int tokens, int chunk) => tokens;

    /// <inheritdoc/>
    public static void Trim(ReferenceTile x, int row)
    {
    }

    /// <inheritdoc/>
    public static void FetchedFirst()
    {
    }

    /// <inheritdoc/>
    public static void ArriveFirst()
    {
    }

    /// <inheritdoc/>
    public static void Arrive()
    {
    }

    /// <inheritdoc/>
    public static void Expect(ReferenceTile x, int part, int parts, int which)
    {
    }

    /// <inheritdoc/>
    public static void Transpose(ReferenceTile result, ReferenceTile x, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int j = 0; j < result.Columns; j++)
            {
                Put(ref result[i, j], x[j, i], into);
            }
        }
    }

    /// <inheritdoc/>
    public static void Product(ReferenceTile result, ReferenceTile a, ReferenceTile b, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int j = 0; j < result.Columns; j++)
            {
                double sum = 0;
                for (int d = 0; d < a.Columns; d++)
                {
                    sum += a[i, d] * b[d, j];
                }

                Put(ref result[i, j], sum, into);
            }
        }
    }

    /// <inheritdoc/>
    public static void TransposedProduct(ReferenceTile result, ReferenceTile a, ReferenceTile b, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int j = 0; j < result.Columns; j++)
            {
                double sum = 0;
                for (int d = 0; d < a.Rows; d++)
                {
                    sum += a[d, i] * b[d, j];
                }

                Put(ref result[i, j], sum, into);
            }
        }
    }

    /// <inheritdoc/>
    public static void ProductTransposed(ReferenceTile result, ReferenceTile a, ReferenceTile b, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int j = 0; j < result.Columns; j++)
            {
                double sum = 0;
                for (int d = 0; d < a.Columns; d++)
                {
                    sum += a[i, d] * b[j, d];
                }

                Put(ref result[i, j], sum, into);
            }
        }
    }

    /// <inheritdoc/>
    public static void AddExactProduct(ReferenceTile result, ReferenceTile a, ReferenceTile b) => Product(result, a, b, Into.Add);

    /// <inheritdoc/>
    public static void AddExactTransposedProduct(ReferenceTile result, ReferenceTile a, ReferenceTile b) => TransposedProduct(result, a, b, Into.Add);

    /// <inheritdoc/>
    public static void Gram(ReferenceTile result, ReferenceTile l, ReferenceTile r, Causal causal, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            for (int j = 0; j < result.Columns; j++)
            {
                double sum = 0;
                for (int d = 0; j < allowed && d < l.Columns; d++)
                {
                    sum += l[i, d] * r[j, d];
                }

                Put(ref result[i, j], sum, into);
            }
        }
    }
}
