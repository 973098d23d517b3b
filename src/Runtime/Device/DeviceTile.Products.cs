using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>Copies and products.</content>
public readonly partial struct DeviceTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Clear(DeviceTile result)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, 0, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Identity(DeviceTile result, int column)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, i == column + j ? 1 : 0, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Copy(DeviceTile result, DeviceTile x, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, x[i, j], into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fetch(DeviceTile result, DeviceTile x)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, i < x.Rows ? x[i, j] : 0f, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void FetchColumn(DeviceTile result, DeviceTile x, int which) => Fetch(result, x);

    /// <inheritdoc/>
    public static void FetchNarrow(DeviceTile result, DeviceTile x) => Fetch(result, x);

    /// <inheritdoc/>
    public static void Widen(DeviceTile result, DeviceTile x)
    {
    }

    /// <inheritdoc/>
    public static int Height(int tokens, int chunk) => tokens;

    /// <inheritdoc/>
    public static void Trim(DeviceTile x, int row)
    {
    }

    /// <inheritdoc/>
    public static void FetchedFirst()
    {
    }

    /// <inheritdoc/>
    public static void ArriveFirst() => Synchronize();

    /// <inheritdoc/>
    /// <remarks>What was fetched is there already; kernels count on it that all threads wait for each other here.</remarks>
    public static void Arrive() => Synchronize();

    /// <inheritdoc/>
    public static void Expect(DeviceTile x, int part, int parts, int which)
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Transpose(DeviceTile result, DeviceTile x, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, x[j, i], into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Product(DeviceTile result, DeviceTile a, DeviceTile b, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                float sum = 0;
                for (int d = 0; d < a.Columns; d++)
                {
                    sum += a[i, d] * b[d, j];
                }

                result.Put(i, j, sum, into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void BeginProduct(DeviceTile result, DeviceTile a, DeviceTile b, Into into) => Product(result, a, b, into);

    /// <inheritdoc/>
    public static void BeginTransposedProduct(DeviceTile result, DeviceTile a, DeviceTile b, Into into) => TransposedProduct(result, a, b, into);

    /// <inheritdoc/>
    public static void AwaitProducts(int columns, int left)
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void TransposedProduct(DeviceTile result, DeviceTile a, DeviceTile b, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                float sum = 0;
                for (int d = 0; d < a.Rows; d++)
                {
                    sum += a[d, i] * b[d, j];
                }

                result.Put(i, j, sum, into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ProductTransposed(DeviceTile result, DeviceTile a, DeviceTile b, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, Dot(a, i, b, j), into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void AddExactProduct(DeviceTile result, DeviceTile a, DeviceTile b) => Product(result, a, b, Into.Add);

    /// <inheritdoc/>
    public static void AddExactTransposedProduct(DeviceTile result, DeviceTile a, DeviceTile b) => TransposedProduct(result, a, b, Into.Add);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Gram(DeviceTile result, DeviceTile l, DeviceTile r, Causal causal, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            int allowed = Allowed(i, result.Rows, result.Columns, causal);
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, j < allowed ? Dot(l, i, r, j) : 0, into);
            }
        }

        Synchronize();
    }

    private static float Dot(DeviceTile a, int i, DeviceTile b, int j)
    {
        float sum = 0;
        for (int d = 0; d < a.Columns; d++)
        {
            sum += a[i, d] * b[j, d];
        }

        return sum;
    }
}
