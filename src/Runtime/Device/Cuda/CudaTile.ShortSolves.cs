using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Unit lower triangular systems of 16, 32 or 64 rows: the matrix is inverted, then every warp multiplies 16 of the columns by the inverse. The inverse stands in
/// blocks of 16 x 16, those that are not zero, a row for each of its columns, as bfloat16 and what that rounding lost.
/// </content>
/// <remarks>
/// Columns of the right side are taken in twos: a thread then reads two neighbours of a row and writes four. The threads of a warp find eights of a column of the inverse in
/// different banks (<see cref="Eight"/>).
/// </remarks>
public readonly partial struct CudaTile
{
    private const int Side = 16;

    /// <summary>Bytes that the inverse of the longest systems of these takes: more than half of <see cref="WorkspaceBytes"/>.</summary>
    internal const int InverseBytes = 10 * InverseBlock;

    /// <summary>Bytes from a block of the inverse to what its rounding lost.</summary>
    internal const int LostAt = Side * InverseStride;

    /// <summary>Rows of the longest of these systems.</summary>
    internal const int ShortRows = 4 * Side;

    // Of a block: its numbers, then what their rounding lost.
    private const int InverseBlock = 2 * LostAt;

    private const int InverseStride = Side << 1;

    private static bool IsShort(int rows) => rows == Side || rows == 2 * Side || rows == ShortRows;

    /// <summary>16 columns of a right side, of up to 64 rows.</summary>
    private struct RightSide
    {
        public Fragment First;
        public Fragment Second;
        public Fragment Third;
        public Fragment Fourth;

        public static RightSide Of(CudaTile x, int j)
        {
            RightSide columns = default;
            columns.First = Paired(x, 0, j);
            if (x.Rows > Side)
            {
                columns.Second = Paired(x, Side, j);
            }

            if (x.Rows > 2 * Side)
            {
                columns.Third = Paired(x, 2 * Side, j);
                columns.Fourth = Paired(x, 3 * Side, j);
            }

            return columns;
        }
    }

    private static void PutSolutions(CudaTile result, CudaTile x, uint inverse, bool transposed)
    {
        for (int j = Warp * Side; j < x.Columns; j += Warps * Side)
        {
            RightSide columns = RightSide.Of(x, j);

            // The result may stand where they do.
            Ptx.Together();
            PutSolution(result, columns, j, inverse, transposed);
        }
    }

    /// <summary>The product of the inverse, or of its transpose, and 16 columns.</summary>
    private static void PutSolution(CudaTile result, in RightSide x, int j, uint inverse, bool transposed)
    {
        uint at = inverse + (transposed ? AsVectors : Along);
        Block16 first, second, third, fourth;
        if (transposed)
        {
            first = Solved(at, result.Rows, 0, x, transposed);
            second = Solved(at, result.Rows, 1, x, transposed);
            third = Solved(at, result.Rows, 2, x, transposed);
            fourth = Solved(at, result.Rows, 3, x, transposed);
        }
        else
        {
            // After each, a part of the right side is needed no more: here, too.
            fourth = Solved(at, result.Rows, 3, x, transposed);
            third = Solved(at, result.Rows, 2, x, transposed);
            second = Solved(at, result.Rows, 1, x, transposed);
            first = Solved(at, result.Rows, 0, x, transposed);
        }

        PutFours(result, 0, j, first);
        if (result.Rows > Side)
        {
            PutFours(result, Side, j, second);
        }

        if (result.Rows > 2 * Side)
        {
            PutFours(result, 2 * Side, j, third);
            PutFours(result, 3 * Side, j, fourth);
        }
    }

    /// <summary>Row i of blocks of a solution, of systems that have it.</summary>
    private static Block16 Solved(uint at, int rows, int i, in RightSide x, bool transposed)
    {
        var sum = default(Block16);
        if (i * Side < rows)
        {
            AddSolved(ref sum, at, rows, i, 0, x.First, transposed);
            AddSolved(ref sum, at, rows, i, 1, x.Second, transposed);
            AddSolved(ref sum, at, rows, i, 2, x.Third, transposed);
            AddSolved(ref sum, at, rows, i, 3, x.Fourth, transposed);
        }

        return sum;
    }

    /// <summary>What block (i, k) of the inverse, or of its transpose, adds to a solution: nothing, if it is zero.</summary>
    private static void AddSolved(ref Block16 sum, uint at, int rows, int i, int k, in Fragment x, bool transposed)
    {
        if (k * Side < rows && (transposed ? i <= k : k <= i))
        {
            AddProduct<Keeping>(ref sum, OfInverse(at + (transposed ? BlockOfInverse(k, i) : BlockOfInverse(i, k)), !transposed), x);
        }
    }

    /// <summary>Where an inverse begins that is made in the workspace.</summary>
    private static uint Inverse(int rows) => Workspace(rows == Side ? InverseBlock : rows == 2 * Side ? 3 * InverseBlock : rows == ShortRows ? InverseBytes : (rows * rows) << 2);

    /// <summary>Bytes from there to a block: three of the first 32 rows, as many of the next, those between them.</summary>
    internal static uint BlockOfInverse(int i, int k) => (uint)((i >> 1 == k >> 1 ? ((i >> 1) * 3) + (i & 1) + (k & 1) : 6 + ((i & 1) << 1) + k) * InverseBlock);

    /// <summary>Bytes from where a block of the inverse begins to eight numbers of a column: the first eight, or with half 1 the others. Eights of eight columns stand in different banks.</summary>
    private static uint Eight(int column, int half) => (uint)((column * InverseStride) + ((half ^ ((column >> 2) & 1)) << 4));

    /// <summary>A block of the inverse, as a factor.</summary>
    private static Fragment OfInverse(uint at, bool transposed) =>
        transposed ? Fragment.Of(Ptx.LoadMatrixTransposed(at), Ptx.LoadMatrixTransposed(at + LostAt)) : Fragment.Of(Ptx.LoadMatrix(at), Ptx.LoadMatrix(at + LostAt));

    /// <summary>16 rows, 16 columns taken in twos: near the even ones, far the odd ones.</summary>
    private static Fragment Paired(CudaTile x, int i, int j)
    {
        int row = i + ((Lane & 3) << 1), column = j + ((Lane >> 2) << 1);
        CudaPair a = Neighbours(x, row, column), b = Neighbours(x, row + 1, column), c = Neighbours(x, row + 8, column), d = Neighbours(x, row + 9, column);
        return Fragment.Of<Keeping>(new(a.Low, b.Low), new(a.High, b.High), new(c.Low, d.Low), new(c.High, d.High));
    }

    /// <summary>Two neighbours of a row.</summary>
    private static CudaPair Neighbours(CudaTile x, int i, int j) => x.IsExact ? Ptx.Load2(x.Near(i, j)) : CudaPair.Of(Ptx.LoadBitsNear(x.NearFactor(i, j)));

    /// <summary>Stores 16 rows of sums whose columns were taken in twos.</summary>
    private static void PutFours(CudaTile result, int i, int j, Block16 sum)
    {
        int row = i + (Lane >> 2), column = j + ((Lane & 3) << 2);
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

    /// <summary>
    /// Inverts 64 rows: a warp each 32 of them; with both the blocks below, a column of these in a warp. Others than these two, if there are: they read what
    /// stands below in l meanwhile.
    /// </summary>
    private static void InvertFour(uint l, InversePlace inverse)
    {
        const int Stride = ShortRows + RowPadding, Half = 2 * Side;
        if (Warp < 2)
        {
            InvertTwo(l + (uint)(Warp * Half * ((Stride + 1) << 2)), Stride, inverse.At((uint)(Warp * 3 * InverseBlock)));
        }

        int column = Warps > 2 ? Warp - 2 : Warp;
        if (column is 0 or 1)
        {
            InvertBelow(l + (uint)(Half * (Stride << 2)), Stride, inverse, column);
        }
        else
        {
            Synchronize();
        }
    }

    /// <summary>Inverts two blocks of the diagonal, in one warp: both by substitution, a column of either in a thread; with them the block below.</summary>
    /// <param name="l">Where the first block begins.</param>
    /// <param name="stride">Numbers from a row to the next.</param>
    /// <param name="inverse">Where the first block of the inverse goes; the block below comes after it, and then the second.</param>
    private static void InvertTwo(uint l, int stride, InversePlace inverse)
    {
        // What is read of the matrix is read before anything is written.
        Fragment below = RowsOf(l + (uint)(Side * (stride << 2)), stride);
        int second = Lane >> 4;
        InvertDiagonal(l + (uint)(second * Side * ((stride + 1) << 2)), stride, inverse.At((uint)(second * 2 * InverseBlock)), Lane & 15);

        // The block below the diagonal, transposed: -(first inverse)^T (block of l)^T (second inverse)^T.
        Ptx.Together();
        var product = default(Block16);
        AddProduct<Keeping>(ref product, OfInverse(inverse.Near + AsVectors, transposed: false), below);
        var corner = default(Block16);
        AddProduct<Keeping>(ref corner, Split(product), OfInverse(inverse.Near + (2 * InverseBlock) + Along, transposed: true));
        PutNegative(inverse.At(InverseBlock), corner);
    }

    /// <summary>A column of the blocks below two inverses of 32 rows, transposed like <see cref="InvertTwo"/>'s.</summary>
    /// <param name="l">Where the last 32 rows of the matrix begin.</param>
    /// <param name="stride">Numbers from a row to the next.</param>
    /// <param name="inverse">Where the inverse begins; the others have it after a barrier, which is in here.</param>
    /// <param name="column">The column, 0 or 1.</param>
    private static void InvertBelow(uint l, int stride, InversePlace inverse, int column)
    {
        uint next = l + (uint)(Side * (stride << 2));
        Fragment third = RowsOf(l + (Side << 2), stride), fourth = RowsOf(next + (Side << 2), stride), thirdOfFirst = default, fourthOfFirst = default;
        if (column == 0)
        {
            thirdOfFirst = RowsOf(l, stride);
            fourthOfFirst = RowsOf(next, stride);
        }

        Synchronize();
        Block16 upper = default, lower = default;
        Fragment last = OfInverse(inverse.Near + (uint)((1 + column) * InverseBlock) + AsVectors, transposed: false);
        AddProduct<Keeping>(ref upper, last, third);
        AddProduct<Keeping>(ref lower, last, fourth);
        if (column == 0)
        {
            Fragment first = OfInverse(inverse.Near + AsVectors, transposed: false);
            AddProduct<Keeping>(ref upper, first, thirdOfFirst);
            AddProduct<Keeping>(ref lower, first, fourthOfFirst);
        }

        uint turned = inverse.Near + Along, to = (uint)(column * InverseBlock);
        Fragment product = Split(upper);
        Block16 corner = default, under = default;
        AddProduct<Keeping>(ref corner, product, OfInverse(turned + BlockOfInverse(2, 2), transposed: true));
        AddProduct<Keeping>(ref under, product, OfInverse(turned + BlockOfInverse(3, 2), transposed: true));
        AddProduct<Keeping>(ref under, Split(lower), OfInverse(turned + BlockOfInverse(3, 3), transposed: true));
        PutNegative(inverse.At(to + BlockOfInverse(2, 0)), corner);
        PutNegative(inverse.At(to + BlockOfInverse(3, 0)), under);
    }

    // Where a lane's eight of a block of the inverse begins, if its columns are 16 vectors, and if its rows are.
    private static uint AsVectors => Eight(Lane & 15, Lane >> 4);

    private static uint Along => Eight((Lane & 7) + ((Lane >> 4) << 3), (Lane >> 3) & 1);

    /// <summary>16 rows of a block of the matrix as vectors.</summary>
    private static Fragment RowsOf(uint l, int stride)
    {
        uint at = l + (uint)(((Lane >> 2) * (stride << 2)) + ((Lane & 3) << 3)), down = (uint)(8 * (stride << 2));
        return Fragment.Of<Keeping>(Ptx.Load2(at), Ptx.Load2(at + down), Ptx.Load2(at + 32), Ptx.Load2(at + down + 32));
    }

    /// <summary>Sums as the left factor of the next product.</summary>
    private static Fragment Split(in Block16 sum) =>
        Fragment.Of<Keeping>(new(sum.Near.X, sum.Near.Y), new(sum.Near.Z, sum.Near.W), new(sum.Far.X, sum.Far.Y), new(sum.Far.Z, sum.Far.W));

    /// <summary>A block of the inverse: sums taken negative.</summary>
    private static void PutNegative(InversePlace block, in Block16 sum)
    {
        int g = Lane >> 2, pair = (Lane & 3) << 2;
        InversePlace near = block.At(Eight(g, 0) + (uint)pair), far = block.At(Eight(g, 1) + (uint)pair);
        near.Put(new CudaPair(-sum.Near.X, -sum.Near.Y));
        far.Put(new CudaPair(-sum.Far.X, -sum.Far.Y));
        near.At(8 * InverseStride).Put(new CudaPair(-sum.Near.Z, -sum.Near.W));
        far.At(8 * InverseStride).Put(new CudaPair(-sum.Far.Z, -sum.Far.W));
    }

    /// <summary>Where numbers of an inverse go, and what their rounding lost <see cref="LostAt"/> bytes behind: to scratch, and to the device's memory if they are left there.</summary>
    private readonly struct InversePlace
    {
        private readonly long far;
        private readonly bool left;

        public InversePlace(uint near)
            : this(near, 0, false)
        {
        }

        public InversePlace(uint near, long far, bool left)
        {
            Near = near;
            this.far = far;
            this.left = left;
        }

        public uint Near { get; }

        public InversePlace At(uint further) => new(Near + further, far + further, left);

        public void Put(CudaPair x)
        {
            uint rounded = x.Rounded, rest = x.Rest(rounded);
            Ptx.StoreBitsNear(Near, rounded);
            Ptx.StoreBitsNear(Near + LostAt, rest);
            if (left)
            {
                Ptx.StoreFar(far, Interop.IntAsFloat(rounded));
                Ptx.StoreFar(far + LostAt, Interop.IntAsFloat(rest));
            }
        }

        public void Put(CudaPair x, CudaPair y, CudaPair z, CudaPair w)
        {
            uint a = x.Rounded, b = y.Rounded, c = z.Rounded, d = w.Rounded;
            Put4(Near, far, a, b, c, d);
            Put4(Near + LostAt, far + LostAt, x.Rest(a), y.Rest(b), z.Rest(c), w.Rest(d));
        }

        private void Put4(uint to, long leave, uint a, uint b, uint c, uint d)
        {
            Ptx.StoreBits4Near(to, a, b, c, d);
            if (left)
            {
                Ptx.StoreFar4(leave, Interop.IntAsFloat(a), Interop.IntAsFloat(b), Interop.IntAsFloat(c), Interop.IntAsFloat(d));
            }
        }
    }

    /// <summary>A column of the inverse of a unit lower triangular block of 16: substitution on a column of the identity, four rows at a time.</summary>
    /// <param name="l">Where the block begins.</param>
    /// <param name="stride">Numbers from one of its rows to the next.</param>
    /// <param name="block">Where the block of the inverse begins.</param>
    /// <param name="own">The column.</param>
    private static void InvertDiagonal(uint l, int stride, InversePlace block, int own)
    {
        uint row = (uint)(stride << 2);
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
        block.At(Eight(own, 0)).Put(new(a.X, a.Y), new(a.Z, a.W), new(b.X, b.Y), new(b.Z, b.W));
        block.At(Eight(own, 1)).Put(new(c.X, c.Y), new(c.Z, c.W), new(d.X, d.Y), new(d.Z, d.W));
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
}
