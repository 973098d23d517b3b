using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Unit lower triangular systems.</content>
public readonly partial struct CudaTile
{
    private const int Side = 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SolveUnitLower(CudaTile result, CudaTile l, CudaTile x) => Solve(result, l, x, transposed: false);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void SolveUnitLowerTransposed(CudaTile result, CudaTile l, CudaTile x) => Solve(result, l, x, transposed: true);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedSolve(CudaTile result, CudaTile l, CudaTile x, CudaTile g)
    {
        for (int v = Group.IdxX; v < x.Columns; v += Group.DimX)
        {
            for (int i = 0; i < x.Rows; i++)
            {
                float sum = x.At(i, v), own = g.At(i, v);
                for (int j = 0; j < i; j++)
                {
                    sum -= l.At(i, j) * CudaLanes.Exp(own - g.At(j, v)) * result.At(j, v);
                }

                result.Put(i, v, sum, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedSolveTransposed(CudaTile result, CudaTile l, CudaTile x, CudaTile g)
    {
        for (int v = Group.IdxX; v < x.Columns; v += Group.DimX)
        {
            for (int j = x.Rows - 1; j >= 0; j--)
            {
                float sum = x.At(j, v), own = g.At(j, v);
                for (int i = j + 1; i < x.Rows; i++)
                {
                    sum -= l.At(i, j) * CudaLanes.Exp(g.At(i, v) - own) * result.At(i, v);
                }

                result.Put(j, v, sum, Into.Set);
            }
        }

        Synchronize();
    }

    /// <summary>
    /// Solves (I + l) result = x, or its transpose. The diagonal blocks of 16 are inverted first, a warp each, by substitution in single precision;
    /// then every warp carries its columns through the blocks by products, without waiting for the others.
    /// </summary>
    private static void Solve(CudaTile result, CudaTile l, CudaTile x, bool transposed)
    {
        int blocks = (l.Rows + Side - 1) / Side;
        CudaTile inverses = Workspace(blocks * Side, Side);
        for (int block = Warp; block < blocks; block += Warps)
        {
            if (Lane < Side)
            {
                Invert(inverses, l, block * Side, Lane);
            }
        }

        Synchronize();
        for (int j = Warp * Side; j < x.Columns; j += Warps * Side)
        {
            for (int step = 0; step < blocks; step++)
            {
                int block = transposed ? blocks - 1 - step : step, i = block * Side;
                int rows = l.Rows - i < Side ? l.Rows - i : Side;

                // What the rows already solved take from these rows.
                Strip16 right = Strip16.Read(x, i, j, rows);
                if (transposed)
                {
                    for (int d = i + Side; d < l.Rows; d += Side)
                    {
                        Strip16.Subtract<Columns32>(ref right, l, i, d, l.Rows, result, j);
                    }
                }
                else
                {
                    for (int d = 0; d < i; d += Side)
                    {
                        Strip16.Subtract<Rows32>(ref right, l, i, d, i, result, j);
                    }
                }

                // Rows (I + l_block)^-1 times what is left; it goes through the result's own storage to the other threads of the warp.
                right.Put(result, i, j, rows);
                Ptx.Together();
                var solved = default(Strip16);
                CudaTile own = result.Block(i, rows, 0, result.Columns);
                if (transposed)
                {
                    Strip16.Subtract<Columns32>(ref solved, inverses.Block(i, rows, 0, rows), 0, 0, rows, own, j);
                }
                else
                {
                    Strip16.Subtract<Rows32>(ref solved, inverses.Block(i, rows, 0, rows), 0, 0, rows, own, j);
                }

                Ptx.Together();
                Strip16.Negate(ref solved);
                solved.Put(result, i, j, rows);
                Ptx.Together();
            }
        }

        Synchronize();
    }

    /// <summary>The start of shared memory, for an operation's own use.</summary>
    private static CudaTile Workspace(int rows, int columns) =>
        new(Ptx.Shared(), columns, 0, 0, rows, columns, (columns & 31) == 0 ? Wide : Narrow, CudaElement.Float32);

    /// <summary>Column c of the inverse of the unit lower triangular block that begins at row i: substitution on a column of the identity, four rows at a time.</summary>
    private static void Invert(CudaTile inverses, CudaTile l, int i, int c)
    {
        CudaLanes a = Unit(c, 0), b = Unit(c, 4), d = Unit(c, 8), e = Unit(c, 12);
        Triangle(ref a, l, i, 0);
        TakeAway(ref b, l, i, 4, 0, a);
        Triangle(ref b, l, i, 4);
        TakeAway(ref d, l, i, 8, 0, a);
        TakeAway(ref d, l, i, 8, 4, b);
        Triangle(ref d, l, i, 8);
        TakeAway(ref e, l, i, 12, 0, a);
        TakeAway(ref e, l, i, 12, 4, b);
        TakeAway(ref e, l, i, 12, 8, d);
        Triangle(ref e, l, i, 12);
        PutColumn(inverses, i, c, a);
        PutColumn(inverses, i + 4, c, b);
        PutColumn(inverses, i + 8, c, d);
        PutColumn(inverses, i + 12, c, e);
    }

    private static CudaLanes Unit(int c, int first) => new(c == first ? 1f : 0f, c == first + 1 ? 1f : 0f, c == first + 2 ? 1f : 0f, c == first + 3 ? 1f : 0f);

    private static void PutColumn(CudaTile x, int i, int c, CudaLanes value)
    {
        x.PutScratch(i, c, value.X, Into.Set);
        x.PutScratch(i + 1, c, value.Y, Into.Set);
        x.PutScratch(i + 2, c, value.Z, Into.Set);
        x.PutScratch(i + 3, c, value.W, Into.Set);
    }

    /// <summary>Four numbers of a row of a diagonal block; rows beyond the matrix repeat the last, whose results nobody reads.</summary>
    private static CudaLanes RowOf(CudaTile l, int first, int i, int j)
    {
        int row = first + i < l.Rows ? first + i : l.Rows - 1;
        return Ptx.Load4(l.AddressOf(row, first + j));
    }

    /// <summary>y -= l (rows i.., columns j..) x.</summary>
    private static void TakeAway(ref CudaLanes y, CudaTile l, int first, int i, int j, CudaLanes x) => y -= new CudaLanes(
        (RowOf(l, first, i, j) * x).Sum, (RowOf(l, first, i + 1, j) * x).Sum, (RowOf(l, first, i + 2, j) * x).Sum, (RowOf(l, first, i + 3, j) * x).Sum);

    /// <summary>Solves the four rows among themselves.</summary>
    private static void Triangle(ref CudaLanes y, CudaTile l, int first, int i)
    {
        CudaLanes second = RowOf(l, first, i + 1, i), third = RowOf(l, first, i + 2, i), fourth = RowOf(l, first, i + 3, i);
        float a = y.X, b = y.Y - (second.X * a), c = y.Z - (third.X * a) - (third.Y * b);
        y = new(a, b, c, y.W - (fourth.X * a) - (fourth.Y * b) - (fourth.Z * c));
    }

    /// <summary>A thread's part of 16 x 16 numbers, laid out as sums of the tensor cores.</summary>
    private struct Strip16
    {
        private CudaLanes first;
        private CudaLanes second;

        public static Strip16 Read(CudaTile x, int i, int j, int rows)
        {
            Strip16 strip = default;
            strip.first = ReadHalf(x, i, j, rows);
            strip.second = ReadHalf(x, i, j + 8, rows);
            return strip;
        }

        /// <summary>sum -= a (rows from i, 16 deep from d) b (columns from j), nearly in single precision.</summary>
        public static void Subtract<TA>(ref Strip16 sum, CudaTile a, int i, int d, int limit, CudaTile b, int j)
            where TA : struct, IFactor<TA>
        {
            Negate(ref sum);
            Fragment left, right;
            if (d + Side <= limit)
            {
                left = Fragment.Left<TA, Keeping>(TA.Of(a, i), 0, d);
                right = Fragment.Right<Columns32, Keeping>(Columns32.Of(b, j), 0, d);
            }
            else
            {
                left = Fragment.LastLeft<TA, Keeping>(a, i, d, limit);
                right = Fragment.LastRight<Columns32, Keeping>(b, j, d, limit);
            }

            sum.first = Keeping.MultiplyAdd(sum.first, left, right.X, right.Y, right.RestX, right.RestY);
            sum.second = Keeping.MultiplyAdd(sum.second, left, right.Z, right.W, right.RestZ, right.RestW);
            Negate(ref sum);
        }

        public static void Negate(ref Strip16 x)
        {
            x.first = -x.first;
            x.second = -x.second;
        }

        public readonly void Put(CudaTile result, int i, int j, int rows)
        {
            PutHalf(result, first, i, j, rows);
            PutHalf(result, second, i, j + 8, rows);
        }

        private static CudaLanes ReadHalf(CudaTile x, int i, int j, int rows)
        {
            int g = Lane >> 2, t = j + ((Lane & 3) * 2);
            return new(ReadOne(x, i, g, t, rows), ReadOne(x, i, g, t + 1, rows), ReadOne(x, i, g + 8, t, rows), ReadOne(x, i, g + 8, t + 1, rows));
        }

        private static float ReadOne(CudaTile x, int i, int g, int j, int rows) => g < rows && j < x.Columns ? Ptx.Load(x.AddressOf(i + g, j)) : 0f;

        private static void PutHalf(CudaTile result, CudaLanes x, int i, int j, int rows)
        {
            int g = Lane >> 2, t = j + ((Lane & 3) * 2);
            PutOne(result, i, g, t, rows, x.X);
            PutOne(result, i, g, t + 1, rows, x.Y);
            PutOne(result, i, g + 8, t, rows, x.Z);
            PutOne(result, i, g + 8, t + 1, rows, x.W);
        }

        private static void PutOne(CudaTile result, int i, int g, int j, int rows, float value)
        {
            if (g < rows && j < result.Columns)
            {
                result.PutScratch(i + g, j, value, Into.Set);
            }
        }
    }
}
