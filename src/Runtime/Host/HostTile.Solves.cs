using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <content>Triangular systems.</content>
public readonly unsafe partial struct HostTile
{
    /// <inheritdoc/>
    public static void Mirror(HostTile x)
    {
        for (int j = 0; j < x.Columns; j++)
        {
            for (int i = 0; i < j; i++)
            {
                x.Row(i)[j] = x.Row(j)[i];
            }
        }
    }

    /// <inheritdoc/>
    public static void ScaleRows(HostTile result, HostTile x, HostTile s)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            for (int j = 0; j < x.Columns; j++)
            {
                result.Row(i)[j] = s.Row(i)[0] * x.Row(i)[j];
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaledRows(HostTile result, HostTile x, HostTile s)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            HostLanes scale = s.Spread(i, 0);
            for (int j = 0; j < result.Columns; j += HostLanes.Count)
            {
                result.Store(i, j, result.Load(i, j) + (scale * x.Load(i, j)));
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SolveUnitLower(HostTile result, HostTile l, HostTile x)
    {
        if (RegisterSolve.Takes(result.Width))
        {
            RegisterSolve.Run(result.data, result.stride, x.data, x.stride, l.data, l.stride, 1, result.Rows, result.Width);
            return;
        }

        CopyRows(result, x);
        for (int i = 0; i < result.Rows; i += 4)
        {
            // What all earlier rows contribute to four rows is a product; the rest is a triangle of their own.
            int rows = Math.Min(4, result.Rows - i);
            RegisterTile.Multiply(result.Row(i), result.stride, l.Row(i), l.stride, 1, result.data, result.stride, rows, result.Width, i, Into.Subtract);
            for (int row = i + 1; row < i + rows; row++)
            {
                for (int j = i; j < row; j++)
                {
                    SubtractMultiple(result.Row(row), l.Row(row)[j], result.Row(j), result.Width);
                }
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SolveUnitLowerTransposed(HostTile result, HostTile l, HostTile x)
    {
        if (RegisterSolve.Takes(result.Width))
        {
            int last = result.Rows - 1;
            RegisterSolve.Run(result.Row(last), -result.stride, x.Row(last), -x.stride, l.Row(last) + last, -1, -l.stride, result.Rows, result.Width);
            return;
        }

        CopyRows(result, x);
        for (int end = result.Rows; end > 0; end -= 4)
        {
            int first = Math.Max(0, end - 4), later = result.Rows - end;
            RegisterTile.Multiply(
                result.Row(first), result.stride, l.Row(end) + first, 1, l.stride, result.Row(end), result.stride, end - first, result.Width, later, Into.Subtract);
            for (int j = end - 2; j >= first; j--)
            {
                for (int i = j + 1; i < end; i++)
                {
                    SubtractMultiple(result.Row(j), l.Row(i)[j], result.Row(i), result.Width);
                }
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Row after row. The host solves as it goes: nothing that runs here asks for an inverse.</remarks>
    public static void InvertUnitLower(HostTile inverse, HostTile l)
    {
        int n = l.Rows;
        float* rows = inverse.Row(0);
        for (int i = 0; i < n; i++)
        {
            for (int v = 0; v < n; v++)
            {
                float value = i == v ? 1f : 0f;
                for (int j = v; j < i; j++)
                {
                    value -= l.Row(i)[j] * rows[(j * n) + v];
                }

                rows[(i * n) + v] = value;
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SolveByInverse(HostTile result, HostTile inverse, HostTile x)
    {
        CopyRows(result, x);

        // The last row first: those above are what the result may still be read as. The diagonal holds ones.
        for (int i = result.Rows - 1; i >= 0; i--)
        {
            for (int j = 0; j < i; j++)
            {
                SubtractMultiple(result.Row(i), -inverse.Row(0)[(i * result.Rows) + j], result.Row(j), result.Width);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SolveByInverseTransposed(HostTile result, HostTile inverse, HostTile x)
    {
        CopyRows(result, x);
        for (int j = 0; j < result.Rows; j++)
        {
            for (int i = j + 1; i < result.Rows; i++)
            {
                SubtractMultiple(result.Row(j), -inverse.Row(0)[(i * result.Rows) + j], result.Row(i), result.Width);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DecayedSolve(HostTile result, HostTile l, HostTile x, HostTile g)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            for (int v = 0; v < result.Columns; v += 16)
            {
                Vector512<float> value = Vector512.Load(x.Row(i) + v), decay = Vector512.Load(g.Row(i) + v);
                for (int j = 0; j < i; j++)
                {
                    Vector512<float> w = LaneMath.Exp(decay - Vector512.Load(g.Row(j) + v)) * l.Row(i)[j];
                    value -= w * Vector512.Load(result.Row(j) + v);
                }

                value.Store(result.Row(i) + v);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DecayedSolveTransposed(HostTile result, HostTile l, HostTile x, HostTile g)
    {
        for (int j = result.Rows - 1; j >= 0; j--)
        {
            for (int v = 0; v < result.Columns; v += 16)
            {
                Vector512<float> value = Vector512.Load(x.Row(j) + v), decay = Vector512.Load(g.Row(j) + v);
                for (int i = j + 1; i < result.Rows; i++)
                {
                    Vector512<float> w = LaneMath.Exp(Vector512.Load(g.Row(i) + v) - decay) * l.Row(i)[j];
                    value -= w * Vector512.Load(result.Row(i) + v);
                }

                value.Store(result.Row(j) + v);
            }
        }
    }

    private static void CopyRows(HostTile result, HostTile x)
    {
        if (result.data != x.data)
        {
            Copy(result, x, Into.Set);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SubtractMultiple(float* to, float factor, float* from, int width)
    {
        Vector512<float> negative = Vector512.Create(-factor);
        for (int v = 0; v < width; v += 16)
        {
            Vector512.FusedMultiplyAdd(negative, Vector512.Load(from + v), Vector512.Load(to + v)).Store(to + v);
        }
    }
}
