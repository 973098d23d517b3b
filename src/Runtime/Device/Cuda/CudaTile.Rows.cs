using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Sums over columns, running sums, and what works row by row.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    public static void CumulativeSum(CudaTile result, CudaTile x)
    {
        if (x.Columns == 1 & x.Rows <= 64)
        {
            // A lane of the first warp has a number, or two that are 32 rows apart.
            if (Warp == 0)
            {
                float x0 = x.Down(Lane), x1 = x.Rows > 32 ? x.Down(Lane + 32) : 0f, sum = Ptx.SumUpTo(x0);
                if (x.Rows > 32)
                {
                    float further = Ptx.SumUpTo(x1) + Ptx.SumOfWarp(x0);
                    if (x.HasDown(Lane + 32))
                    {
                        Ptx.Store(result.Near(Lane + 32, 0), further);
                    }
                }

                if (x.HasDown(Lane))
                {
                    Ptx.Store(result.Near(Lane, 0), sum);
                }
            }
        }
        else
        {
            CumulativeSums(result, x);
        }
    }

    /// <inheritdoc/>
    public static void ReverseCumulativeSum(CudaTile result, CudaTile x, Into into)
    {
        if (x.Columns == 1 & x.Rows <= 64)
        {
            if (Warp == 0)
            {
                float x0 = x.Down(Lane), x1 = x.Rows > 32 ? x.Down(Lane + 32) : 0f, sum = Ptx.SumFrom(x0);
                if (x.Rows > 32)
                {
                    float further = Ptx.SumFrom(x1);
                    sum += Ptx.SumOfWarp(x1);
                    if (x.HasDown(Lane + 32))
                    {
                        result.PutDown(Lane + 32, further, into);
                    }
                }

                if (x.HasDown(Lane))
                {
                    result.PutDown(Lane, sum, into);
                }
            }
        }
        else
        {
            ReverseCumulativeSums(result, x, into);
        }
    }

    /// <inheritdoc/>
    public static void ColumnSum(CudaTile result, CudaTile x, Into into)
    {
        if (x.Columns == 1)
        {
            Sum(result, x, into);
        }
        else if (((x.Columns & 7) | (x.Rows & 3)) == 0)
        {
            // A warp has eight columns, eight lanes a row: four rows at a time, which stand in different banks.
            for (int c = (Warp << 3) | (Lane & 7); c < x.Columns; c += Warps << 3)
            {
                float sum = 0;
                for (int first = 0; first < x.Rows; first += 4)
                {
                    sum += Ptx.Load(x.Near(first + (Lane >> 3), c));
                }

                sum += Ptx.Across(sum, 8);
                sum += Ptx.Across(sum, 16);
                if (Lane < 8)
                {
                    result.Put(0, c, sum, into);
                }
            }
        }
        else
        {
            ColumnSums(result, x, into);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SumOfAll(CudaTile result, CudaTile x, Into into)
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
        Synchronize();
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
    }

    /// <summary>A thread has a column; eight rows are read before the first is needed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CumulativeSums(CudaTile result, CudaTile x)
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
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReverseCumulativeSums(CudaTile result, CudaTile x, Into into)
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
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ColumnSums(CudaTile result, CudaTile x, Into into)
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
    }

    /// <inheritdoc/>
    public static void Sum(CudaTile result, CudaTile x, Into into)
    {
        if (x.Columns == 1)
        {
            if (Warp == 0)
            {
                float sum = x.Down(Lane);
                for (int turn = 32; turn < x.Rows; turn += 32)
                {
                    sum += x.Down(turn + Lane);
                }

                sum = Ptx.SumOfWarp(sum);
                if (Lane == 0)
                {
                    result.PutDown(0, sum, into);
                }
            }
        }
        else
        {
            SumOfAll(result, x, into);
        }
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
    }

    /// <summary>True if a column has a number for this lane, which has every 32nd.</summary>
    private bool HasDown(int i) => (Rows & 31) == 0 | i < Rows;

    /// <summary>This lane's number of a column, 0 beyond its rows.</summary>
    private float Down(int i) => HasDown(i) ? Ptx.Load(Near(i, 0)) : 0f;

    private void PutDown(int i, float value, Into into)
    {
        uint at = Near(i, 0);
        Ptx.Store(at, into == Into.Set ? value : into == Into.Add ? Ptx.Load(at) + value : Ptx.Load(at) - value);
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
}
