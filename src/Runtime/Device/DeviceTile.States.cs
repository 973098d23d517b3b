using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>Walks over a recurrent state.</content>
public readonly partial struct DeviceTile
{
    /// <inheritdoc/>
    public static bool WorksIn(DeviceTile read, DeviceTile written) => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayAndRead(DeviceTile result, DeviceTile read, DeviceTile s, DeviceTile g, DeviceTile c, Into into)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, MathF.Exp(g[0, g.Columns == 1 ? 0 : i]) * s[i, j], Into.Set);
            }
        }

        Synchronize();
        Product(read, c, result, into);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayAndWrite(DeviceTile state, DeviceTile g, DeviceTile k, DeviceTile u)
    {
        for (int i = state.FirstRow; i < state.Rows; i += state.RowStep)
        {
            for (int j = state.FirstColumn; j < state.Columns; j += state.ColumnStep)
            {
                state.Put(i, j, MathF.Exp(g[0, g.Columns == 1 ? 0 : i]) * state[i, j], Into.Set);
            }
        }

        Synchronize();
        TransposedProduct(state, k, u, Into.Add);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void WriteAndRead(DeviceTile state, DeviceTile read, DeviceTile k, DeviceTile u, DeviceTile q)
    {
        TransposedProduct(state, k, u, Into.Add);
        Product(read, q, state, Into.Set);
    }
}
