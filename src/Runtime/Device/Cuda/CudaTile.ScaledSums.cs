namespace AttentionDsl.Runtime;

/// <content>Sums of scaled rows and a product: a block's rows are scaled where they become its first sums.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    public static void ScaleAndAddProduct(CudaTile result, CudaTile x, CudaTile s, CudaTile a, CudaTile b)
    {
        if (result.address == x.address && Even(result, a.Columns))
        {
            AddScaled(result, s, a, 0, b, a.Columns);
        }
        else
        {
            ScaleRows(result, x, s);
            Synchronize();
            Product(result, a, b, Into.Add);
        }
    }

    /// <inheritdoc/>
    public static void ScaleAndAddTransposedProduct(CudaTile result, CudaTile x, CudaTile s, CudaTile a, CudaTile b)
    {
        if (result.address == x.address && Even(result, a.Rows))
        {
            AddScaled(result, s, a, 1, b, a.Rows);
        }
        else
        {
            ScaleRows(result, x, s);
            Synchronize();
            TransposedProduct(result, a, b, Into.Add);
        }
    }

    private static void AddScaled(CudaTile result, CudaTile s, CudaTile a, int aTurned, CudaTile b, int depth)
    {
        if (Tall(result))
        {
            AddScaled(result, s, a, aTurned, b, depth, 5, 5);
        }
        else if (Wide(result))
        {
            AddScaled(result, s, a, aTurned, b, depth, 4, 5);
        }
        else
        {
            AddScaled(result, s, a, aTurned, b, depth, 4, 4);
        }
    }

    private static void AddScaled(CudaTile result, CudaTile s, CudaTile a, int aTurned, CudaTile b, int depth, int rowBits, int columnBits)
    {
        uint across = (uint)(result.Columns + 15) >> columnBits, blocks = ((uint)result.Rows >> rowBits) * across, block = (uint)Warp;
        if (blocks >= Warps || block < blocks)
        {
            do
            {
                uint row = block / across;
                int i = (int)row << rowBits, j = (int)(block - (row * across)) << columnBits;
                Ptx.ScaledProduct(
                    1 << rowBits, 1 << columnBits, result.PairAt(i, j), result.stride, result.Exactly, Into.Add,
                    a.LeftAt(i, aTurned), a.stride, a.Exactly, aTurned, b.RightAt(j, 0), b.stride, b.Exactly, 0, depth,
                    s.Of(i), s.Of(i + 8), rowBits > 4 ? s.Of(i + 16) : 1f, rowBits > 4 ? s.Of(i + 24) : 1f);
                block += Warps;
            }
            while (blocks > Warps && block < blocks);
        }
    }

    /// <summary>The number of this thread's row, in eight rows of a column from row i on.</summary>
    private float Of(int i) => Ptx.Load(Near(i + (Lane >> 2), 0));
}
