using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Grams with a decay for every key channel, on the tensor cores: in blocks of 16 x 16 the weight exp(e_i - g_j) is the product
/// exp(e_i - reference) exp(reference - g_j), the reference being the decay of the block's first row. In blocks below the
/// diagonal both exponents are at most 0. On the diagonal the second is positive, but at most what the decay loses within 16 tokens: rows
/// that lose more than e^-60 are done pair by pair. Row i looks at no later row to decide that.
/// </content>
public readonly partial struct CudaTile
{
    // Beyond this a product of two exponentials comes near the ends of single precision.
    private const float LargestExponent = 60;

    /// <inheritdoc/>
    /// <remarks>Of what is written, whose system would carry a rounding on, the factors keep their digits; of what is read they are rounded as those of products are.</remarks>
    public static void DecayedGram(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        if (!IsShortGram(result, l, r))
        {
            UnevenDecayedGram(result, l, r, e, g, Allowed(0, result.Rows, result.Columns, causal), Each(result.Rows, result.Columns));
        }
        else if (causal == Causal.Strict)
        {
            ShortGrams<Keeping>(result, result, l, l, r, e, g, causal, causal, two: false);
        }
        else
        {
            ShortGrams<Rounding>(result, result, l, l, r, e, g, causal, causal, two: false);
        }
    }

    /// <inheritdoc/>
    /// <remarks>As in <see cref="DecayedGram"/>; the weights are worked out once for both.</remarks>
    public static void DecayedGrams(CudaTile strict, CudaTile other, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, Causal causal)
    {
        if (IsShortGram(strict, l, r) && other.IsExact && m.IsExact)
        {
            ShortGrams<Keeping>(strict, other, l, m, r, e, g, Causal.Strict, causal, two: true);
        }
        else
        {
            int each = Each(strict.Rows, strict.Columns);
            UnevenDecayedGram(strict, l, r, e, g, 0, each);
            UnevenDecayedGram(other, m, r, e, g, Allowed(0, other.Rows, other.Columns, causal), each);
        }
    }
}
