namespace AttentionDsl.Runtime;

/// <content>Sums of scaled rows and a product: a block's rows are scaled where they become its first sums.</content>
public readonly partial struct CudaTile
{
    /// <summary>What rows of a block are multiplied by before sums are added to them.</summary>
    private interface IRowFactor
    {
        /// <summary>The factor of this thread's row, in eight rows from row i on.</summary>
        float Of(int i);
    }

    /// <summary>A column.</summary>
    private readonly struct Scales(CudaTile s) : IRowFactor
    {
        public float Of(int i) => Ptx.Load(s.Near(i + (Lane >> 2), 0));
    }

    /// <summary>A row of log decays, or one for all: how much of them stays.</summary>
    private readonly struct Decays(CudaTile g, float all) : IRowFactor
    {
        public float Of(int i) => g.Columns == 1 ? all : CudaQuad.Exp(Ptx.Load(g.Near(0, i + (Lane >> 2))));
    }

    /// <inheritdoc/>
    /// <remarks>In scratch a thread has the numbers that it has in an elementwise loop.</remarks>
    public static void AddScaledRows(CudaTile result, CudaTile x, CudaTile s)
    {
        if (result.IsStrip | x.IsStrip)
        {
            StripAddScaledRows(result, x, s);
            return;
        }

        for (int i = result.FirstRow; result.HasRow(i); i += result.RowStep)
        {
            CudaLanes scale = s.Spread(i, 0);
            for (int j = result.FirstColumn; result.HasColumn(j); j += result.ColumnStep)
            {
                result.Store(i, j, result.Load(i, j) + (scale * x.Load(i, j)));
                if (result.ColumnsInOneTurn)
                {
                    break;
                }
            }

            if (result.RowsInOneTurn)
            {
                break;
            }
        }
    }

    /// <inheritdoc/>
    public static void ScaleAndAddProduct(CudaTile result, CudaTile x, CudaTile s, CudaTile a, CudaTile b) => ScaleAndAdd(result, x, s, a, 0, b, a.Columns);

    /// <inheritdoc/>
    public static void ScaleAndAddTransposedProduct(CudaTile result, CudaTile x, CudaTile s, CudaTile a, CudaTile b) => ScaleAndAdd(result, x, s, a, 1, b, a.Rows);

    private static void ScaleAndAdd(CudaTile result, CudaTile x, CudaTile s, CudaTile a, int aTurned, CudaTile b, int depth)
    {
        if (result.IsStrip)
        {
            StripScaleRows(result, x, s);
            StripProduct(result, a, aTurned, b, 0, depth, Into.Add);
        }
        else if (result.address == x.address && Even(result, depth))
        {
            AddScaled(result, new Scales(s), a, aTurned, b, depth);
        }
        else
        {
            ScaleRows(result, x, s);
            Synchronize();
            Product(result, a, aTurned, b, 0, depth, Into.Add);
        }
    }

    private static void AddScaled<TFactor>(CudaTile result, TFactor kept, CudaTile a, int aTurned, CudaTile b, int depth)
        where TFactor : struct, IRowFactor
    {
        if (Tall(result))
        {
            AddScaled(result, kept, a, aTurned, b, depth, 5, 5);
        }
        else if (Wide(result))
        {
            AddScaled(result, kept, a, aTurned, b, depth, 4, 5);
        }
        else
        {
            AddScaled(result, kept, a, aTurned, b, depth, 4, 4);
        }
    }

    private static void AddScaled<TFactor>(CudaTile result, TFactor kept, CudaTile a, int aTurned, CudaTile b, int depth, int rowBits, int columnBits)
        where TFactor : struct, IRowFactor
    {
        uint across = (uint)(result.Columns + 15) >> columnBits, blocks = ((uint)result.Rows >> rowBits) * across, block = (uint)Warp;
        if (blocks >= Warps || block < blocks)
        {
            do
            {
                uint row = block / across;
                int i = (int)row << rowBits, j = (int)(block - (row * across)) << columnBits;
                Ptx.ScaledProduct(
                    1 << rowBits, 1 << columnBits, result.PairAt(i, j), result.RowBytes, result.Exactly, Into.Add,
                    a.LeftAt(i, aTurned), a.RowBytes, a.Exactly, aTurned, b.RightAt(j, 0), b.RowBytes, b.Exactly, 0, depth,
                    result.BlockBytes, a.BlockBytes, b.BlockBytes, kept.Of(i), kept.Of(i + 8), rowBits > 4 ? kept.Of(i + 16) : 1f, rowBits > 4 ? kept.Of(i + 24) : 1f);
                block += Warps;
            }
            while (blocks > Warps && block < blocks);
        }
    }
}
