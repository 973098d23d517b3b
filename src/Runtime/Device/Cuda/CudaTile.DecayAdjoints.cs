using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// What a decayed Gram says of its decays: pairs are summed as in a Gram, weighed in the registers of their sums, and summed along their rows and columns there. No pair stands in scratch.
/// </content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    /// <remarks>
    /// Blocks of sixteen columns have a part each of what rows sum up to, blocks of sixteen rows of what columns do. Where there are fewer blocks than half of the warps, two have a block,
    /// and half of the channels each, where factors stand in blocks of that many.
    /// </remarks>
    public static void DecayAdjointParts(CudaTile parts, CudaTile w, CudaTile l, CudaTile r)
    {
        uint across = (uint)w.Rows >> 4, blocks = across * across;
        if (!Even(w, l.Columns) || 2 * across > Padded.Parts)
        {
            DecayAdjointOfAny(parts, w, l, r);
            return;
        }

        bool halved = 2 * blocks <= Warps & 4 * across <= Padded.Parts & (l.Columns & ((2 * RoomColumns) - 1)) == 0;
        uint shift = halved ? 1u : 0u, all = blocks << (int)shift, at = (uint)Warp, sums = parts.Near(0, 0), line = (uint)w.Rows << 2;
        int depth = l.Columns >> (int)shift;
        if (all >= Warps || at < all)
        {
            do
            {
                uint half = at & shift, block = at >> (int)shift, down = block / across, right = block - (down * across);
                int i = (int)down << 4, j = (int)right << 4, row = i + (Lane >> 2), column = j + ((Lane & 3) << 1);
                uint ofRows = sums + (((half * across) + right) * line), ofColumns = sums + ((((1 + shift + half) * across) + down) * line);
                if (right <= down)
                {
                    CudaTile a = l.Block(0, l.Rows, (int)half * depth, depth), b = r.Block(0, r.Rows, (int)half * depth, depth);
                    Ptx.PairSums(
                        w.PairAt(i, j), w.RowBytes, w.Exactly, a.LeftAt(i, 0), l.RowBytes, l.Exactly, b.RightAt(j, 1), r.RowBytes, r.Exactly, depth, w.BlockBytes, l.BlockBytes, r.BlockBytes,
                        row - column, (uint)Lane, ofRows + (uint)((row + ((Lane & 2) << 2)) << 2), ofColumns + (uint)((column + (Lane >> 4 << 3) + ((Lane >> 3) & 1)) << 2));
                }
                else
                {
                    Ptx.Store(Lane < 16 ? ofRows + (uint)((i + Lane) << 2) : ofColumns + (uint)((j + Lane - 16) << 2), 0f);
                }

                at += Warps;
            }
            while (all > Warps && at < all);
        }

        ClearParts(parts, w.Rows, (int)((2 * across) << (int)shift));
    }

    /// <summary>The same of any size, a row a thread.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecayAdjointOfAny(CudaTile parts, CudaTile w, CudaTile l, CudaTile r)
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

            Ptx.Store(parts.Near(0, i), sum);
        }

        ClearParts(parts, w.Rows, 1);
    }
}
