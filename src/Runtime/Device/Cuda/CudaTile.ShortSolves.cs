using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Unit lower triangular systems of 16 or 32 rows: one warp inverts the matrix, then every warp multiplies 16 of the columns by the inverse. The inverse
/// stands in the workspace, a row for each of its columns, as bfloat16 and what that rounding lost.
/// </content>
/// <remarks>
/// Rows stand in the order <see cref="Mixed"/> and columns of the right side are taken in twos: a thread then reads two neighbours of a row and
/// writes four, and the threads of a warp find them in different banks.
/// </remarks>
public readonly partial struct CudaTile
{
    // The numbers of a column, what their rounding lost, and 16 bytes more: eight columns begin in different banks.
    private const int InverseStride = 144;

    private const int RestsAt = 64;

    /// <summary>True if one warp inverts the matrix of a system.</summary>
    private static bool IsShort(CudaTile l) => (l.Rows == Side || l.Rows == 2 * Side) && l.stride == (l.Rows + RowPadding) << 2 && l.IsExact;

    private static void SolveShort(CudaTile result, CudaTile l, CudaTile x, CudaTile s, bool transposed)
    {
        Invert(l);
        if (IsBlockAWarp(x))
        {
            // What is known of the right side before the inverse is.
            int j = Warp * Side;
            Fragment upper = Paired(x, s, 0, j), lower = Lower(x, s, j);
            Synchronize();
            PutSolution(result, upper, lower, j, transposed);
        }
        else
        {
            Synchronize();
            PutSolutions(result, x, s, transposed);
        }
    }

    /// <summary>Two systems with one inverse.</summary>
    private static void SolvePair(CudaTile first, CudaTile second, CudaTile l, CudaTile x, CudaTile s, CudaTile y, CudaTile t, bool transposed)
    {
        Invert(l);
        if (IsBlockAWarp(x) && IsBlockAWarp(y))
        {
            int j = Warp * Side;
            Fragment upper = Paired(x, s, 0, j), lower = Lower(x, s, j), upperOfY = Paired(y, t, 0, j), lowerOfY = Lower(y, t, j);
            Synchronize();
            PutSolution(first, upper, lower, j, transposed);
            PutSolution(second, upperOfY, lowerOfY, j, transposed);
        }
        else
        {
            Synchronize();
            PutSolutions(first, x, s, transposed);
            PutSolutions(second, y, t, transposed);
        }
    }

    /// <summary>The inverse of I + l, in the workspace after the next barrier.</summary>
    private static void Invert(CudaTile l)
    {
        // Others may still use the workspace.
        Synchronize();
        if (Warp == 0)
        {
            if (l.Rows == Side)
            {
                InvertSixteen((uint)l.address);
            }
            else
            {
                InvertThirtyTwo((uint)l.address);
            }
        }
    }

    private static bool IsBlockAWarp(CudaTile x) => (x.Columns + Side - 1) / Side == Warps;

    private static Fragment Lower(CudaTile x, CudaTile s, int j) => x.Rows > Side ? Paired(x, s, Side, j) : default;

    private static void PutSolutions(CudaTile result, CudaTile x, CudaTile s, bool transposed)
    {
        for (int j = Warp * Side; j < x.Columns; j += Warps * Side)
        {
            PutSolution(result, Paired(x, s, 0, j), Lower(x, s, j), j, transposed);
        }
    }

    /// <summary>The product of the inverse, or of its transpose, and 16 columns.</summary>
    private static void PutSolution(CudaTile result, in Fragment upper, in Fragment lower, int j, bool transposed)
    {
        int row = Mixed(Lane & 7) + (transposed ? Lane & 8 : (Lane >> 4) << 3), number = transposed ? (Lane >> 4) << 3 : Lane & 8;
        uint at = Workspace(WorkspaceBytes / 2) + (uint)((row * InverseStride) + (number << 1));
        var first = default(Block16);
        AddProduct<Keeping>(ref first, Digits<Keeping>(at, !transposed), upper);
        if (result.Rows == Side)
        {
            PutFours(result, 0, j, first);
        }
        else
        {
            Fragment corner = Digits<Keeping>(at + (Side << 1), !transposed);
            var second = default(Block16);
            if (transposed)
            {
                AddProduct<Keeping>(ref first, corner, lower);
            }
            else
            {
                AddProduct<Keeping>(ref second, corner, upper);
            }

            AddProduct<Keeping>(ref second, Digits<Keeping>(at + (Side << 1) + (Side * InverseStride), !transposed), lower);
            PutFours(result, 0, j, first);
            PutFours(result, Side, j, second);
        }
    }

    /// <summary>The i-th of eight rows, as they stand in an inverse. Neighbours of the order are two rows apart (modulo 4), and so are every second.</summary>
    private static int Mixed(int i) => (i >> 1) ^ ((i & 1) * 6);

    /// <summary>16 rows in the mixed order, 16 columns taken in twos: near the even ones, far the odd ones.</summary>
    private static Fragment Paired(CudaTile x, CudaTile s, int i, int j)
    {
        int t = Lane & 3, column = j + ((Lane >> 2) << 1);
        CudaPair a = Scaled(x, s, i + t, column), b = Scaled(x, s, i + (t ^ 6), column), c = Scaled(x, s, i + t + 8, column), d = Scaled(x, s, i + (t ^ 6) + 8, column);
        return Fragment.Of<Keeping>(new(a.Low, b.Low), new(a.High, b.High), new(c.Low, d.Low), new(c.High, d.High));
    }

    /// <summary>Two neighbours of a row that is scaled, if s is a tile.</summary>
    private static CudaPair Scaled(CudaTile x, CudaTile s, int i, int j)
    {
        CudaPair pair = x.IsExact ? Ptx.Load2(x.Near(i, j)) : CudaPair.Of(Ptx.LoadBitsNear(x.NearFactor(i, j)));
        if (s.Rows == 0)
        {
            return pair;
        }

        float scale = Ptx.Load(s.Near(i, 0));
        return new(pair.Low * scale, pair.High * scale);
    }

    /// <summary>Stores 16 rows of sums whose columns were taken in twos.</summary>
    private static void PutFours(CudaTile result, int i, int j, Block16 sum)
    {
        int row = i + Mixed(Lane >> 2), column = j + ((Lane & 3) << 2);
        if (result.IsExact)
        {
            uint at = result.Near(row, column);
            Ptx.Store4(at, sum.Near.X, sum.Far.X, sum.Near.Y, sum.Far.Y);
            Ptx.Store4(at + (uint)(result.stride << 3), sum.Near.Z, sum.Far.Z, sum.Near.W, sum.Far.W);
        }
        else
        {
            uint at = result.NearFactor(row, column);
            PutFour(at, new(sum.Near.X, sum.Far.X), new(sum.Near.Y, sum.Far.Y));
            PutFour(at + (uint)(result.RowBytes << 3), new(sum.Near.Z, sum.Far.Z), new(sum.Near.W, sum.Far.W));
        }
    }

    /// <summary>Four numbers of a factor.</summary>
    private static void PutFour(uint at, CudaPair low, CudaPair high) => Ptx.Store2(at, Interop.IntAsFloat(low.Rounded), Interop.IntAsFloat(high.Rounded));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void InvertSixteen(uint l) =>
        InvertDiagonal(l, Side + RowPadding, Workspace(WorkspaceBytes / 2) + (uint)((Lane & 15) * InverseStride));

    /// <summary>Inverts 32 rows, in one warp: both blocks of the diagonal by substitution, a column of either in a thread; with them the block below.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void InvertThirtyTwo(uint l)
    {
        const int Stride = (2 * Side) + RowPadding;
        uint inverse = Workspace(WorkspaceBytes / 2);
        int block = (Lane >> 4) * Side, g = Lane >> 2, t = Lane & 3;
        InvertDiagonal(l + (uint)(block * ((Stride + 1) << 2)), Stride, inverse + (uint)((Lane * InverseStride) + (block << 1)));

        // The block below the diagonal, transposed: -(first inverse)^T (block of l)^T (second inverse)^T.
        uint even = l + (uint)(((Side + g) * (Stride << 2)) + (t << 2)), odd = l + (uint)(((Side + g) * (Stride << 2)) + ((t ^ 6) << 2));
        const uint Below = 8 * (Stride << 2);
        Fragment below = Fragment.Of<Keeping>(
            new(Ptx.Load(even), Ptx.Load(odd)), new(Ptx.Load(even + Below), Ptx.Load(odd + Below)),
            new(Ptx.Load(even + 32), Ptx.Load(odd + 32)), new(Ptx.Load(even + Below + 32), Ptx.Load(odd + Below + 32)));
        Ptx.Together();
        var product = default(Block16);
        AddProduct<Keeping>(ref product, Digits<Keeping>(inverse + (uint)(((Lane & 15) * InverseStride) + ((Lane >> 4) << 4)), transposed: false), below);
        int row = Side + (Lane & 7) + ((Lane >> 4) << 3);
        Block16 corner = Times(product, Digits<Keeping>(inverse + (uint)((row * InverseStride) + ((Side + (Lane & 8)) << 1)), transposed: true));
        uint to = inverse + (uint)((g * InverseStride) + (Side << 1) + (t << 2));
        PutDigits(to, new(-corner.Near.X, -corner.Near.Y));
        PutDigits(to + 16, new(-corner.Far.X, -corner.Far.Y));
        PutDigits(to + (8 * InverseStride), new(-corner.Near.Z, -corner.Near.W));
        PutDigits(to + (8 * InverseStride) + 16, new(-corner.Far.Z, -corner.Far.W));
    }

    private static void PutDigits(uint at, CudaPair x)
    {
        uint rounded = x.Rounded;
        Ptx.StoreBitsNear(at, rounded);
        Ptx.StoreBitsNear(at + RestsAt, x.Rest(rounded));
    }

    /// <summary>A column of the inverse of a unit lower triangular block of 16: substitution on a column of the identity, four rows at a time.</summary>
    /// <param name="l">Where the block begins.</param>
    /// <param name="stride">Numbers from one of its rows to the next.</param>
    /// <param name="to">Where the column goes.</param>
    private static void InvertDiagonal(uint l, int stride, uint to)
    {
        uint row = (uint)(stride << 2);
        int own = Lane & 15;
        CudaQuad a = Unit(own, 0), b = Unit(own, 4), c = Unit(own, 8), d = Unit(own, 12);
        Triangle(ref a, l, row);
        Minus(ref b, l + (4 * row), row, a);
        Triangle(ref b, l + (4 * row) + 16, row);
        Minus(ref c, l + (8 * row), row, a);
        Minus(ref c, l + (8 * row) + 16, row, b);
        Triangle(ref c, l + (8 * row) + 32, row);
        Minus(ref d, l + (12 * row), row, a);
        Minus(ref d, l + (12 * row) + 16, row, b);
        Minus(ref d, l + (12 * row) + 32, row, c);
        Triangle(ref d, l + (12 * row) + 48, row);
        PutEight(to, new(a.X, b.Z), new(a.Y, b.W), new(a.Z, b.X), new(a.W, b.Y));
        PutEight(to + 16, new(c.X, d.Z), new(c.Y, d.W), new(c.Z, d.X), new(c.W, d.Y));
    }

    private static CudaQuad Unit(int c, int first) => new(c == first ? 1f : 0f, c == first + 1 ? 1f : 0f, c == first + 2 ? 1f : 0f, c == first + 3 ? 1f : 0f);

    /// <summary>y -= l x, four rows and columns of l.</summary>
    private static void Minus(ref CudaQuad y, uint l, uint row, CudaQuad x)
    {
        CudaQuad a = Ptx.Load4(l), b = Ptx.Load4(l + row), c = Ptx.Load4(l + (2 * row)), d = Ptx.Load4(l + (3 * row));
        y -= new CudaQuad(a.X * x.X, b.X * x.X, c.X * x.X, d.X * x.X);
        y -= new CudaQuad(a.Y * x.Y, b.Y * x.Y, c.Y * x.Y, d.Y * x.Y);
        y -= new CudaQuad(a.Z * x.Z, b.Z * x.Z, c.Z * x.Z, d.Z * x.Z);
        y -= new CudaQuad(a.W * x.W, b.W * x.W, c.W * x.W, d.W * x.W);
    }

    /// <summary>Solves four rows among themselves.</summary>
    private static void Triangle(ref CudaQuad y, uint l, uint row)
    {
        CudaQuad second = Ptx.Load4(l + row), third = Ptx.Load4(l + (2 * row)), fourth = Ptx.Load4(l + (3 * row));
        float a = y.X, b = y.Y - (second.X * a), c = y.Z - (third.X * a) - (third.Y * b);
        y = new(a, b, c, y.W - (fourth.X * a) - (fourth.Y * b) - (fourth.Z * c));
    }

    /// <summary>Eight numbers, in pairs, and what their rounding lost.</summary>
    private static void PutEight(uint to, CudaPair x, CudaPair y, CudaPair z, CudaPair w)
    {
        uint a = x.Rounded, b = y.Rounded, c = z.Rounded, d = w.Rounded;
        Ptx.StoreBits4Near(to, a, b, c, d);
        Ptx.StoreBits4Near(to + RestsAt, x.Rest(a), y.Rest(b), z.Rest(c), w.Rest(d));
    }
}
