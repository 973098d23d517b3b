using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>Triangular systems. Columns are independent: a thread solves whole columns and needs no barrier inside.</content>
public readonly partial struct DeviceTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SolveUnitLower(DeviceTile result, DeviceTile l, DeviceTile x)
    {
        for (int v = ILGPU.Group.IdxX; v < result.Columns; v += ILGPU.Group.DimX)
        {
            for (int i = 0; i < result.Rows; i++)
            {
                float value = x[i, v];
                for (int j = 0; j < i; j++)
                {
                    value -= l[i, j] * result[j, v];
                }

                result.Put(i, v, value, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void Mirror(DeviceTile x)
    {
        for (int j = ILGPU.Group.IdxX; j < x.Columns; j += ILGPU.Group.DimX)
        {
            for (int i = 0; i < j; i++)
            {
                x.Put(i, j, x[j, i], Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void ScaleRows(DeviceTile result, DeviceTile x, DeviceTile s)
    {
        for (int v = ILGPU.Group.IdxX; v < x.Columns; v += ILGPU.Group.DimX)
        {
            for (int i = 0; i < x.Rows; i++)
            {
                result.Put(i, v, s[i, 0] * x[i, v], Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void AddScaledRows(DeviceTile result, DeviceTile x, DeviceTile s)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, s[i, 0] * x[i, j], Into.Add);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    public static void ScaledGram(DeviceTile result, DeviceTile l, DeviceTile r, DeviceTile s, Causal causal)
    {
        Gram(result, l, r, causal, Into.Set);
        ScaleRows(result, result, s);
    }

    /// <inheritdoc/>
    public static void DecayedScaledGram(DeviceTile result, DeviceTile l, DeviceTile r, DeviceTile s, DeviceTile e, DeviceTile g, Causal causal)
    {
        Gram(result, l, r, causal, Into.Set);
        Decay(result, result, e, g, causal, Into.Set);
        ScaleRows(result, result, s);
    }

    /// <inheritdoc/>
    public static void ScaleAndAddProduct(DeviceTile result, DeviceTile x, DeviceTile s, DeviceTile a, DeviceTile b)
    {
        ScaleRows(result, x, s);
        Product(result, a, b, Into.Add);
    }

    /// <inheritdoc/>
    public static void ScaleAndAddTransposedProduct(DeviceTile result, DeviceTile x, DeviceTile s, DeviceTile a, DeviceTile b)
    {
        ScaleRows(result, x, s);
        TransposedProduct(result, a, b, Into.Add);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SolveUnitLowerTransposed(DeviceTile result, DeviceTile l, DeviceTile x)
    {
        for (int v = ILGPU.Group.IdxX; v < result.Columns; v += ILGPU.Group.DimX)
        {
            for (int j = result.Rows - 1; j >= 0; j--)
            {
                float value = x[j, v];
                for (int i = j + 1; i < result.Rows; i++)
                {
                    value -= l[i, j] * result[i, v];
                }

                result.Put(j, v, value, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void InvertUnitLower(DeviceTile inverse, DeviceTile l)
    {
        for (int v = ILGPU.Group.IdxX; v < l.Rows; v += ILGPU.Group.DimX)
        {
            for (int i = 0; i < l.Rows; i++)
            {
                float value = i == v ? 1f : 0f;
                for (int j = 0; j < i; j++)
                {
                    value -= l[i, j] * inverse[0, (j * l.Rows) + v];
                }

                inverse.Put(0, (i * l.Rows) + v, value, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SolveByInverse(DeviceTile result, DeviceTile inverse, DeviceTile x)
    {
        for (int v = ILGPU.Group.IdxX; v < result.Columns; v += ILGPU.Group.DimX)
        {
            // The last row first: those above are what the result may still be read as.
            for (int i = result.Rows - 1; i >= 0; i--)
            {
                float value = 0f;
                for (int j = 0; j <= i; j++)
                {
                    value += inverse[0, (i * result.Rows) + j] * x[j, v];
                }

                result.Put(i, v, value, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SolveByInverseTransposed(DeviceTile result, DeviceTile inverse, DeviceTile x)
    {
        for (int v = ILGPU.Group.IdxX; v < result.Columns; v += ILGPU.Group.DimX)
        {
            for (int j = 0; j < result.Rows; j++)
            {
                float value = 0f;
                for (int i = j; i < result.Rows; i++)
                {
                    value += inverse[0, (i * result.Rows) + j] * x[i, v];
                }

                result.Put(j, v, value, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedSolve(DeviceTile result, DeviceTile l, DeviceTile x, DeviceTile g)
    {
        for (int v = ILGPU.Group.IdxX; v < result.Columns; v += ILGPU.Group.DimX)
        {
            for (int i = 0; i < result.Rows; i++)
            {
                float value = x[i, v];
                for (int j = 0; j < i; j++)
                {
                    value -= l[i, j] * MathF.Exp(g[i, v] - g[j, v]) * result[j, v];
                }

                result.Put(i, v, value, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedSolveTransposed(DeviceTile result, DeviceTile l, DeviceTile x, DeviceTile g)
    {
        for (int v = ILGPU.Group.IdxX; v < result.Columns; v += ILGPU.Group.DimX)
        {
            for (int j = result.Rows - 1; j >= 0; j--)
            {
                float value = x[j, v];
                for (int i = j + 1; i < result.Rows; i++)
                {
                    value -= l[i, j] * MathF.Exp(g[i, v] - g[j, v]) * result[i, v];
                }

                result.Put(j, v, value, Into.Set);
            }
        }

        Synchronize();
    }
}
