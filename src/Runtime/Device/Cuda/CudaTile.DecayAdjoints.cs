using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// What a decayed Gram says of its decays: pairs are summed as in a Gram, weighed in the registers of their sums, and summed along their rows and columns there. No pair stands in scratch.
/// </content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    /// <remarks>Every block leaves its sums in the workspace, which nobody else uses when this begins; the first warp adds them up, in their order.</remarks>
    public static void DecayAdjoint(CudaTile dg, CudaTile w, CudaTile l, CudaTile r, Into into)
    {
        uint across = (uint)w.Rows >> 4, blocks = across * across, block = (uint)Warp;
        if (!Even(w, l.Columns) || 2 * (int)across * w.Rows * sizeof(float) > WorkspaceBytes / 2)
        {
            DecayAdjointOfAny(dg, w, l, r, into);
            return;
        }

        uint sums = Workspace(WorkspaceBytes / 2), line = (uint)w.Rows << 2;
        if (blocks >= Warps || block < blocks)
        {
            do
            {
                uint down = block / across, right = block - (down * across);
                if (right <= down)
                {
                    int i = (int)down << 4, j = (int)right << 4, row = i + (Lane >> 2), column = j + ((Lane & 3) << 1);
                    Ptx.PairSums(
                        w.PairAt(i, j), w.RowBytes, w.Exactly, l.LeftAt(i, 0), l.RowBytes, l.Exactly, r.RightAt(j, 1), r.RowBytes, r.Exactly, l.Columns, w.BlockBytes, l.BlockBytes, r.BlockBytes,
                        row - column, (uint)Lane,
                        sums + (right * line) + (uint)((row + ((Lane & 2) << 2)) << 2),
                        sums + ((across + down) * line) + (uint)((column + (Lane >> 4 << 3) + ((Lane >> 3) & 1)) << 2));
                }

                block += Warps;
            }
            while (blocks > Warps && block < blocks);
        }

        Synchronize();
        if (Warp == 0)
        {
            for (int i = 0; i < w.Rows; i += 32)
            {
                if (w.Rows - i >= 32 || Lane < 16)
                {
                    int row = i + RowOfStrip(Lane);
                    uint own = (uint)row >> 4, at = sums + (uint)(row << 2);
                    float sum = 0;
                    for (uint other = 0; other < across; other++)
                    {
                        sum += other <= own ? Ptx.Load(at + (other * line)) : 0f;
                        sum -= other >= own ? Ptx.Load(at + ((across + other) * line)) : 0f;
                    }

                    dg.PutDown(row, sum, into);
                }
            }
        }
    }

    /// <summary>The same of any size, a row a thread.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecayAdjointOfAny(CudaTile dg, CudaTile w, CudaTile l, CudaTile r, Into into)
    {
        for (int i = Group.IdxX; i < w.Rows; i += Threads)
        {
            float sum = 0;
            for (int j = 0; j < w.Rows; j++)
            {
                int late = i > j ? i : j, early = i + j - late;
                float product = 0;
                for (int d = 0; j != i && d < l.Columns; d++)
                {
                    product += l.At(late, d) * r.At(early, d);
                }

                sum += (j < i ? w.At(late, early) : -w.At(late, early)) * product;
            }

            dg.Put(i, 0, sum, into);
        }
    }
}
