using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// What sizes that are no multiples of 16, and single rows, take: number by number, in single precision, each thread with results of its own. Every kernel carries this code,
/// since the compiler does not see that it is not reached: so it is short.
/// </content>
public readonly partial struct CudaTile
{
    // Every pair exists.
    private const int Everywhere = int.MaxValue / 2;

    /// <summary>result_ij (=, +=, -=) the sum over d of a_id b_dj, of either factor perhaps the transpose, for the columns before first + i each; 0 beyond them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnevenProduct(CudaTile result, CudaTile a, int aTurned, CudaTile b, int bTurned, int depth, Into into, int first, int each)
    {
        for (int at = Group.IdxX; at < result.Rows * result.Columns; at += Threads)
        {
            int i = at / result.Columns, j = at - (i * result.Columns);
            float sum = 0;
            for (int d = 0; d < depth && j < first + (i * each); d++)
            {
                sum += a.At(aTurned == 0 ? i : d, aTurned == 0 ? d : i) * b.At(bTurned == 0 ? d : j, bTurned == 0 ? j : d);
            }

            result.Put(i, j, sum, into);
        }
    }

    /// <summary>x_ij *= exp(g_i).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnevenDecay(CudaTile x, CudaTile g)
    {
        for (int at = Group.IdxX; at < x.Rows * x.Columns; at += Threads)
        {
            int i = at / x.Columns, j = at - (i * x.Columns);
            x.Put(i, j, CudaQuad.Exp(g.At(0, g.Columns == 1 ? 0 : i)) * x.At(i, j), Into.Set);
        }
    }

    /// <summary>A Gram with a decay for every key channel, pair by pair.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnevenDecayedGram(CudaTile result, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int first, int each)
    {
        for (int at = Group.IdxX; at < result.Rows * result.Columns; at += Threads)
        {
            int i = at / result.Columns, j = at - (i * result.Columns);
            result.Put(i, j, PairSum(l, r, e, g, i, j, 0, l.Columns, first, each), Into.Set);
        }
    }

    /// <summary>What a number of channels bring to one pair of a decayed Gram; 0 if the pair does not exist.</summary>
    private static float PairSum(CudaTile l, CudaTile r, CudaTile e, CudaTile g, int row, int column, int channel, int channels, int first, int each)
    {
        float sum = 0;
        for (int d = channel; d < channel + channels && column < first + (row * each); d++)
        {
            sum += l.At(row, d) * r.At(column, d) * CudaQuad.Exp(e.At(row, d) - g.At(column, d));
        }

        return sum;
    }

    /// <summary>
    /// The derivative of one factor of a decayed Gram, and of its decay: with sign 1 of the left (rows of d), with sign -1 of the right (columns of d). d is 0 where no
    /// pair exists, and its exponential is not asked for.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnevenAdjoint(CudaTile dx, CudaTile dDecay, CudaTile d, CudaTile x, CudaTile decay, CudaTile other, CudaTile otherDecay, int sign, int first, int each)
    {
        for (int at = Group.IdxX; at < x.Rows * x.Columns; at += Threads)
        {
            int row = at / x.Columns, channel = at - (row * x.Columns);
            float sum = 0, own = decay.At(row, channel);
            for (int o = 0; o < other.Rows; o++)
            {
                int i = sign > 0 ? row : o, j = sign > 0 ? o : row;
                if (j < first + (i * each))
                {
                    sum += d.At(i, j) * other.At(o, channel) * CudaQuad.Exp(sign * (own - otherDecay.At(o, channel)));
                }
            }

            dx.Put(row, channel, sum, Into.Add);
            dDecay.Put(row, channel, sign * x.At(row, channel) * sum, Into.Add);
        }
    }
}
