namespace AttentionDsl.Runtime;

/// <content>
/// Matrix products on the tensor cores. A kernel knows sizes and kinds of its tiles when it is compiled: a product finds the shape of its blocks and each
/// lane's addresses, and <see cref="Ptx.Product"/> writes what is left, a straight line.
/// </content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    public static void Product(CudaTile result, CudaTile a, CudaTile b, Into into) => Product(result, a, 0, b, 0, a.Columns, into);

    /// <inheritdoc/>
    public static void TransposedProduct(CudaTile result, CudaTile a, CudaTile b, Into into) => Product(result, a, 1, b, 0, a.Rows, into);

    /// <inheritdoc/>
    public static void ProductTransposed(CudaTile result, CudaTile a, CudaTile b, Into into) => Product(result, a, 0, b, 1, a.Columns, into);

    /// <inheritdoc/>
    public static void BeginProduct(CudaTile result, CudaTile a, CudaTile b, Into into) => Product(result, a, 0, b, 0, a.Columns, into, begins: 1);

    /// <inheritdoc/>
    public static void BeginTransposedProduct(CudaTile result, CudaTile a, CudaTile b, Into into) => Product(result, a, 1, b, 0, a.Rows, into, begins: 1);

    /// <inheritdoc/>
    public static void AwaitProducts(int columns, int left)
    {
        if (IsOfAllWarps(columns))
        {
            Ptx.StripsArrive(left);
        }
    }

    // begins: 1 if sums of strips need not be there at once.
    private static void Product(CudaTile result, CudaTile a, int aTurned, CudaTile b, int bTurned, int depth, Into into, int begins = 0)
    {
        if (result.IsStrip | b.IsStrip)
        {
            StripProduct(result, a, aTurned, b, bTurned, depth, into, begins);
        }
        else if (Even(result, depth))
        {
            Multiply(result, a, aTurned, b, bTurned, depth, into);
        }
        else
        {
            UnevenProduct(result, a, aTurned, b, bTurned, depth, into, Everywhere, 0);
        }
    }

    /// <inheritdoc/>
    public static void DecayAndWrite(CudaTile state, CudaTile g, CudaTile k, CudaTile u)
    {
        if (state.IsStrip)
        {
            StripDecay(state, g);
            StripProduct(state, k, 1, u, 0, k.Rows, Into.Add);
        }
        else if (!Even(state, k.Rows))
        {
            UnevenDecay(state, g);
            UnevenProduct(state, k, 1, u, 0, k.Rows, Into.Add, Everywhere, 0);
        }
        else
        {
            AddScaled(state, new Decays(g, g.Columns == 1 ? CudaQuad.Exp(Ptx.Load(g.Near(0, 0))) : 1f), k, 1, u, k.Rows);
        }
    }

    /// <inheritdoc/>
    public static void DecayRows(CudaTile state, CudaTile g)
    {
        if (state.IsStrip)
        {
            StripDecay(state, g);
        }
        else
        {
            UnevenDecay(state, g);
        }
    }

    /// <inheritdoc/>
    public static void DecayAndAdd(CudaTile state, CudaTile g, CudaTile x)
    {
        if (state.IsStrip)
        {
            StripDecayAndAdd(state, g, x);
        }
        else
        {
            // Both give a thread the same numbers.
            UnevenDecay(state, g);
            OneByOne(state, x, Into.Add);
        }
    }

    /// <summary>A product of sizes that are multiples of 16, in the largest blocks of which there is one for every warp.</summary>
    private static void Multiply(CudaTile result, CudaTile a, int aTurned, CudaTile b, int bTurned, int depth, Into into)
    {
        if (Tall(result))
        {
            Multiply(result, a, aTurned, b, bTurned, depth, into, 5, 5);
        }
        else if (Wide(result))
        {
            Multiply(result, a, aTurned, b, bTurned, depth, into, 4, 5);
        }
        else
        {
            Multiply(result, a, aTurned, b, bTurned, depth, into, 4, 4);
        }
    }

    private static void Multiply(CudaTile result, CudaTile a, int aTurned, CudaTile b, int bTurned, int depth, Into into, int rowBits, int columnBits)
    {
        // Where there are as many blocks as warps no test and no loop is left.
        uint across = (uint)(result.Columns + 15) >> columnBits, blocks = ((uint)result.Rows >> rowBits) * across, block = (uint)Warp;
        if (blocks >= Warps || block < blocks)
        {
            do
            {
                uint row = block / across;
                int i = (int)row << rowBits, j = (int)(block - (row * across)) << columnBits;
                Ptx.Product(
                    1 << rowBits, 1 << columnBits, result.PairAt(i, j), result.RowBytes, result.Exactly, into,
                    a.LeftAt(i, aTurned), a.RowBytes, a.Exactly, aTurned, b.RightAt(j, bTurned), b.RowBytes, b.Exactly, bTurned, depth,
                    result.BlockBytes, a.BlockBytes, b.BlockBytes);
                block += Warps;
            }
            while (blocks > Warps && block < blocks);
        }
    }

    /// <summary>True if blocks of 16 x 16 fill rows and contracted dimension; columns of scratch come in sixteens anyway, and what stands beyond the last is nobody's.</summary>
    private static bool Even(CudaTile result, int depth) => ((result.Rows | depth) & 15) == 0;

    /// <summary>True if there are 32 x 32 numbers for every warp.</summary>
    private static bool Tall(CudaTile result) => ((result.Rows | result.Columns) & 31) == 0 && result.Rows * result.Columns >= 1024 * Warps;

    /// <summary>True if there are 16 x 32 numbers for every warp.</summary>
    private static bool Wide(CudaTile result) => (result.Columns & 31) == 0 && result.Rows * result.Columns >= 512 * Warps;

    /// <summary>1 of an exact tile, 0 of a factor.</summary>
    private int Exactly => (element & 1) ^ 1;

    /// <summary>Where this thread's first two sums of a block go.</summary>
    private uint PairAt(int i, int j)
    {
        int row = i + (Lane >> 2), column = j + ((Lane & 3) << 1);
        return IsExact ? Near(row, column) : NearFactor(row, column);
    }

    /// <summary>Where this lane's part of 16 vectors of a left factor begins: of a factor the row of 8 that it gives to loads of matrices, of an exact tile its pair.</summary>
    private uint LeftAt(int vector, int turned) => IsExact ? ExactAt(vector, turned)
        : turned == 0 ? NearFactor(vector + (Lane & 15), (Lane >> 4) << 3)
        : NearFactor((Lane & 7) + ((Lane >> 4) << 3), vector + (Lane & 8));

    /// <summary>The same of a right factor: vectors are columns, or rows of one that is turned.</summary>
    private uint RightAt(int vector, int turned) => IsExact ? ExactAt(vector, turned ^ 1)
        : turned == 0 ? NearFactor(Lane & 15, vector + ((Lane >> 4) << 3))
        : NearFactor(vector + (Lane & 7) + ((Lane >> 4) << 3), Lane & 8);

    private uint ExactAt(int vector, int columns) => columns == 0 ? Near(vector + (Lane >> 2), (Lane & 3) << 1) : Near((Lane & 3) << 1, vector + (Lane >> 2));
}
