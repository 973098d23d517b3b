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
    public static bool WritesTo(CudaTile written) => false;

    /// <inheritdoc/>
    public static void WriteAndRead(CudaTile result, CudaTile read, CudaTile s, CudaTile k, CudaTile u, CudaTile q) =>
        Write(result, read, s, false, k, k, u, q);

    /// <inheritdoc/>
    public static void DecayWriteAndRead(CudaTile result, CudaTile read, CudaTile s, CudaTile e, CudaTile k, CudaTile u, CudaTile q) =>
        Write(result, read, s, true, e, k, u, q);

    /// <inheritdoc/>
    public static void DecayWritesAndRead(CudaTile result, CudaTile read, CudaTile s, CudaTile e, CudaTile k, CudaTile u, CudaTile b, CudaTile z, CudaTile q)
    {
        Write(result, read, s, true, e, k, u, q);
        Write(result, read, result, false, b, b, z, q);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Write(CudaTile result, CudaTile read, CudaTile s, bool decays, CudaTile e, CudaTile k, CudaTile u, CudaTile q)
    {
        // Others may still use the workspace.
        Synchronize();
        int step = result.QuadRowStep, part = result.QuadRow, width = (result.Columns + 3) & ~3;
        for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
        {
            CudaQuad sum = CudaQuad.All(0), written = u.Quad(0, j);
            for (int i = part; i < result.Rows; i += step)
            {
                CudaQuad kept = CudaQuad.All(decays ? e.At(0, e.Columns > 1 ? i : 0) : 1);
                CudaQuad value = (kept * s.Quad(i, j)) + (CudaQuad.All(k.At(0, i)) * written);
                result.PutQuad(i, j, value);
                sum += CudaQuad.All(q.At(0, i)) * value;
            }

            Ptx.Store4(PartAt(part, j, width), sum.X, sum.Y, sum.Z, sum.W);
        }

        SumParts(read, step, width);
    }

    private static uint PartAt(int part, int column, int width) => Workspace(WorkspaceBytes / 2) + ((uint)((part * width) + column) << 2);

    private static void SumParts(CudaTile read, int parts, int width)
    {
        Synchronize();
        for (int j = Group.IdxX; j < read.Columns; j += Threads)
        {
            float sum = 0;
            for (int part = 0; part < parts; part++)
            {
                sum += Ptx.Load(PartAt(part, j, width));
            }

            read.Put(0, j, sum, Into.Set);
        }

        Synchronize();
    }
}
