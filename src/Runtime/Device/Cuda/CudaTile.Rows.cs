using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Sums over columns, running sums, and what works row by row.</content>
public readonly partial struct CudaTile
{
    private const float NormEpsilon = 1e-6f;

    /// <inheritdoc/>
    /// <remarks>A thread has a column; eight rows are read before the first is needed.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void CumulativeSum(CudaTile result, CudaTile x)
    {
        for (int c = Group.IdxX; c < x.Columns; c += Threads)
        {
            float sum = 0;
            int i = 0;
            for (; i + 8 <= x.Rows; i += 8)
            {
                CudaQuad a = x.Down(i, c), b = x.Down(i + 4, c);
                a = Running(a, sum);
                b = Running(b, a.W);
                sum = b.W;
                result.PutDown(i, c, a);
                result.PutDown(i + 4, c, b);
            }

            for (; i < x.Rows; i++)
            {
                sum += Ptx.Load(x.Near(i, c));
                Ptx.Store(result.Near(i, c), sum);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ReverseCumulativeSum(CudaTile result, CudaTile x, Into into)
    {
        for (int c = Group.IdxX; c < x.Columns; c += Threads)
        {
            float sum = 0;
            int i = x.Rows;
            for (; (i & 7) != 0; i--)
            {
                sum += Ptx.Load(x.Near(i - 1, c));
                result.Put(i - 1, c, sum, into);
            }

            for (; i > 0; i -= 8)
            {
                CudaQuad a = x.Down(i - 8, c), b = x.Down(i - 4, c);
                CudaQuad later = Running(new(b.W, b.Z, b.Y, b.X), sum), sooner = Running(new(a.W, a.Z, a.Y, a.X), later.W);
                sum = sooner.W;
                result.JoinDown(i - 8, c, new(sooner.W, sooner.Z, sooner.Y, sooner.X), into);
                result.JoinDown(i - 4, c, new(later.W, later.Z, later.Y, later.X), into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ColumnSum(CudaTile result, CudaTile x, Into into)
    {
        for (int c = Group.IdxX; c < x.Columns; c += Threads)
        {
            CudaQuad sums = CudaQuad.All(0);
            int i = 0;
            for (; i + 8 <= x.Rows; i += 8)
            {
                CudaQuad a = x.Down(i, c), b = x.Down(i + 4, c);
                sums += a + b;
            }

            float sum = sums.Sum;
            for (; i < x.Rows; i++)
            {
                sum += Ptx.Load(x.Near(i, c));
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
            for (int j = Lane << 2; j < x.Columns; j += 128)
            {
                sum += x.Within(i, j).Sum;
            }
        }

        sum = Ptx.SumOfWarp(sum);
        if (Lane == 0)
        {
            Ptx.Store(Workspace(WorkspaceBytes / 2) + (uint)(Warp << 2), sum);
        }

        Synchronize();
        if (Group.IdxX == 0)
        {
            sum = 0;
            for (int warp = 0; warp < Warps; warp++)
            {
                sum += Ptx.Load(Workspace(WorkspaceBytes / 2) + (uint)(warp << 2));
            }

            result.Put(0, 0, sum, into);
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Normalize(CudaTile result, CudaTile x)
    {
        for (int i = Warp << 2; i < x.Rows; i += Warps << 2)
        {
            int second = Clamped(i + 1, x.Rows), third = Clamped(i + 2, x.Rows), fourth = Clamped(i + 3, x.Rows);
            CudaQuad squares = CudaQuad.All(0);
            for (int j = Lane << 2; j < x.Columns; j += 128)
            {
                CudaQuad a = x.Within(i, j), b = x.Within(second, j), c = x.Within(third, j), d = x.Within(fourth, j);
                squares += new CudaQuad((a * a).Sum, (b * b).Sum, (c * c).Sum, (d * d).Sum);
            }

            CudaQuad scales = Scales(SumsOfWarp(squares));
            for (int j = Lane << 2; j < x.Columns; j += 128)
            {
                CudaQuad a = x.Quad(i, j), b = x.Quad(second, j), c = x.Quad(third, j), d = x.Quad(fourth, j);
                result.PutQuad(i, j, a * CudaQuad.All(scales.X));
                result.PutQuad(second, j, b * CudaQuad.All(scales.Y));
                result.PutQuad(third, j, c * CudaQuad.All(scales.Z));
                result.PutQuad(fourth, j, d * CudaQuad.All(scales.W));
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void NormalizeAdjoint(CudaTile dx, CudaTile d, CudaTile x)
    {
        // Two rows at a time; of an odd last row only one is written.
        for (int i = Warp << 1; i < x.Rows; i += Warps << 1)
        {
            int next = Clamped(i + 1, x.Rows);
            CudaQuad sums = CudaQuad.All(0);
            for (int j = Lane << 2; j < x.Columns; j += 128)
            {
                CudaQuad a = x.Within(i, j), b = x.Within(next, j), da = d.Within(i, j), db = d.Within(next, j);
                sums += new CudaQuad((a * a).Sum, (b * b).Sum, (a * da).Sum, (b * db).Sum);
            }

            sums = SumsOfWarp(sums);
            CudaQuad scales = Scales(sums);
            for (int j = Lane << 2; j < x.Columns; j += 128)
            {
                Turned(dx, d, x, i, j, scales.X, sums.Z);
                if (next > i)
                {
                    Turned(dx, d, x, next, j, scales.Y, sums.W);
                }
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

    /// <summary>Four numbers of a column.</summary>
    private CudaQuad Down(int i, int c)
    {
        uint at = Near(i, c), step = (uint)stride;
        return new(Ptx.Load(at), Ptx.Load(at + step), Ptx.Load(at + (2 * step)), Ptx.Load(at + (3 * step)));
    }

    private void PutDown(int i, int c, CudaQuad value)
    {
        uint at = Near(i, c), step = (uint)stride;
        Ptx.Store(at, value.X);
        Ptx.Store(at + step, value.Y);
        Ptx.Store(at + (2 * step), value.Z);
        Ptx.Store(at + (3 * step), value.W);
    }

    private void JoinDown(int i, int c, CudaQuad value, Into into) =>
        PutDown(i, c, into == Into.Set ? value : into == Into.Add ? Down(i, c) + value : Down(i, c) - value);

    private static CudaQuad Running(CudaQuad x, float before)
    {
        float a = before + x.X, b = a + x.Y, c = b + x.Z;
        return new(a, b, c, c + x.W);
    }

    private static CudaQuad Scales(CudaQuad squares) => new(
        1f / MathF.Sqrt(squares.X + NormEpsilon), 1f / MathF.Sqrt(squares.Y + NormEpsilon), 1f / MathF.Sqrt(squares.Z + NormEpsilon), 1f / MathF.Sqrt(squares.W + NormEpsilon));

    /// <summary>dx += (d - y (y . d)) scale, with y = x scale.</summary>
    private static void Turned(CudaTile dx, CudaTile d, CudaTile x, int i, int j, float scale, float along) =>
        dx.PutQuad(i, j, dx.Quad(i, j) + ((d.Quad(i, j) - (x.Quad(i, j) * CudaQuad.All(scale * scale * along))) * CudaQuad.All(scale)));
}
