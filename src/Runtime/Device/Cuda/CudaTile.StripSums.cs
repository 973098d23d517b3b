using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Sums over the columns of strips in parts, one of each warp's own columns; the first warp adds them up, always in one order.</content>
public readonly partial struct CudaTile
{
    /// <summary>Of every 32 rows the one whose sum a lane has.</summary>
    internal static int RowOfStrip(int lane) => (lane & 24) | ((lane & 3) << 1) | ((lane >> 2) & 1);

    /// <inheritdoc/>
    public static void RowDotParts(CudaTile parts, CudaTile a, CudaTile b)
    {
        if (a.IsStrip | b.IsStrip)
        {
            StripDots(parts, a.IsStrip ? a : b, a.IsStrip ? b : a);
        }
        else
        {
            RowDot(parts.FirstPart(a.Rows), a, b, Into.Set);
            ClearParts(parts, a.Rows, 1);
        }
    }

    /// <inheritdoc/>
    public static void SumOfParts(CudaTile result, CudaTile parts, Into into)
    {
        if (Warp == 0)
        {
            for (int turn = 0; turn < result.Rows; turn += 32)
            {
                int i = turn + Lane;
                if (result.HasNumber(i))
                {
                    uint at = parts.Near(0, i), step = (uint)(result.Rows << 2);
                    float first = Ptx.Load(at) + Ptx.Load(at + step) + (Ptx.Load(at + (2 * step)) + Ptx.Load(at + (3 * step)));
                    float second = Ptx.Load(at + (4 * step)) + Ptx.Load(at + (5 * step)) + (Ptx.Load(at + (6 * step)) + Ptx.Load(at + (7 * step)));
                    result.PutDown(i, first + second, into);
                }
            }
        }
    }

    private static void StripDots(CudaTile parts, CudaTile a, CudaTile b)
    {
        if (!a.IsElsewhere)
        {
            Ptx.StripRowDot(
                a.Rows, a.stride, a.Exactly, b.FirstRegister, b.Exactly, b.IsStrip ? 0 : b.StripFactor, b.RowBytes, (uint)Lane, parts.Near(0, (Warp * a.Rows) + RowOfStrip(Lane)));
        }

        ClearParts(parts, a.Rows, (a.Columns + StripColumns - 1) / StripColumns);
    }

    /// <summary>The first part of every row's sum as a column.</summary>
    private CudaTile FirstPart(int rows) => new(address, sizeof(float), rows, 1, place, Element);

    /// <summary>Parts that nothing is added to, from one on.</summary>
    private static void ClearParts(CudaTile parts, int rows, int first)
    {
        for (int at = (first * rows) + Group.IdxX; at < Padded.Parts * rows; at += Threads)
        {
            Ptx.Store(parts.Near(0, at), 0f);
        }
    }
}
