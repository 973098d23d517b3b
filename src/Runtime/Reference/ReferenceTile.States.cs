namespace AttentionDsl.Runtime;

/// <content>Walks over a recurrent state.</content>
public readonly unsafe partial struct ReferenceTile
{
    /// <inheritdoc/>
    public static bool WorksIn(ReferenceTile read, ReferenceTile written) => false;

    /// <inheritdoc/>
    public static void DecayAndRead(ReferenceTile result, ReferenceTile read, ReferenceTile s, ReferenceTile g, ReferenceTile c, Into into)
    {
        for (int d = 0; d < s.Rows; d++)
        {
            for (int v = 0; v < s.Columns; v++)
            {
                result[d, v] = Math.Exp(g[0, g.Columns == 1 ? 0 : d]) * s[d, v];
            }
        }

        Product(read, c, result, into);
    }

    /// <inheritdoc/>
    public static void DecayAndWrite(ReferenceTile state, ReferenceTile g, ReferenceTile k, ReferenceTile u)
    {
        for (int d = 0; d < state.Rows; d++)
        {
            for (int v = 0; v < state.Columns; v++)
            {
                state[d, v] *= Math.Exp(g[0, g.Columns == 1 ? 0 : d]);
            }
        }

        TransposedProduct(state, k, u, Into.Add);
    }

    /// <inheritdoc/>
    public static void WriteAndRead(ReferenceTile state, ReferenceTile read, ReferenceTile k, ReferenceTile u, ReferenceTile q)
    {
        TransposedProduct(state, k, u, Into.Add);
        Product(read, q, state, Into.Set);
    }
}
