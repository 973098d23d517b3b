namespace AttentionDsl.Runtime;

/// <content>Sums over the columns of strips: every warp's of its own columns, then the first warp's of all warps', in their order, so that they are the same in every run.</content>
public readonly partial struct CudaTile
{
    /// <summary>Of every 32 rows the one whose sum a lane has.</summary>
    internal static int RowOfStrip(int lane) => (lane & 24) | ((lane & 3) << 1) | ((lane >> 2) & 1);

    /// <summary>Sums of rows of a strip, or of a strip's products with another tile of its shape, number by number. Nobody else uses the workspace when it begins.</summary>
    private static void StripRowSums(CudaTile result, CudaTile a, CudaTile b, bool dot, Into into)
    {
        uint sums = Workspace(WorkspaceBytes / 4) + (uint)(Lane << 2);
        if (!a.IsElsewhere)
        {
            uint own = sums + (uint)((Warp * a.Rows) << 2);
            if (dot)
            {
                Ptx.StripRowDot(a.Rows, a.stride, a.Exactly, b.FirstRegister, b.Exactly, b.IsStrip ? 0 : b.StripFactor, b.RowBytes, (uint)Lane, own);
            }
            else
            {
                Ptx.StripRowSum(a.Rows, a.stride, a.Exactly, (uint)Lane, own);
            }
        }

        Synchronize();
        if (Warp == 0)
        {
            for (int i = 0; i < a.Rows; i += 32)
            {
                if (a.Rows - i >= 32 || Lane < 16)
                {
                    uint at = sums + (uint)(i << 2);
                    float first = a.SumOfPart(at, 0) + a.SumOfPart(at, 1) + (a.SumOfPart(at, 2) + a.SumOfPart(at, 3));
                    float second = a.SumOfPart(at, 4) + a.SumOfPart(at, 5) + (a.SumOfPart(at, 6) + a.SumOfPart(at, 7));
                    result.PutDown(i + RowOfStrip(Lane), first + second, into);
                }
            }
        }
    }

    /// <summary>What a warp's columns of a strip add to a row's sum.</summary>
    private float SumOfPart(uint at, int part) => part * StripColumns < Columns ? Ptx.Load(at + (uint)((part * Rows) << 2)) : 0f;
}
