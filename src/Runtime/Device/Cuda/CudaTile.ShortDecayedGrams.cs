using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Decayed Grams of 16 or 32 tokens with whole slabs of 16 channels, the references being those of the Grams of any size. The warps share out the rows
/// of blocks and, within them, the slabs; then their sums are added.
/// </content>
/// <remarks>
/// Rows stand in the order <see cref="Mixed"/> and a thread takes four neighbouring channels: one access brings them, and the threads of a
/// warp find them in different banks. An exponent is worked out as a power of 2 in one step.
/// </remarks>
public readonly partial struct CudaTile
{
    private const float Log2E = 1.442695041f;

    private const int PartBytes = 32 * 2 * 16;

    /// <summary>True if <see cref="ShortGrams"/> takes a Gram.</summary>
    private static bool IsShortGram(CudaTile result, CudaTile l, CudaTile r) =>
        (result.Rows == Side || result.Rows == 2 * Side) && result.Rows == result.Columns && l.Columns % Side == 0 && result.IsExact && l.IsExact && r.IsExact;

    /// <summary>A Gram whose factors keep <typeparamref name="TDigits"/> and, where there are two, another whose factors are rounded.</summary>
    private static void ShortGrams<TDigits>(
        CudaTile result, CudaTile other, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, Causal causal, Causal otherCausal, bool two)
        where TDigits : struct, IDigits
    {
        int parts = result.Rows == Side ? Warps : Warps / 2, part = Warp % parts;
        var sums = default(BlockPair);
        var others = default(BlockPair);
        if (result.Rows == Side || Warp < parts)
        {
            for (int d = part * Side; d < l.Columns; d += parts * Side)
            {
                AddSlab<TDigits>(ref sums, ref others, l, m, r, e, g, 0, d, causal, otherCausal, two);
            }
        }
        else
        {
            for (int d = part * Side; d < l.Columns; d += parts * Side)
            {
                AddSlab<TDigits>(ref sums, ref others, l, m, r, e, g, Side, d, causal, otherCausal, two);
            }
        }

        GatherShort(result, sums, part, parts, causal);
        if (two)
        {
            GatherShort(other, others, part, parts, otherCausal);
        }
    }

    /// <summary>What 16 channels bring to a row of blocks: right the one on the diagonal, left the one before.</summary>
    private static void AddSlab<TDigits>(
        ref BlockPair sums, ref BlockPair others, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, int i, int d, Causal causal, Causal otherCausal, bool two)
        where TDigits : struct, IDigits
    {
        int row = Mixed(Lane >> 2), c = d + ((Lane & 3) << 2);
        uint at = e.Near(row + i, c), gAt = g.Near(row, c), lAt = l.Near(row + i, c), mAt = m.Near(row + i, c), rAt = r.Near(row, c);
        CudaQuad reference = CudaQuad.All(Log2E) * e.Quad(i, c);
        CudaQuad upper = Scaled(Ptx.Load4(at), reference), lower = Scaled(Ptx.Load4(at + (uint)(e.stride << 3)), reference);
        CudaQuad upperWeights = Exp2(upper), lowerWeights = Exp2(lower);
        Fragment rows = Weighted<TDigits>(lAt, l.stride, upperWeights, lowerWeights);
        Fragment otherRows = two ? Weighted<Rounding>(mAt, m.stride, upperWeights, lowerWeights) : default;
        if (i != 0)
        {
            Fragment before = Weighted<TDigits>(rAt, r.stride, Exp2(-Scaled(Ptx.Load4(gAt), reference)), Exp2(-Scaled(Ptx.Load4(gAt + (uint)(g.stride << 3)), reference)));
            AddProduct<TDigits>(ref sums.Left, rows, before);
            if (two)
            {
                AddProduct<Rounding>(ref others.Left, otherRows, before);
            }
        }

        bool own = e.address == g.address;
        uint diagonal = gAt + (uint)(i * g.stride);
        CudaQuad upperColumns = own ? upper : Scaled(Ptx.Load4(diagonal), reference), lowerColumns = own ? lower : Scaled(Ptx.Load4(diagonal + (uint)(g.stride << 3)), reference);
        Fragment columns = Weighted<TDigits>(rAt + (uint)(i * r.stride), r.stride, Exp2(-upperColumns), Exp2(-lowerColumns));
        uint lostUpper = Ptx.Ballot(Least(upper) < -LargestExponent * Log2E ? 1u : 0u), lostLower = Ptx.Ballot(Least(lower) < -LargestExponent * Log2E ? 1u : 0u);
        if ((lostUpper | lostLower) == 0)
        {
            AddProduct<TDigits>(ref sums.Right, rows, columns);
            if (two)
            {
                AddProduct<Rounding>(ref others.Right, otherRows, columns);
            }
        }
        else
        {
            AddRepaired<TDigits>(ref sums.Right, rows, columns, l, r, e, g, i, d, lostUpper, lostLower, causal);
            if (two)
            {
                AddRepaired<Rounding>(ref others.Right, otherRows, columns, m, r, e, g, i, d, lostUpper, lostLower, otherCausal);
            }
        }
    }

    private static void AddProduct<TDigits>(ref Block16 sum, in Fragment a, in Fragment b)
        where TDigits : struct, IDigits
    {
        sum.Near = TDigits.Near(sum.Near, a, b);
        sum.Far = TDigits.Far(sum.Far, a, b);
    }

    /// <summary>The block on the diagonal; rows that lose too much are done pair by pair.</summary>
    private static void AddRepaired<TDigits>(
        ref Block16 sum, in Fragment rows, in Fragment columns, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int i, int d, uint lostUpper, uint lostLower, Causal causal)
        where TDigits : struct, IDigits
    {
        var block = default(Block16);
        AddProduct<TDigits>(ref block, rows, columns);
        int row = i + Mixed(Lane >> 2), column = i + (Lane & 3), first = causal == Causal.Strict ? 0 : 1;
        uint upper = (lostUpper >> (Lane & 28)) & 15, lower = (lostLower >> (Lane & 28)) & 15;
        sum.Near += Repaired(block.Near, l, r, e, g, row, column, i + ((Lane & 3) ^ 6), d, upper, lower, first);
        sum.Far += Repaired(block.Far, l, r, e, g, row, column + 8, i + 8 + ((Lane & 3) ^ 6), d, upper, lower, first);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CudaQuad Repaired(CudaQuad sums, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int row, int column, int next, int d, uint upper, uint lower, int first) => new(
        upper != 0 ? PairSum(l, r, e, g, row, column, d, Side, first, 1) : sums.X,
        upper != 0 ? PairSum(l, r, e, g, row, next, d, Side, first, 1) : sums.Y,
        lower != 0 ? PairSum(l, r, e, g, row + 8, column, d, Side, first, 1) : sums.Z,
        lower != 0 ? PairSum(l, r, e, g, row + 8, next, d, Side, first, 1) : sums.W);

    /// <summary>16 rows of a factor, four channels a thread, weighted; the second eight stand below the first.</summary>
    private static Fragment Weighted<TDigits>(uint at, int stride, CudaQuad upperWeights, CudaQuad lowerWeights)
        where TDigits : struct, IDigits
    {
        CudaQuad upper = Ptx.Load4(at) * upperWeights, lower = Ptx.Load4(at + (uint)(stride << 3)) * lowerWeights;
        return Fragment.Of<TDigits>(new(upper.X, upper.Y), new(lower.X, lower.Y), new(upper.Z, upper.W), new(lower.Z, lower.W));
    }

    /// <summary>The powers of 2 that are e to the power (decay - reference); the reference is scaled already.</summary>
    private static CudaQuad Scaled(CudaQuad decay, CudaQuad reference) => (decay * CudaQuad.All(Log2E)) - reference;

    private static CudaQuad Exp2(CudaQuad x) => new(Ptx.Exp2(x.X), Ptx.Exp2(x.Y), Ptx.Exp2(x.Z), Ptx.Exp2(x.W));

    private static float Least(CudaQuad x) => MathF.Min(MathF.Min(x.X, x.Y), MathF.Min(x.Z, x.W));

    /// <summary>Adds what the parts have of the blocks on and below the diagonal; where no pair exists 0.</summary>
    private static void GatherShort(CudaTile result, BlockPair sums, int part, int parts, Causal causal)
    {
        uint at = Workspace(WorkspaceBytes) + (uint)(Lane << 4), own = at + (uint)(part * PartBytes);
        Synchronize();
        if (result.Rows == Side || Warp < parts)
        {
            PutPart(own, sums.Right);
        }
        else
        {
            PutPart(own + (uint)(parts * PartBytes), sums.Left);
            PutPart(own + (uint)(2 * parts * PartBytes), sums.Right);
        }

        Synchronize();
        int halves = result.Rows == Side ? 2 : 8;
        if (Warp < halves)
        {
            PutHalf(result, at, Warp, parts, causal);
        }

        for (int half = Warp + Warps; Warps < 8 && half < halves; half += Warps)
        {
            PutHalf(result, at, half, parts, causal);
        }
    }

    private static void PutPart(uint at, Block16 sum)
    {
        Ptx.Store4(at, sum.Near.X, sum.Near.Y, sum.Near.Z, sum.Near.W);
        Ptx.Store4(at + (PartBytes / 2), sum.Far.X, sum.Far.Y, sum.Far.Z, sum.Far.W);
    }

    /// <summary>Half of a block: a thread's four sums of eight columns. The fourth block, above the diagonal, has none.</summary>
    private static void PutHalf(CudaTile result, uint at, int half, int parts, Causal causal)
    {
        int block = half >> 1, first = causal == Causal.Strict ? 0 : 1;
        var sum = CudaQuad.All(0);
        if (block < 3)
        {
            uint from = at + (uint)((block * parts * PartBytes) + ((half & 1) * (PartBytes / 2)));
            sum = Ptx.Load4(from);
            for (int part = 1; parts != 4 && part < parts; part++)
            {
                sum += Ptx.Load4(from + (uint)(part * PartBytes));
            }

            if (parts == 4)
            {
                sum += Ptx.Load4(from + PartBytes);
                sum += Ptx.Load4(from + (2 * PartBytes)) + Ptx.Load4(from + (3 * PartBytes));
            }
        }

        int i = Mixed(Lane >> 2) + (block == 1 || block == 2 ? Side : 0), t = (Lane & 3) + (block >= 2 ? Side : 0) + ((half & 1) << 3), next = t ^ 6;
        uint to = result.Near(i, t), toNext = result.Near(i, next), below = (uint)(result.stride << 3);
        Ptx.Store(to, t < first + i ? sum.X : 0f);
        Ptx.Store(toNext, next < first + i ? sum.Y : 0f);
        Ptx.Store(to + below, t < first + i + 8 ? sum.Z : 0f);
        Ptx.Store(toNext + below, next < first + i + 8 ? sum.W : 0f);
    }

    /// <summary>A warp's sums of two neighbouring blocks.</summary>
    private struct BlockPair
    {
        public Block16 Left;
        public Block16 Right;
    }
}
