using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>What hands states on from segment to segment.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    public static void Identity(CudaTile result, int column)
    {
        if (result.IsStrip)
        {
            StripIdentity(result, column);
        }
        else
        {
            IdentityNear(result, column);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void IdentityNear(CudaTile result, int column)
    {
        Clear(result);
        Synchronize();
        for (int j = Group.IdxX; j < result.Columns; j += Threads)
        {
            if (column + j < result.Rows)
            {
                result.Put(column + j, j, 1f, Into.Set);
            }
        }
    }

    /// <inheritdoc/>
    public static void AddExactProduct(CudaTile result, CudaTile a, CudaTile b) => AddExactly(result, a, 0, b, a.Columns);

    /// <inheritdoc/>
    public static void AddExactTransposedProduct(CudaTile result, CudaTile a, CudaTile b) => AddExactly(result, a, 1, b, a.Rows);

    /// <summary>A product of exact tiles whose factors keep what their rounding to bfloat16 loses: one of which every pair exists.</summary>
    private static void AddExactly(CudaTile result, CudaTile a, int aTurned, CudaTile b, int depth)
    {
        if (!Even(result, depth))
        {
            UnevenProduct(result, a, aTurned, b, 0, depth, Into.Add, Everywhere, 0);
        }
        else
        {
            uint across = (uint)(result.Columns + 15) >> 4, blocks = ((uint)result.Rows >> 4) * across;
            for (uint block = (uint)Warp; block < blocks; block += Warps)
            {
                uint row = block / across;
                int i = (int)row << 4, j = (int)(block - (row * across)) << 4;
                Ptx.CausalProduct(
                    16, 16, result.PairAt(i, j), result.stride, 1, Into.Add,
                    a.LeftAt(i, aTurned), a.stride, 1, aTurned, b.RightAt(j, 0), b.stride, 1, 0, depth, 0, 0, 0, Everywhere, 0, 2);
            }
        }
    }
}
