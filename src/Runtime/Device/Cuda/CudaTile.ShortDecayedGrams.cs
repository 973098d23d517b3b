using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Decayed Grams of 16 or 32 tokens with whole slabs of 16 channels, the references being those of the Grams of any size. The warps share out the rows
/// of blocks and, within them, the slabs; then their sums are added.
/// </content>
/// <remarks>
/// Rows stand in the order <see cref="Apart"/> and a thread takes four neighbouring channels: one access brings them, and the threads of a
/// warp find them in different banks, whether factors of the Gram are exact or in half the bits. An exponent is worked out as a power of 2 in one step.
/// </remarks>
public readonly partial struct CudaTile
{
    private const float Log2E = 1.442695041f;

    private const int PartBytes = 32 * 2 * 16;

    /// <summary>True if <see cref="ShortGrams"/> takes a Gram.</summary>
    private static bool IsShortGram(CudaTile result, CudaTile l, CudaTile r) =>
        (result.Rows == Side || result.Rows == 2 * Side) && result.Rows == result.Columns && l.Columns % Side == 0 && result.IsExact && l.IsScratch && r.IsScratch;

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
        int row = Apart(Lane >> 2), c = d + ((Lane & 3) << 2);
        CudaQuad reference = CudaQuad.All(Log2E) * e.Quad(i, c);
        var known = Rows16.Of(l, row + i, c);
        Rows16 exponents = Rows16.Of(e, row + i, c).Scaled(reference), weights = exponents.Exp2();
        Fragment rows = known.Weighted<TDigits>(weights);
        Fragment otherRows = two ? Rows16.Of(m, row + i, c).Weighted<Rounding>(weights) : default;
        if (i != 0)
        {
            Fragment before = Rows16.Of(r, row, c).Weighted<TDigits>((-Rows16.Of(g, row, c).Scaled(reference)).Exp2());
            AddProduct<TDigits>(ref sums.Left, rows, before);
            if (two)
            {
                AddProduct<Rounding>(ref others.Left, otherRows, before);
            }
        }

        Rows16 columnExponents = e.address == g.address ? exponents : Rows16.Of(g, row + i, c).Scaled(reference), right = l.address == r.address ? known : Rows16.Of(r, row + i, c);
        Fragment columns = right.Weighted<TDigits>((-columnExponents).Exp2());
        CudaQuad upper = exponents.Upper, lower = exponents.Lower;
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

    /// <summary>
    /// Four Grams of 16 rows: half of the warps have those of l, with the decays e, the others those of m, with f; a warp works out the weights of its channels once for both of
    /// its Grams, and all sums are added in one go.
    /// </summary>
    private static void ShortCrossedGrams(
        CudaTile first, CudaTile second, CudaTile third, CudaTile fourth, CudaTile l, CudaTile m, CudaTile r, CudaTile s, CudaTile e, CudaTile f, CudaTile g, Causal causal)
    {
        int parts = Warps / 2, part = Warp % parts;
        var sums = default(BlockPair);
        if (Warp < parts)
        {
            for (int d = part * Side; d < l.Columns; d += parts * Side)
            {
                AddCrossed<Keeping>(ref sums, l, r, s, e, g, d, Causal.Strict);
            }
        }
        else
        {
            for (int d = part * Side; d < m.Columns; d += parts * Side)
            {
                AddCrossed<Rounding>(ref sums, m, r, s, f, g, d, causal);
            }
        }

        uint at = Workspace(WorkspaceBytes) + (uint)(Lane << 4), own = at + (uint)(((Warp < parts ? 0 : 2 * parts) + part) * PartBytes);
        Synchronize();
        PutPart(own, sums.Left);
        PutPart(own + (uint)(parts * PartBytes), sums.Right);
        Synchronize();
        for (int half = Warp; half < 8; half += Warps)
        {
            int gram = half >> 1;
            var result = new CudaTile(gram == 0 ? first.address : gram == 1 ? second.address : gram == 2 ? third.address : fourth.address, first.stride, first.Rows, first.Columns, first.place, first.Element);
            PutHalf(result, at + (uint)(gram * parts * PartBytes), half & 1, parts, gram < 2 ? Causal.Strict : causal);
        }
    }

    /// <summary>What 16 channels bring to two Grams of 16 rows: left that with r, right that with s.</summary>
    private static void AddCrossed<TDigits>(ref BlockPair sums, CudaTile l, CudaTile r, CudaTile s, CudaTile e, CudaTile g, int d, Causal causal)
        where TDigits : struct, IDigits
    {
        int row = Apart(Lane >> 2), c = d + ((Lane & 3) << 2);
        CudaQuad reference = CudaQuad.All(Log2E) * e.Quad(0, c);
        Rows16 exponents = Rows16.Of(e, row, c).Scaled(reference), columnExponents = e.address == g.address ? exponents : Rows16.Of(g, row, c).Scaled(reference);
        Rows16 weights = (-columnExponents).Exp2();
        Fragment rows = Rows16.Of(l, row, c).Weighted<TDigits>(exponents.Exp2());
        Fragment columns = Rows16.Of(r, row, c).Weighted<TDigits>(weights), otherColumns = Rows16.Of(s, row, c).Weighted<TDigits>(weights);
        uint lostUpper = Ptx.Ballot(Least(exponents.Upper) < -LargestExponent * Log2E ? 1u : 0u), lostLower = Ptx.Ballot(Least(exponents.Lower) < -LargestExponent * Log2E ? 1u : 0u);
        if ((lostUpper | lostLower) == 0)
        {
            AddProduct<TDigits>(ref sums.Left, rows, columns);
            AddProduct<TDigits>(ref sums.Right, rows, otherColumns);
        }
        else
        {
            AddRepaired<TDigits>(ref sums.Left, rows, columns, l, r, e, g, 0, d, lostUpper, lostLower, causal);
            AddRepaired<TDigits>(ref sums.Right, rows, otherColumns, l, s, e, g, 0, d, lostUpper, lostLower, causal);
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
        int row = i + Apart(Lane >> 2), column = i + Apart((Lane & 3) << 1), first = causal == Causal.Strict ? 0 : 1;
        uint upper = (lostUpper >> (Lane & 28)) & 15, lower = (lostLower >> (Lane & 28)) & 15;
        sum.Near += Repaired(block.Near, l, r, e, g, row, column, d, upper, lower, first);
        sum.Far += Repaired(block.Far, l, r, e, g, row, column + 8, d, upper, lower, first);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CudaQuad Repaired(CudaQuad sums, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int row, int column, int d, uint upper, uint lower, int first) => new(
        upper != 0 ? PairSum(l, r, e, g, row, column, d, Side, first, 1) : sums.X,
        upper != 0 ? PairSum(l, r, e, g, row, column + 2, d, Side, first, 1) : sums.Y,
        lower != 0 ? PairSum(l, r, e, g, row + 8, column, d, Side, first, 1) : sums.Z,
        lower != 0 ? PairSum(l, r, e, g, row + 8, column + 2, d, Side, first, 1) : sums.W);

    /// <summary>
    /// The i-th of eight rows. Neighbours of the order are two rows apart (modulo 4): rows of single precision are then in different banks. Fours of it are all even or all odd:
    /// so are sixteens of bytes of rows that stand in blocks. Columns 2 t and 2 t + 1 of a product are two apart.
    /// </summary>
    private static int Apart(int i) => ((i & 3) << 1) | (i >> 2);

    /// <summary>Four channels of a thread's row of 16, and of the eighth below it.</summary>
    private struct Rows16
    {
        public CudaQuad Upper;
        public CudaQuad Lower;

        public static Rows16 Of(CudaTile x, int i, int c)
        {
            Rows16 rows = default;
            if (x.IsExact)
            {
                uint at = x.Near(i, c);
                rows.Upper = Ptx.Load4(at);
                rows.Lower = Ptx.Load4(at + (uint)(x.stride << 3));
            }
            else
            {
                uint at = x.NearFactor(i, c);
                rows.Upper = FourAt(at);
                rows.Lower = FourAt(at + (uint)(x.RowBytes << 3));
            }

            return rows;
        }

        public static Rows16 operator -(Rows16 x)
        {
            x.Upper = -x.Upper;
            x.Lower = -x.Lower;
            return x;
        }

        public Rows16 Scaled(CudaQuad reference)
        {
            Rows16 exponents = default;
            exponents.Upper = CudaTile.Scaled(Upper, reference);
            exponents.Lower = CudaTile.Scaled(Lower, reference);
            return exponents;
        }

        public Rows16 Exp2()
        {
            Rows16 powers = default;
            powers.Upper = CudaTile.Exp2(Upper);
            powers.Lower = CudaTile.Exp2(Lower);
            return powers;
        }

        /// <summary>The rows times weights, as a factor.</summary>
        public Fragment Weighted<TDigits>(Rows16 weights)
            where TDigits : struct, IDigits
        {
            CudaQuad upper = Upper * weights.Upper, lower = Lower * weights.Lower;
            return Fragment.Of<TDigits>(new(upper.X, upper.Y), new(lower.X, lower.Y), new(upper.Z, upper.W), new(lower.Z, lower.W));
        }
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

        int i = Apart(Lane >> 2) + (block == 1 || block == 2 ? Side : 0), t = Apart((Lane & 3) << 1) + (block >= 2 ? Side : 0) + ((half & 1) << 3), next = t + 2;
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
