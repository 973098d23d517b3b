namespace AttentionDsl.Runtime;

/// <content>Walks over a recurrent state.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    public static bool WorksIn(CudaTile read, CudaTile written) => false;

    /// <inheritdoc/>
    public static void DecayAndRead(CudaTile result, CudaTile read, CudaTile s, CudaTile g, CudaTile c, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            CudaLanes kept = CudaLanes.Exp(CudaLanes.All(g.At(0, g.Columns == 1 ? 0 : i)));
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Store(i, j, kept * s.Load(i, j));
            }
        }

        Synchronize();
        Product(read, c, result, into);
    }

    /// <inheritdoc/>
    public static void WriteAndRead(CudaTile state, CudaTile read, CudaTile k, CudaTile u, CudaTile q)
    {
        TransposedProduct(state, k, u, Into.Add);
        Product(read, q, state, Into.Set);
    }
}
