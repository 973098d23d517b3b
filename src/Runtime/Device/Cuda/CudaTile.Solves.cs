using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Unit lower triangular systems.</content>
public readonly partial struct CudaTile
{
    private const int Side = 16;

    /// <inheritdoc/>
    public static void SolveUnitLower(CudaTile result, CudaTile l, CudaTile x)
    {
        if (IsShort(l, x, result))
        {
            SolveShort(result, l, x, transposed: false);
        }
        else
        {
            SolveInBlocks(result, l, x);
        }
    }

    /// <inheritdoc/>
    public static void SolveUnitLowerTransposed(CudaTile result, CudaTile l, CudaTile x)
    {
        if (IsShort(l, x, result))
        {
            SolveShort(result, l, x, transposed: true);
        }
        else
        {
            SolveTransposedInBlocks(result, l, x);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedSolve(CudaTile result, CudaTile l, CudaTile x, CudaTile g)
    {
        for (int v = Group.IdxX; v < x.Columns; v += Threads)
        {
            for (int i = 0; i < x.Rows; i++)
            {
                float sum = x.At(i, v), own = g.At(i, v);
                for (int j = 0; j < i; j++)
                {
                    sum -= l.At(i, j) * CudaQuad.Exp(own - g.At(j, v)) * result.At(j, v);
                }

                result.Put(i, v, sum, Into.Set);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayedSolveTransposed(CudaTile result, CudaTile l, CudaTile x, CudaTile g)
    {
        for (int v = Group.IdxX; v < x.Columns; v += Threads)
        {
            for (int j = x.Rows - 1; j >= 0; j--)
            {
                float sum = x.At(j, v), own = g.At(j, v);
                for (int i = j + 1; i < x.Rows; i++)
                {
                    sum -= l.At(i, j) * CudaQuad.Exp(g.At(i, v) - own) * result.At(i, v);
                }

                result.Put(j, v, sum, Into.Set);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SolveInBlocks(CudaTile result, CudaTile l, CudaTile x) => Solve(result, l, x, transposed: false);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SolveTransposedInBlocks(CudaTile result, CudaTile l, CudaTile x) => Solve(result, l, x, transposed: true);

    /// <summary>
    /// Solves (I + l) result = x, or its transpose, of any number of rows. The diagonal blocks of 16 are inverted first, a warp each, by substitution in single precision;
    /// then every warp carries 16 of the columns through the blocks by products, without waiting for the others.
    /// </summary>
    /// <remarks>A warp computes the transpose, columns of x being rows: its sums are then the left factor of the next product, register for register.</remarks>
    private static void Solve(CudaTile result, CudaTile l, CudaTile x, bool transposed)
    {
        int blocks = (l.Rows + Side - 1) / Side;
        var inverses = new CudaTile(Workspace(WorkspaceBytes / 2), (Side + RowPadding) << 2, blocks * Side, Side, true, CudaElement.Float32);
        Synchronize();
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
            if (transposed)
            {
                for (int i = (blocks - 1) * Side; i >= 0; i -= Side)
                {
                    Block16 right = Turned16(x, i, j);
                    for (int d = i + Side; d < l.Rows; d += Side)
                    {
                        TakeAway<ExactColumns>(ref right, l, i, d, result, j);
                    }

                    PutTurned(result, Times(right, ExactColumns.At<Keeping>(ExactColumns.Of(inverses, 0), i)), i, j);
                    Ptx.Together();
                }
            }
            else
            {
                for (int i = 0; i < l.Rows; i += Side)
                {
                    Block16 right = Turned16(x, i, j);
                    for (int d = 0; d < i; d += Side)
                    {
                        TakeAway<ExactRows>(ref right, l, i, d, result, j);
                    }

                    PutTurned(result, Times(right, ExactRows.At<Keeping>(ExactRows.Of(inverses, i), 0)), i, j);
                    Ptx.Together();
                }
            }
        }
    }

    /// <summary>right -= (rows d.. of the solution)^T (the factor's vectors from i on)^T.</summary>
    private static void TakeAway<T>(ref Block16 right, CudaTile l, int i, int d, CudaTile solution, int j)
        where T : struct, IFactor<T>
    {
        Fragment a, b;
        if (d + Side <= l.Rows)
        {
            a = ExactColumns.At<Keeping>(ExactColumns.Of(solution, j), d);
            b = T.At<Keeping>(T.Of(l, i), d);
        }
        else
        {
            a = Fragment.Last<ExactColumns, Keeping>(solution, j, d, l.Rows);
            b = Fragment.Last<T, Keeping>(l, i, d, l.Rows);
        }

        right.Near = -Keeping.Near(-right.Near, a, b);
        right.Far = -Keeping.Far(-right.Far, a, b);
    }

    /// <summary>The product of a block of sums and 16 vectors.</summary>
    private static Block16 Times(Block16 a, in Fragment b)
    {
        Fragment left = Fragment.Of<Keeping>(new(a.Near.X, a.Near.Y), new(a.Near.Z, a.Near.W), new(a.Far.X, a.Far.Y), new(a.Far.Z, a.Far.W));
        Block16 sum = default;
        sum.Near = Keeping.Near(CudaQuad.All(0), left, b);
        sum.Far = Keeping.Far(CudaQuad.All(0), left, b);
        return sum;
    }

    /// <summary>16 rows and columns of x, transposed, as sums; rows beyond the last are 0.</summary>
    private static Block16 Turned16(CudaTile x, int i, int j)
    {
        int t = i + ((Lane & 3) << 1);
        uint at = x.Near(t, j + (Lane >> 2)), next = at + (uint)x.stride, down = (uint)(x.stride << 3);
        Block16 block = default;
        block.Near = new(
            t < x.Rows ? Ptx.Load(at) : 0f, t + 1 < x.Rows ? Ptx.Load(next) : 0f, t < x.Rows ? Ptx.Load(at + 32) : 0f, t + 1 < x.Rows ? Ptx.Load(next + 32) : 0f);
        block.Far = new(
            t + 8 < x.Rows ? Ptx.Load(at + down) : 0f,
            t + 9 < x.Rows ? Ptx.Load(next + down) : 0f,
            t + 8 < x.Rows ? Ptx.Load(at + down + 32) : 0f,
            t + 9 < x.Rows ? Ptx.Load(next + down + 32) : 0f);
        return block;
    }

    /// <summary>Stores what <see cref="Turned16"/> reads.</summary>
    private static void PutTurned(CudaTile result, Block16 block, int i, int j)
    {
        int t = i + ((Lane & 3) << 1);
        PutTwoRows(result, t, j + (Lane >> 2), block.Near);
        PutTwoRows(result, t + 8, j + (Lane >> 2), block.Far);
    }

    // A tile of a single row has no others: rows beyond the last belong to somebody else.
    private static void PutTwoRows(CudaTile result, int t, int j, CudaQuad x)
    {
        uint at = result.Near(t, j), next = at + (uint)result.stride;
        if (t < result.Rows)
        {
            Ptx.Store(at, x.X);
            Ptx.Store(at + 32, x.Z);
        }

        if (t + 1 < result.Rows)
        {
            Ptx.Store(next, x.Y);
            Ptx.Store(next + 32, x.W);
        }
    }

    /// <summary>Column c of the inverse of the unit lower triangular block that begins at row i: substitution on a column of the identity, four rows at a time.</summary>
    private static void Invert(CudaTile inverses, CudaTile l, int i, int c)
    {
        CudaQuad a = Unit(c, 0), b = Unit(c, 4), d = Unit(c, 8), e = Unit(c, 12);
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
        inverses.PutDown(i, c, a);
        inverses.PutDown(i + 4, c, b);
        inverses.PutDown(i + 8, c, d);
        inverses.PutDown(i + 12, c, e);
    }

    /// <summary>Four numbers of a row of a diagonal block; rows beyond the matrix are 0.</summary>
    private static CudaQuad RowOf(CudaTile l, int first, int i, int j) => first + i < l.Rows ? l.Quad(first + i, first + j) : CudaQuad.All(0);

    /// <summary>y -= l (rows i.., columns j..) x.</summary>
    private static void TakeAway(ref CudaQuad y, CudaTile l, int first, int i, int j, CudaQuad x) => y -= new CudaQuad(
        (RowOf(l, first, i, j) * x).Sum, (RowOf(l, first, i + 1, j) * x).Sum, (RowOf(l, first, i + 2, j) * x).Sum, (RowOf(l, first, i + 3, j) * x).Sum);

    /// <summary>Solves the four rows among themselves.</summary>
    private static void Triangle(ref CudaQuad y, CudaTile l, int first, int i)
    {
        CudaQuad second = RowOf(l, first, i + 1, i), third = RowOf(l, first, i + 2, i), fourth = RowOf(l, first, i + 3, i);
        float a = y.X, b = y.Y - (second.X * a), c = y.Z - (third.X * a) - (third.Y * b);
        y = new(a, b, c, y.W - (fourth.X * a) - (fourth.Y * b) - (fourth.Z * c));
    }
}
