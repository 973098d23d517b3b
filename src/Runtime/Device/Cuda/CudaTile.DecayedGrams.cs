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
        if (IsShortGram(strict, l, r) && other.IsExact && m.IsScratch)
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

    /// <inheritdoc/>
    /// <remarks>As in <see cref="DecayedGram"/>; of 16 rows, which are as many as chunks of these have where shared memory is short, the weights are worked out once for two.</remarks>
    public static void CrossedDecayedGrams(
        CudaTile first, CudaTile second, CudaTile third, CudaTile fourth, CudaTile l, CudaTile m, CudaTile r, CudaTile s, CudaTile e, CudaTile f, CudaTile g, Causal causal)
    {
        if (first.Rows == Side && IsShortGram(first, l, r) && m.IsScratch && s.IsScratch && second.IsExact && third.IsExact && fourth.IsExact)
        {
            ShortCrossedGrams(first, second, third, fourth, l, m, r, s, e, f, g, causal);
        }
        else
        {
            DecayedGram(first, l, r, e, g, Causal.Strict);
            DecayedGram(second, l, s, e, g, Causal.Strict);
            DecayedGram(third, m, r, f, g, causal);
            DecayedGram(fourth, m, s, f, g, causal);
        }
    }
}
