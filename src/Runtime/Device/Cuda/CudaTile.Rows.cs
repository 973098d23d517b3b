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
        else if (InQuarters(x))
        {
            SumsOfQuarters(result, x, backwards: false, Into.Set);
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
        else if (x.IsExact && InQuarters(x))
        {
            SumsOfQuarters(result, x, backwards: true, into);
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
            Ptx.Store(Workspace(WorkspaceBytes / 4) + (uint)(Warp << 2), sum);
        }

        Synchronize();
        if (Group.IdxX == 0)
        {
            sum = 0;
            for (int warp = 0; warp < Warps; warp++)
            {
                sum += Ptx.Load(Workspace(WorkspaceBytes / 4) + (uint)(warp << 2));
            }

            result.Put(0, 0, sum, into);
        }
    }

    private static bool InQuarters(CudaTile x) => x.Rows is Side or 2 * Side && (x.Columns & 15) == 0;

    /// <summary>
    /// Running sums of 16 or 32 rows, from the first or from the last on: a lane has two columns of a quarter of the rows, and gets what the quarters before sum up to from their
    /// lanes. A quarter takes its rows two by two, each quarter in an order of its own: what a warp then reads or writes at once stands in different banks, in single precision as in
    /// half the bits.
    /// </summary>
    private static void SumsOfQuarters(CudaTile result, CudaTile x, bool backwards, Into into)
    {
        int quarter = Lane >> 3, odd = quarter & 1, last = quarter >> 1;

        // Which of a quarter's twos come in whose place: with 32 rows neighbours by the quarter's first bit, halves by its second one.
        bool isLong = x.Rows == 2 * Side, swaps = isLong ? odd == 1 : odd != last, turns = isLong & last == 1;
        int row = quarter * (x.Rows >> 2), first = row + (swaps ? 2 : 0) + (turns ? 4 : 0), second = row + (swaps ? 0 : 2) + (turns ? 4 : 0), third = first ^ 4, fourth = second ^ 4;

        // Whether the second of each two neighbours, and the second two of them, are summed up before the first.
        bool swapped = swaps != backwards, turned = turns != backwards;
        for (int c = (Warp << 4) | ((Lane & 7) << 1); c < x.Columns; c += Warps << 4)
        {
            TwoRows a = TwoRows.Of(x, first, c), b = TwoRows.Of(x, second, c), d = isLong ? TwoRows.Of(x, third, c) : default, e = isLong ? TwoRows.Of(x, fourth, c) : default;
            CudaPair near = a.Sum + b.Sum, far = d.Sum + e.Sum, all = near + far;
            CudaPair other = new(Ptx.Across(all.Low, 8), Ptx.Across(all.High, 8)), both = all + other;
            CudaPair others = new(Ptx.Across(both.Low, 16), Ptx.Across(both.High, 16));
            CudaPair before = other.If((odd == 1) != backwards) + others.If((last == 1) != backwards), beforeNear = before + far.If(turned), beforeFar = before + near.If(!turned);
            a.Put(result, first, c, beforeNear + b.Sum.If(swapped), backwards, into);
            b.Put(result, second, c, beforeNear + a.Sum.If(!swapped), backwards, into);
            if (isLong)
            {
                d.Put(result, third, c, beforeFar + e.Sum.If(swapped), backwards, into);
                e.Put(result, fourth, c, beforeFar + d.Sum.If(!swapped), backwards, into);
            }
        }
    }

    /// <summary>Two columns of an even row and of the next, and what both rows sum up to.</summary>
    private struct TwoRows
    {
        public CudaPair Upper;
        public CudaPair Lower;
        public CudaPair Sum;

        public static TwoRows Of(CudaTile x, int i, int c)
        {
            TwoRows rows = default;
            if (x.IsExact)
            {
                uint at = x.Near(i, c);
                rows.Upper = Ptx.Load2(at);
                rows.Lower = Ptx.Load2(at + (uint)x.stride);
            }
            else
            {
                // Of blocks, sixteens of bytes of an odd row have changed places with their neighbours.
                uint at = x.NearFactor(i, c);
                rows.Upper = CudaPair.Of(Ptx.LoadBitsNear(at));
                rows.Lower = CudaPair.Of(Ptx.LoadBitsNear((x.IsInBlocks ? at ^ 16u : at) + (uint)x.RowBytes));
            }

            rows.Sum = rows.Upper + rows.Lower;
            return rows;
        }

        /// <summary>The running sums.</summary>
        public void Put(CudaTile result, int i, int c, CudaPair before, bool backwards, Into into)
        {
            uint at = result.Near(i, c);
            Join(at, before + (backwards ? Sum : Upper), into);
            Join(at + (uint)result.stride, before + (backwards ? Lower : Sum), into);
        }

        private static void Join(uint at, CudaPair value, Into into)
        {
            CudaPair joined = value;
            if (into != Into.Set)
            {
                CudaPair old = Ptx.Load2(at);
                joined = into == Into.Add ? old + value : new(old.Low - value.Low, old.High - value.High);
            }

            Ptx.Store2(at, joined.Low, joined.High);
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
            for (; x.IsExact && i + 8 <= x.Rows; i += 8)
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
                sum += x.At(i, c);
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
