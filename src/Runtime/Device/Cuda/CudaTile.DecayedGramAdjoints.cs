using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>The derivative of a Gram with a decay for every key channel, in the blocks and with the references of the Gram itself.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    /// <remarks>d is 0 where no pair exists.</remarks>
    public static void DecayedGramAdjoint(CudaTile dl, CudaTile dr, CudaTile de, CudaTile dg, CudaTile d, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        if (IsShortGram(d, l, r) && l.IsExact && r.IsExact)
        {
            ShortGramsAdjoint<Keeping>(dl, dl, dr, de, dg, d, d, l, l, r, e, g, two: false);
        }
        else
        {
            int first = Allowed(0, d.Rows, d.Columns, causal), each = Each(d.Rows, d.Columns);
            UnevenAdjoint(dl, de, d, l, e, r, g, 1, first, each);
            Synchronize();
            UnevenAdjoint(dr, dg, d, r, g, l, e, -1, first, each);
        }
    }
}
