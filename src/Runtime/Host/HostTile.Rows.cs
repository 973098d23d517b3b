using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <content>Sums over rows and columns, normalised and repeated rows.</content>
public readonly unsafe partial struct HostTile
{
    private const float NormEpsilon = 1e-6f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CumulativeSum(HostTile result, HostTile x)
    {
        for (int j = 0; j < result.Columns; j += 16)
        {
            Vector512<float> sum = default;
            for (int i = 0; i < result.Rows; i++)
            {
                sum += Vector512.Load(x.Row(i) + j);
                sum.Store(result.Row(i) + j);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReverseCumulativeSum(HostTile result, HostTile x, Into into)
    {
        for (int j = 0; j < result.Columns; j += 16)
        {
            Vector512<float> sum = default;
            for (int i = result.Rows - 1; i >= 0; i--)
            {
                sum += Vector512.Load(x.Row(i) + j);
                Put(result.Row(i) + j, sum, into);
            }
        }
    }

    /// <inheritdoc/>
    public static void RowSum(HostTile result, HostTile x, Into into)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            Put(ref *result.Row(i), SumOfRow(x.Row(i), x.Columns), into);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RowDot(HostTile result, HostTile a, HostTile b, Into into)
    {
        if (b.Rows >= Ahead.Many)
        {
            Ahead.Own.Expect(b.data, b.stride, b.Rows, b.Columns & ~15);
        }

        // Four rows at a time: a row's sum waits for itself alone.
        int i = 0;
        for (; i + 4 <= a.Rows && a.Columns == a.Width; i += 4)
        {
            float* x = a.Row(i), y = b.Row(i);
            long x2 = 2 * a.stride, x3 = 3 * a.stride, y2 = 2 * b.stride, y3 = 3 * b.stride;
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            for (int j = 0; j < a.Columns; j += 16, x += 16, y += 16)
            {
                s0 = Vector512.FusedMultiplyAdd(Vector512.Load(x), Vector512.Load(y), s0);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Load(x + a.stride), Vector512.Load(y + b.stride), s1);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Load(x + x2), Vector512.Load(y + y2), s2);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Load(x + x3), Vector512.Load(y + y3), s3);
            }

            Put(ref *result.Row(i), Vector512.Sum(s0), into);
            Put(ref *result.Row(i + 1), Vector512.Sum(s1), into);
            Put(ref *result.Row(i + 2), Vector512.Sum(s2), into);
            Put(ref *result.Row(i + 3), Vector512.Sum(s3), into);
        }

        for (; i < a.Rows; i++)
        {
            Put(ref *result.Row(i), Dot(a.Row(i), b.Row(i), a.Columns), into);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The host's kernels do not ask for parts: nobody waits there for a whole sum.</remarks>
    public static void RowDotParts(HostTile parts, HostTile a, HostTile b)
    {
        Clear(parts);
        for (int i = 0; i < a.Rows; i++)
        {
            RowDot(parts.Block(0, 1, i, 1), a.Block(i, 1, 0, a.Columns), b.Block(i, 1, 0, b.Columns), Into.Set);
        }
    }

    /// <inheritdoc/>
    public static void SumOfParts(HostTile result, HostTile parts, Into into)
    {
        for (int i = 0; i < result.Rows; i++)
        {
            float sum = 0;
            for (int part = 0; part < Padded.Parts; part++)
            {
                sum += parts.Row(0)[(part * result.Rows) + i];
            }

            Put(ref *result.Row(i), sum, into);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ColumnSum(HostTile result, HostTile x, Into into)
    {
        for (int j = 0; j < x.Columns; j += 16)
        {
            Vector512<float> sum = default;
            for (int i = 0; i < x.Rows; i++)
            {
                sum += Vector512.Load(x.Row(i) + j);
            }

            Put(result.data + j, sum, into);
        }
    }

    /// <inheritdoc/>
    public static void Sum(HostTile result, HostTile x, Into into)
    {
        float sum = x.Columns == 1 ? SumOfColumn(x) : 0;
        for (int i = 0; i < x.Rows && x.Columns > 1; i++)
        {
            sum += SumOfRow(x.Row(i), x.Columns);
        }

        Put(ref *result.data, sum, into);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(HostTile result, HostTile x)
    {
        for (int i = 0; i < x.Rows; i++)
        {
            float* from = x.Row(i), to = result.Row(i);
            Vector512<float> scale = Vector512.Create(1 / MathF.Sqrt(Dot(from, from, x.Columns) + NormEpsilon));
            for (int j = 0; j < x.Columns; j += 16)
            {
                (Vector512.Load(from + j) * scale).Store(to + j);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void NormalizeAdjoint(HostTile dx, HostTile d, HostTile x, Into into)
    {
        if (!dx.HasWholeRegisters)
        {
            var own = new HostTile(Workspace.Of((long)x.Rows * x.Width), x.Rows, x.Width, x.Width);
            NormalizeAdjoint(own, d, x, Into.Set);
            Copy(dx, own, into);
            return;
        }

        bool past = into == Into.Set && dx.IsApart && dx.IsWholeLines;
        for (int i = 0; i < x.Rows; i++)
        {
            float* from = x.Row(i), upstream = d.Row(i), to = dx.Row(i);
            float square = SquareAndDot(from, upstream, x.Columns, out float dot), scale = 1 / MathF.Sqrt(square + NormEpsilon);
            Vector512<float> factor = Vector512.Create(into == Into.Subtract ? -scale : scale);
            Vector512<float> along = Vector512.Create(-scale * scale * dot);
            for (int j = 0; j < x.Columns; j += 16)
            {
                Vector512<float> across = Vector512.FusedMultiplyAdd(Vector512.Load(from + j), along, Vector512.Load(upstream + j));
                if (past)
                {
                    (across * factor).StoreAlignedNonTemporal(to + j);
                    continue;
                }

                (into == Into.Set ? across * factor : Vector512.FusedMultiplyAdd(across, factor, Vector512.Load(to + j))).Store(to + j);
            }
        }
    }

    /// <inheritdoc/>
    public static void CumulativeSumOfGiven(HostTile result, HostTile given) => CumulativeSum(result, InWholeRegisters(given, result));

    /// <inheritdoc/>
    public static void NormalizeGiven(HostTile result, HostTile given) => Normalize(result, InWholeRegisters(given, result));

    /// <summary>Rows of the caller: where they stand if they end with a register, else a copy of them.</summary>
    private static HostTile InWholeRegisters(HostTile given, HostTile copy)
    {
        if (!given.HasWholeRegisters)
        {
            Copy(copy, given, Into.Set);
            return copy;
        }

        if (given.IsApart && given.Rows > 1)
        {
            Ahead.Own.Expect(given.data, given.stride, given.Rows, given.Columns);
        }

        return given;
    }

    /// <inheritdoc/>
    public static void Repeat(HostTile result, HostTile x)
    {
        int n = result.Rows / x.Rows;
        for (int i = 0; i < result.Rows; i++)
        {
            Copy(result.Block(i, 1, 0, result.Columns), x.Block(i / n, 1, 0, x.Columns), Into.Set);
        }
    }

    /// <inheritdoc/>
    public static void RepeatAdjoint(HostTile dx, HostTile d)
    {
        int n = d.Rows / dx.Rows;
        for (int i = 0; i < d.Rows; i++)
        {
            Copy(dx.Block(i / n, 1, 0, dx.Columns), d.Block(i, 1, 0, d.Columns), Into.Add);
        }
    }

    /// <summary>Four sums, none of which waits for another; in double precision, which costs nothing where numbers come one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfColumn(HostTile x)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i + 4 <= x.Rows; i += 4)
        {
            s0 += *x.Row(i);
            s1 += *x.Row(i + 1);
            s2 += *x.Row(i + 2);
            s3 += *x.Row(i + 3);
        }

        for (; i < x.Rows; i++)
        {
            s0 += *x.Row(i);
        }

        return (float)(s0 + s1 + (s2 + s3));
    }

    /// <summary>Sum of the first numbers of a row, without what stands beyond them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfRow(float* x, int columns)
    {
        if (columns == 1)
        {
            return *x;
        }

        Vector512<float> sum = default;
        int j = 0;
        for (; j + 16 <= columns; j += 16)
        {
            sum += Vector512.Load(x + j);
        }

        if (j < columns)
        {
            sum += Vector512.Load(x + j) & First(columns - j);
        }

        return Vector512.Sum(sum);
    }

    /// <summary>The sums of x x and of x y, neither of which waits for the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SquareAndDot(float* x, float* y, int columns, out float dot)
    {
        Vector512<float> square = default, product = default;
        int j = 0;
        for (; j + 16 <= columns; j += 16)
        {
            Vector512<float> value = Vector512.Load(x + j);
            square = Vector512.FusedMultiplyAdd(value, value, square);
            product = Vector512.FusedMultiplyAdd(value, Vector512.Load(y + j), product);
        }

        if (j < columns)
        {
            Vector512<float> mask = First(columns - j), value = Vector512.Load(x + j) & mask;
            square = Vector512.FusedMultiplyAdd(value, value, square);
            product = Vector512.FusedMultiplyAdd(value, Vector512.Load(y + j) & mask, product);
        }

        dot = Vector512.Sum(product);
        return Vector512.Sum(square);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot(float* x, float* y, int columns)
    {
        Vector512<float> sum = default;
        int j = 0;
        for (; j + 16 <= columns; j += 16)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(x + j), Vector512.Load(y + j), sum);
        }

        if (j < columns)
        {
            Vector512<float> mask = First(columns - j);
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(x + j) & mask, Vector512.Load(y + j) & mask, sum);
        }

        return Vector512.Sum(sum);
    }
}
