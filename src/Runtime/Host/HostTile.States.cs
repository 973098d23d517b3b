using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <content>Walks over a recurrent state, row by row as it stands in memory, 64 columns in registers.</content>
public readonly unsafe partial struct HostTile
{
    /// <inheritdoc/>
    public static bool WorksIn(HostTile read, HostTile written) => read.data == written.data && read.Columns % HostLanes.Count == 0;

    /// <inheritdoc/>
    public static bool WritesTo(HostTile written) => written.Columns % HostLanes.Count == 0;

    /// <inheritdoc/>
    public static void DecayAndWrite(HostTile state, HostTile g, HostTile k, HostTile u) => DecayAndWriteTo(state, state, g, k, u);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DecayAndWriteTo(HostTile result, HostTile state, HostTile g, HostTile k, HostTile u)
    {
        Debug.Assert(result.stride == state.stride, "The states' rows do not stand alike.");
        RegisterTile.Multiply(
            result.data, result.stride, k.data, 1, k.stride, u.data, u.stride, state.Rows, state.Width, k.Rows, Into.Set, Kept(state, g), state.data - result.data);
    }

    /// <inheritdoc/>
    public static void DecayRows(HostTile state, HostTile g)
    {
        float* kept = Kept(state, g);
        for (int d = 0; d < state.Rows; d++)
        {
            float* to = state.Row(d);
            for (int v = 0; v < state.Columns; v++)
            {
                to[v] *= kept[d];
            }
        }
    }

    /// <inheritdoc/>
    public static void DecayAndAdd(HostTile state, HostTile g, HostTile x)
    {
        float* kept = Kept(state, g);
        for (int d = 0; d < state.Rows; d++)
        {
            float* to = state.Row(d), from = x.Row(d);
            for (int v = 0; v < state.Columns; v++)
            {
                to[v] = (kept[d] * to[v]) + from[v];
            }
        }
    }

    /// <inheritdoc/>
    public static void WriteAndRead(HostTile result, HostTile read, HostTile s, HostTile k, HostTile u, HostTile q) => Write<Stays>(result, read, s, k, k, u, q);

    /// <inheritdoc/>
    public static void DecayWriteAndRead(HostTile result, HostTile read, HostTile s, HostTile e, HostTile k, HostTile u, HostTile q) =>
        Write<Decays>(result, read, s, e, k, u, q);

    /// <inheritdoc/>
    public static void DecayWritesAndRead(HostTile result, HostTile read, HostTile s, HostTile e, HostTile k, HostTile u, HostTile b, HostTile z, HostTile q)
    {
        Write<Decays>(result, read, s, e, k, u, q);
        Write<Stays>(result, read, result, b, b, z, q);
    }

    /// <summary>read (=, +=, -=) x s, x and read being rows: one walk over a state, which comes from memory as it is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Read(HostTile read, HostTile x, HostTile s, Into into)
    {
        int v = 0;

        // 512 bytes of a row at a time, so that memory is read in one stream where that is the row.
        for (; Vector512.IsHardwareAccelerated && v + 128 <= read.Width; v += 128)
        {
            Vector512<float> r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default, r6 = default, r7 = default;
            for (int d = 0; d < x.Columns; d++)
            {
                float* from = s.Row(d) + v;
                Vector512<float> factor = Vector512.Create(x.data[d]);
                r0 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from), r0);
                r1 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from + 16), r1);
                r2 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from + 32), r2);
                r3 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from + 48), r3);
                r4 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from + 64), r4);
                r5 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from + 80), r5);
                r6 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from + 96), r6);
                r7 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from + 112), r7);
            }

            Put(read.data + v, r0, into);
            Put(read.data + v + 16, r1, into);
            Put(read.data + v + 32, r2, into);
            Put(read.data + v + 48, r3, into);
            Put(read.data + v + 64, r4, into);
            Put(read.data + v + 80, r5, into);
            Put(read.data + v + 96, r6, into);
            Put(read.data + v + 112, r7, into);
        }

        for (; Vector512.IsHardwareAccelerated && v + 64 <= read.Width; v += 64)
        {
            Vector512<float> r0 = default, r1 = default, r2 = default, r3 = default;
            for (int d = 0; d < x.Columns; d++)
            {
                float* from = s.Row(d) + v;
                Vector512<float> factor = Vector512.Create(x.data[d]);
                r0 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from), r0);
                r1 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from + 16), r1);
                r2 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from + 32), r2);
                r3 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(from + 48), r3);
            }

            Put(read.data + v, r0, into);
            Put(read.data + v + 16, r1, into);
            Put(read.data + v + 32, r2, into);
            Put(read.data + v + 48, r3, into);
        }

        for (; v < read.Width; v += 16)
        {
            Vector512<float> sum = default;
            for (int d = 0; d < x.Columns; d++)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(x.data[d]), Vector512.Load(s.Row(d) + v), sum);
            }

            Put(read.data + v, sum, into);
        }
    }

    // e holds the factors of the rows if TDecay is Decays.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write<TDecay>(HostTile result, HostTile read, HostTile s, HostTile e, HostTile k, HostTile u, HostTile q)
        where TDecay : struct
    {
        int v = 0;
        for (; Vector512.IsHardwareAccelerated && v + 64 <= result.Width; v += 64)
        {
            float* written = u.data + v;
            Vector512<float> u0 = Vector512.Load(written), u1 = Vector512.Load(written + 16), u2 = Vector512.Load(written + 32), u3 = Vector512.Load(written + 48);
            Vector512<float> r0 = default, r1 = default, r2 = default, r3 = default;
            for (int d = 0; d < s.Rows; d++)
            {
                float* from = s.Row(d) + v, to = result.Row(d) + v;
                Vector512<float> x = Vector512.Create(k.data[d]), y = Vector512.Create(q.data[d]), factor = Factor<TDecay>(e, d);
                Vector512<float> s0 = Vector512.FusedMultiplyAdd(x, u0, Decayed<TDecay>(Vector512.Load(from), factor)), s1 = Vector512.FusedMultiplyAdd(x, u1, Decayed<TDecay>(Vector512.Load(from + 16), factor));
                Vector512<float> s2 = Vector512.FusedMultiplyAdd(x, u2, Decayed<TDecay>(Vector512.Load(from + 32), factor)), s3 = Vector512.FusedMultiplyAdd(x, u3, Decayed<TDecay>(Vector512.Load(from + 48), factor));
                s0.Store(to);
                s1.Store(to + 16);
                s2.Store(to + 32);
                s3.Store(to + 48);
                r0 = Vector512.FusedMultiplyAdd(y, s0, r0);
                r1 = Vector512.FusedMultiplyAdd(y, s1, r1);
                r2 = Vector512.FusedMultiplyAdd(y, s2, r2);
                r3 = Vector512.FusedMultiplyAdd(y, s3, r3);
            }

            r0.Store(read.data + v);
            r1.Store(read.data + v + 16);
            r2.Store(read.data + v + 32);
            r3.Store(read.data + v + 48);
        }

        for (; v < result.Width; v += 16)
        {
            Vector512<float> written = Vector512.Load(u.data + v), sum = default;
            for (int d = 0; d < s.Rows; d++)
            {
                float* from = s.Row(d) + v, to = result.Row(d) + v;
                Vector512<float> next = Vector512.FusedMultiplyAdd(Vector512.Create(k.data[d]), written, Decayed<TDecay>(Vector512.Load(from), Factor<TDecay>(e, d)));
                next.Store(to);
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(q.data[d]), next, sum);
            }

            sum.Store(read.data + v);
        }
    }

    /// <summary>exp(g) for every row of a state, in the workspace.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float* Kept(HostTile state, HostTile g)
    {
        float* kept = Workspace.Of(state.Rows + 15);
        for (int d = 0; d < state.Rows; d += 16)
        {
            LaneMath.Exp(g.Columns == 1 ? Vector512.Create(*g.data) : Vector512.Load(g.data + d)).Store(kept + d);
        }

        return kept;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Factor<TDecay>(HostTile e, int d) => typeof(TDecay) == typeof(Decays) ? Vector512.Create(e.data[e.Columns == 1 ? 0 : d]) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Decayed<TDecay>(Vector512<float> x, Vector512<float> factor) => typeof(TDecay) == typeof(Decays) ? x * factor : x;

    private readonly struct Decays;

    private readonly struct Stays;
}
