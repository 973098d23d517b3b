using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>The derivative of two Grams of the same decaying keys: weights are worked out once for both.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    /// <remarks>The gradients of both are 0 where no pair exists.</remarks>
    public static void DecayedGramsAdjoint(
        CudaTile dl, CudaTile dm, CudaTile dr, CudaTile de, CudaTile dg, CudaTile dStrict, CudaTile dOther, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        if (IsShortGram(dStrict, l, r) && dOther.IsExact && l.IsExact && m.IsExact && r.IsExact)
        {
            ShortGramsAdjoint<Keeping>(dl, dm, dr, de, dg, dStrict, dOther, l, m, r, e, g, two: true);
        }
        else
        {
            int first = Allowed(0, dOther.Rows, dOther.Columns, causal), each = Each(dOther.Rows, dOther.Columns);
            UnevenAdjoint(dl, de, dStrict, l, e, r, g, 1, 0, each);
            UnevenAdjoint(dm, de, dOther, m, e, r, g, 1, first, each);
            Synchronize();
            UnevenAdjoint(dr, dg, dStrict, r, g, l, e, -1, 0, each);
            UnevenAdjoint(dr, dg, dOther, r, g, m, e, -1, first, each);
        }
    }
}
