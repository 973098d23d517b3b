namespace AttentionDsl.Runtime;

/// <content>Walks over a recurrent state.</content>
public readonly unsafe partial struct ReferenceTile
{
    /// <inheritdoc/>
    public static bool WorksIn(ReferenceTile read, ReferenceTile written) => false;

    /// <inheritdoc/>
    public static bool WritesTo(ReferenceTile written) => true;

    /// <inheritdoc/>
    public static void DecayAndWrite(ReferenceTile state, ReferenceTile g, ReferenceTile k, ReferenceTile u)
    {
        DecayRows(state, g);
        TransposedProduct(state, k, u, Into.Add);
    }

    /// <inheritdoc/>
    public static void DecayAndAdd(ReferenceTile state, ReferenceTile g, ReferenceTile x)
    {
        DecayRows(state, g);
        Copy(state, x, Into.Add);
    }

    /// <inheritdoc/>
    public static void DecayRows(ReferenceTile state, ReferenceTile g)
    {
        for (int d = 0; d < state.Rows; d++)
        {
            for (int v = 0; v < state.Columns; v++)
            {
                state[d, v] *= Math.Exp(g[0, g.Columns == 1 ? 0 : d]);
            }
        }
    }

    /// <inheritdoc/>
    public static void WriteAndRead(ReferenceTile result, ReferenceTile read, ReferenceTile s, ReferenceTile k, ReferenceTile u, ReferenceTile q)
    {
        Copy(result, s, Into.Set);
        TransposedProduct(result, k, u, Into.Add);
        Product(read, q, result, Into.Set);
    }

    /// <inheritdoc/>
    public static void DecayWriteAndRead(ReferenceTile result, ReferenceTile read, ReferenceTile s, ReferenceTile e, ReferenceTile k, ReferenceTile u, ReferenceTile q)
    {
        for (int d = 0; d < s.Rows; d++)
        {
            for (int v = 0; v < s.Columns; v++)
            {
                result[d, v] = e[0, e.Columns == 1 ? 0 : d] * s[d, v];
            }
        }

        WriteAndRead(result, read, result, k, u, q);
    }

    /// <inheritdoc/>
    public static void DecayWritesAndRead(ReferenceTile result, ReferenceTile read, ReferenceTile s, ReferenceTile e, ReferenceTile k, ReferenceTile u, ReferenceTile b, ReferenceTile z, ReferenceTile q)
    {
        DecayWriteAndRead(result, read, s, e, k, u, q);
        WriteAndRead(result, read, result, b, z, q);
    }
}
