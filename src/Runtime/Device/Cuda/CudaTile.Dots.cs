using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>Sums of products along rows.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RowDot(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        for (int i = Warp; i < a.Rows; i += Warps)
        {
            float sum = 0;
            for (int c = Lane; c < a.Columns; c += 32)
            {
                sum += a.At(i, c) * b.At(i, c);
            }

            sum = Ptx.SumOfWarp(sum);
            if (Lane == 0)
            {
                result.Put(i, 0, sum, into);
            }
        }

        Synchronize();
    }
}
