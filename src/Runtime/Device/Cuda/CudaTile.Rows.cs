using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Sums over rows and columns, and what works row by row.</content>
public readonly partial struct CudaTile
{
    private const float NormEpsilon = 1e-6f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CumulativeSum(CudaTile result, CudaTile x)
    {
        // A stretch of rows a warp, then what the stretches before it sum to.
        int stretch = (x.Rows + Warps - 1) / Warps, from = Warp * stretch, to = from + stretch < x.Rows ? from + stretch : x.Rows;
        for (int c = Lane; c < x.Columns; c += 32)
        {
            float sum = 0;
            for (int i = from; i < to; i++)
            {
                sum += x.At(i, c);
                result.Put(i, c, sum, Into.Set);
            }
        }

        Synchronize();
        for (int c = Lane; c < x.Columns; c += 32)
        {
            float before = 0;
            for (int i = stretch - 1; i < from && i < x.Rows; i += stretch)
            {
                before += result.At(i, c);
            }

            Ptx.Store(KeptAt(Warp, c), before);
        }

        Synchronize();
        for (int c = Lane; c < x.Columns; c += 32)
        {
            float before = Ptx.Load(KeptAt(Warp, c));
            for (int i = from; i < to && from > 0; i++)
            {
                result.Put(i, c, before, Into.Add);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ReverseCumulativeSum(CudaTile result, CudaTile x, Into into)
    {
        int stretch = (x.Rows + Warps - 1) / Warps, from = Warp * stretch, to = from + stretch < x.Rows ? from + stretch : x.Rows;
        for (int c = Lane; c < x.Columns; c += 32)
        {
            float sum = 0;
            for (int i = from; i < to; i++)
            {
                sum += x.At(i, c);
            }

            Ptx.Store(KeptAt(Warp, c), sum);
        }

        Synchronize();
        for (int c = Lane; c < x.Columns; c += 32)
        {
            float sum = 0;
            for (int warp = Warps - 1; warp > Warp; warp--)
            {
                sum += Ptx.Load(KeptAt(warp, c));
            }

            for (int i = to - 1; i >= from; i--)
            {
                sum += x.At(i, c);
                result.Put(i, c, sum, into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RowSum(CudaTile result, CudaTile x, Into into)
    {
        for (int i = Warp; i < x.Rows; i += Warps)
        {
            float sum = 0;
            for (int c = Lane; c < x.Columns; c += 32)
            {
                sum += x.At(i, c);
            }

            sum = Ptx.SumOfWarp(sum);
            if (Lane == 0)
            {
                result.Put(i, 0, sum, into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ColumnSum(CudaTile result, CudaTile x, Into into)
    {
        for (int c = Lane; c < x.Columns; c += 32)
        {
            float sum = 0;
            for (int i = Warp; i < x.Rows; i += Warps)
            {
                sum += x.At(i, c);
            }

            Ptx.Store(KeptAt(Warp, c), sum);
        }

        Synchronize();
        for (int c = Group.IdxX; c < x.Columns; c += Group.DimX)
        {
            float sum = 0;
            for (int warp = 0; warp < Warps; warp++)
            {
                sum += Ptx.Load(KeptAt(warp, c));
            }

            result.Put(0, c, sum, into);
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Sum(CudaTile result, CudaTile x, Into into)
    {
        float sum = 0;
        for (int i = Warp; i < x.Rows; i += Warps)
        {
            for (int c = Lane; c < x.Columns; c += 32)
            {
                sum += x.At(i, c);
            }
        }

        sum = Ptx.SumOfWarp(sum);
        if (Lane == 0)
        {
            Ptx.Store(KeptAt(Warp, 0), sum);
        }

        Synchronize();
        if (Group.IdxX == 0)
        {
            sum = 0;
            for (int warp = 0; warp < Warps; warp++)
            {
                sum += Ptx.Load(KeptAt(warp, 0));
            }

            result.Put(0, 0, sum, into);
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Normalize(CudaTile result, CudaTile x)
    {
        // Two rows at a time: one's loads hide behind the other's sum.
        for (int i = Warp * 2; i < x.Rows; i += Warps * 2)
        {
            int next = i + 1 < x.Rows ? i + 1 : i;
            float first = 0, second = 0;
            for (int c = Lane; c < x.Columns; c += 32)
            {
                float a = x.At(i, c), b = x.At(next, c);
                first += a * a;
                second += b * b;
            }

            first = 1 / MathF.Sqrt(Ptx.SumOfWarp(first) + NormEpsilon);
            second = 1 / MathF.Sqrt(Ptx.SumOfWarp(second) + NormEpsilon);
            for (int c = Lane; c < x.Columns; c += 32)
            {
                float a = x.At(i, c), b = x.At(next, c);
                result.Put(i, c, a * first, Into.Set);
                result.Put(next, c, b * second, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void NormalizeAdjoint(CudaTile dx, CudaTile d, CudaTile x)
    {
        for (int i = Warp; i < x.Rows; i += Warps)
        {
            float squares = 0, along = 0;
            for (int c = Lane; c < x.Columns; c += 32)
            {
                float value = x.At(i, c);
                squares += value * value;
                along += value * d.At(i, c);
            }

            float scale = 1 / MathF.Sqrt(Ptx.SumOfWarp(squares) + NormEpsilon);
            along = Ptx.SumOfWarp(along) * scale;
            for (int c = Lane; c < x.Columns; c += 32)
            {
                dx.Put(i, c, (d.At(i, c) - (x.At(i, c) * scale * along)) * scale, Into.Add);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Repeat(CudaTile result, CudaTile x)
    {
        int n = result.Rows / x.Rows;
        for (int i = Warp; i < result.Rows; i += Warps)
        {
            for (int c = Lane; c < result.Columns; c += 32)
            {
                result.Put(i, c, x.At(i / n, c), Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RepeatAdjoint(CudaTile dx, CudaTile d)
    {
        int n = d.Rows / dx.Rows;
        for (int i = Warp; i < dx.Rows; i += Warps)
        {
            for (int c = Lane; c < dx.Columns; c += 32)
            {
                float sum = 0;
                for (int j = i * n; j < (i + 1) * n; j++)
                {
                    sum += d.At(j, c);
                }

                dx.Put(i, c, sum, Into.Add);
            }
        }

        Synchronize();
    }

    /// <summary>Where an operation keeps a number for each warp and column between its barriers.</summary>
    private static uint KeptAt(int warp, int column) => Ptx.Shared() + ((uint)((warp * MaxColumns) + column) << 2);
}
