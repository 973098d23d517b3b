using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Walks over a recurrent state: a thread has four columns of some rows and sums its part of what is read, which is then summed over the
/// threads of the same columns.
/// </content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    public static bool WorksIn(CudaTile read, CudaTile written) => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void DecayAndRead(CudaTile result, CudaTile read, CudaTile s, CudaTile g, CudaTile c, Into into)
    {
        int step = result.RowStep, part = result.FirstRow, width = (result.Columns + 3) & ~3;
        bool each = g.Columns > 1;
        CudaLanes kept = CudaLanes.All(each ? 1f : CudaLanes.Exp(g.At(0, 0)));
        for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
        {
            CudaLanes sum = CudaLanes.All(0);
            for (int i = part; i < result.Rows; i += step)
            {
                CudaLanes value = (each ? CudaLanes.All(CudaLanes.Exp(g.At(0, i))) : kept) * s.Load(i, j);
                result.Store(i, j, value);
                sum += CudaLanes.All(c.At(0, i)) * value;
            }

            Ptx.Store4(PartAt(part, j, width), sum.X, sum.Y, sum.Z, sum.W);
        }

        SumParts(read, step, width, into);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void WriteAndRead(CudaTile state, CudaTile read, CudaTile k, CudaTile u, CudaTile q)
    {
        int step = state.RowStep, part = state.FirstRow, width = (state.Columns + 3) & ~3;
        for (int j = state.FirstColumn; j < state.Columns; j += state.ColumnStep)
        {
            CudaLanes sum = CudaLanes.All(0), written = u.Load(0, j);
            for (int i = part; i < state.Rows; i += step)
            {
                CudaLanes value = state.Load(i, j) + (CudaLanes.All(k.At(0, i)) * written);
                state.Store(i, j, value);
                sum += CudaLanes.All(q.At(0, i)) * value;
            }

            Ptx.Store4(PartAt(part, j, width), sum.X, sum.Y, sum.Z, sum.W);
        }

        SumParts(read, step, width, Into.Set);
    }

    private static uint PartAt(int part, int column, int width) => Ptx.Shared() + ((uint)((part * width) + column) << 2);

    private static void SumParts(CudaTile read, int parts, int width, Into into)
    {
        Synchronize();
        for (int j = Group.IdxX; j < read.Columns; j += Group.DimX)
        {
            float sum = 0;
            for (int part = 0; part < parts; part++)
            {
                sum += Ptx.Load(PartAt(part, j, width));
            }

            read.Put(0, j, sum, into);
        }

        Synchronize();
    }
}
