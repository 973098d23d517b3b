using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>What hands states on from segment to segment.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Identity(CudaTile result, int column)
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
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddExactProduct(CudaTile result, CudaTile a, CudaTile b)
    {
        if (a.Rows == 1)
        {
            OneByOne<ExactRows, ExactColumns>(result, a, b, Into.Add);
        }
        else
        {
            Multiply16<ExactRows, ExactColumns, Keeping, Plainly>(result, a, b, Plainly.Of(Into.Add));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddExactTransposedProduct(CudaTile result, CudaTile a, CudaTile b)
    {
        if (a.Rows == 1)
        {
            Outer(result, a, b, Into.Add);
        }
        else
        {
            Multiply16<ExactColumns, ExactColumns, Keeping, Plainly>(result, a, b, Plainly.Of(Into.Add));
        }
    }
}
