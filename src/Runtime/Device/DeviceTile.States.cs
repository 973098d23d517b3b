using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>Walks over a recurrent state.</content>
public readonly partial struct DeviceTile
{
    /// <inheritdoc/>
    public static bool WorksIn(DeviceTile read, DeviceTile written) => false;

    /// <inheritdoc/>
    public static bool WritesTo(DeviceTile written) => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayAndWrite(DeviceTile state, DeviceTile g, DeviceTile k, DeviceTile u)
    {
        DecayRows(state, g);
        Synchronize();
        TransposedProduct(state, k, u, Into.Add);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayRows(DeviceTile state, DeviceTile g)
    {
        for (int i = state.FirstRow; i < state.Rows; i += state.RowStep)
        {
            for (int j = state.FirstColumn; j < state.Columns; j += state.ColumnStep)
            {
                state.Put(i, j, MathF.Exp(g[0, g.Columns == 1 ? 0 : i]) * state[i, j], Into.Set);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayAndAdd(DeviceTile state, DeviceTile g, DeviceTile x)
    {
        for (int i = state.FirstRow; i < state.Rows; i += state.RowStep)
        {
            for (int j = state.FirstColumn; j < state.Columns; j += state.ColumnStep)
            {
                state.Put(i, j, (MathF.Exp(g[0, g.Columns == 1 ? 0 : i]) * state[i, j]) + x[i, j], Into.Set);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void WriteAndRead(DeviceTile result, DeviceTile read, DeviceTile s, DeviceTile k, DeviceTile u, DeviceTile q)
    {
        Copy(result, s, Into.Set);
        TransposedProduct(result, k, u, Into.Add);
        Product(read, q, result, Into.Set);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayWriteAndRead(DeviceTile result, DeviceTile read, DeviceTile s, DeviceTile e, DeviceTile k, DeviceTile u, DeviceTile q)
    {
        for (int i = s.FirstRow; i < s.Rows; i += s.RowStep)
        {
            for (int j = s.FirstColumn; j < s.Columns; j += s.ColumnStep)
            {
                result.Put(i, j, e[0, e.Columns == 1 ? 0 : i] * s[i, j], Into.Set);
            }
        }

        Synchronize();
        WriteAndRead(result, read, result, k, u, q);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayWritesAndRead(DeviceTile result, DeviceTile read, DeviceTile s, DeviceTile e, DeviceTile k, DeviceTile u, DeviceTile b, DeviceTile z, DeviceTile q)
    {
        DecayWriteAndRead(result, read, s, e, k, u, q);
        WriteAndRead(result, read, result, b, z, q);
    }
}
