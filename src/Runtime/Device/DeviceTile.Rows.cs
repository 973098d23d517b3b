using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Sums over rows and columns, normalised and repeated rows.</content>
public readonly partial struct DeviceTile
{
    /// <summary>Threads of a group at most: the sum of a tile keeps one number a thread.</summary>
    public const int MaxGroupSize = 256;

    private const float NormEpsilon = 1e-6f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CumulativeSum(DeviceTile result, DeviceTile x)
    {
        for (int j = Group.IdxX; j < result.Columns; j += Group.DimX)
        {
            float sum = 0;
            for (int i = 0; i < result.Rows; i++)
            {
                sum += x[i, j];
                result.Put(i, j, sum, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ReverseCumulativeSum(DeviceTile result, DeviceTile x, Into into)
    {
        for (int j = Group.IdxX; j < result.Columns; j += Group.DimX)
        {
            float sum = 0;
            for (int i = result.Rows - 1; i >= 0; i--)
            {
                sum += x[i, j];
                result.Put(i, j, sum, into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RowSum(DeviceTile result, DeviceTile x, Into into)
    {
        for (int i = Group.IdxX; i < x.Rows; i += Group.DimX)
        {
            float sum = 0;
            for (int j = 0; j < x.Columns; j++)
            {
                sum += x[i, j];
            }

            result.Put(i, 0, sum, into);
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RowDot(DeviceTile result, DeviceTile a, DeviceTile b, Into into)
    {
        for (int i = Group.IdxX; i < a.Rows; i += Group.DimX)
        {
            result.Put(i, 0, Dot(a, b, i), into);
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RowDotParts(DeviceTile parts, DeviceTile a, DeviceTile b)
    {
        for (int i = Group.IdxX; i < a.Rows; i += Group.DimX)
        {
            parts.PutFirstPart(i, a.Rows, Dot(a, b, i));
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SumOfParts(DeviceTile result, DeviceTile parts, Into into)
    {
        for (int i = Group.IdxX; i < result.Rows; i += Group.DimX)
        {
            float sum = 0;
            for (int part = 0; part < Padded.Parts; part++)
            {
                sum += parts[0, (part * result.Rows) + i];
            }

            result.Put(i, 0, sum, into);
        }

        Synchronize();
    }

    private static float Dot(DeviceTile a, DeviceTile b, int row)
    {
        float sum = 0;
        for (int j = 0; j < a.Columns; j++)
        {
            sum += a[row, j] * b[row, j];
        }

        return sum;
    }

    /// <summary>The first part of a row's sum, which is all of it.</summary>
    private void PutFirstPart(int row, int rows, float sum)
    {
        for (int part = 0; part < Padded.Parts; part++)
        {
            Put(0, (part * rows) + row, part == 0 ? sum : 0f, Into.Set);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ColumnSum(DeviceTile result, DeviceTile x, Into into)
    {
        for (int j = Group.IdxX; j < x.Columns; j += Group.DimX)
        {
            float sum = 0;
            for (int i = 0; i < x.Rows; i++)
            {
                sum += x[i, j];
            }

            result.Put(0, j, sum, into);
        }

        Synchronize();
    }

    /// <inheritdoc/>
    /// <remarks>A sum a thread, then the first thread adds those up: always in the same order.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Sum(DeviceTile result, DeviceTile x, Into into)
    {
        ArrayView<float> sums = SharedMemory.Allocate<float>(MaxGroupSize);
        float own = 0;
        for (int i = x.FirstRow; i < x.Rows; i += x.RowStep)
        {
            for (int j = x.FirstColumn; j < x.Columns; j += x.ColumnStep)
            {
                own += x[i, j];
            }
        }

        sums[Group.IdxX] = own;
        Synchronize();
        if (Group.IdxX == 0)
        {
            float sum = 0;
            for (int i = 0; i < Group.DimX; i++)
            {
                sum += sums[i];
            }

            result.Put(0, 0, sum, into);
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Normalize(DeviceTile result, DeviceTile x)
    {
        for (int i = Group.IdxX; i < x.Rows; i += Group.DimX)
        {
            float scale = InverseLength(x, i);
            for (int j = 0; j < x.Columns; j++)
            {
                result.Put(i, j, x[i, j] * scale, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void NormalizeAdjoint(DeviceTile dx, DeviceTile d, DeviceTile x, Into into)
    {
        for (int i = Group.IdxX; i < x.Rows; i += Group.DimX)
        {
            float scale = InverseLength(x, i), along = 0;
            for (int j = 0; j < x.Columns; j++)
            {
                along += x[i, j] * scale * d[i, j];
            }

            for (int j = 0; j < x.Columns; j++)
            {
                dx.Put(i, j, (d[i, j] - (x[i, j] * scale * along)) * scale, into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Repeat(DeviceTile result, DeviceTile x)
    {
        int n = result.Rows / x.Rows;
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, x[i / n, j], Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RepeatAdjoint(DeviceTile dx, DeviceTile d)
    {
        int n = d.Rows / dx.Rows;
        for (int t = dx.FirstRow; t < dx.Rows; t += dx.RowStep)
        {
            for (int j = dx.FirstColumn; j < dx.Columns; j += dx.ColumnStep)
            {
                float sum = 0;
                for (int i = t * n; i < (t + 1) * n; i++)
                {
                    sum += d[i, j];
                }

                dx.Put(t, j, sum, Into.Add);
            }
        }

        Synchronize();
    }

    private static float InverseLength(DeviceTile x, int row)
    {
        float sum = NormEpsilon;
        for (int j = 0; j < x.Columns; j++)
        {
            sum += x[row, j] * x[row, j];
        }

        return 1 / MathF.Sqrt(sum);
    }
}
