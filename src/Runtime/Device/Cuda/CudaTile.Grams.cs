using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Products of which only causal pairs exist, in blocks of 16 x 16; a block without pairs is not computed.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    /// <remarks>A strict Gram makes a triangular system, whose solution would carry a rounding on: it keeps the digits of its factors. One that is added to a gradient does not.</remarks>
    public static void Gram(CudaTile result, CudaTile l, CudaTile r, Causal causal, Into into)
    {
        if (!Even(result, l.Columns | result.Columns))
        {
            UnevenProduct(result, l, 0, r, 1, l.Columns, into, Allowed(0, result.Rows, result.Columns, causal), Each(result.Rows, result.Columns));
        }
        else if (l.IsExact && result.IsExact && (l.Columns & 31) == 0 && result.Rows * result.Columns <= 128 * Warps && result.Rows * result.stride <= WorkspaceBytes / 2)
        {
            GramInHalves(result, l, r, causal, into);
        }
        else
        {
            // Where half of the warps are enough, a strict Gram and one that is not, of the same rows, have warps of their own.
            uint blocks = ((uint)result.Rows >> 4) * ((uint)result.Columns >> 4);
            GramBlocks(result, l, r, causal, into, (uint)Warp ^ (causal == Causal.Inclusive & 2 * blocks <= Warps ? Warps >> 1 : 0u), default);
        }
    }

    /// <summary>All blocks, from one on that this warp has.</summary>
    private static void GramBlocks(CudaTile result, CudaTile l, CudaTile r, Causal causal, Into into, uint block, Weights weights)
    {
        uint across = (uint)result.Columns >> 4, blocks = ((uint)result.Rows >> 4) * across;
        if (blocks >= Warps || block < blocks)
        {
            do
            {
                uint row = block / across;
                GramBlock(result, l, r, causal, KeepsDigits(causal, into), into, (int)row << 4, (int)(block - (row * across)) << 4, 0, l.Columns, weights);
                block += Warps;
            }
            while (blocks > Warps && block < blocks);
        }
    }

    /// <summary>
    /// Most of an exact factor's instructions round it, and there are fewer blocks than warps: two warps have a block, each half the contracted dimension.
    /// The second leaves its sums in the workspace.
    /// </summary>
    private static void GramInHalves(CudaTile result, CudaTile l, CudaTile r, Causal causal, Into into)
    {
        var other = new CudaTile(Workspace(WorkspaceBytes / 2), result.stride, result.Rows, result.Columns, result.place, result.Element);
        uint across = (uint)result.Columns >> 4, blocks = ((uint)result.Rows >> 4) * across, block = (uint)Warp >> 1;
        int half = l.Columns >> 1;

        // Others may still use the workspace.
        Synchronize();
        if (block < blocks)
        {
            uint row = block / across;
            int i = (int)row << 4, j = (int)(block - (row * across)) << 4, second = Warp & 1;
            if (into == Into.Set)
            {
                // The same instructions for both.
                var part = new CudaTile(second == 0 ? result.address : other.address, result.stride, result.Rows, result.Columns, result.place, result.Element);
                GramBlock(part, l, r, causal, KeepsDigits(causal, into), into, i, j, second * half, half, default);
            }
            else if (second == 0)
            {
                GramBlock(result, l, r, causal, KeepsDigits(causal, into), into, i, j, 0, half, default);
            }
            else
            {
                GramBlock(other, l, r, causal, KeepsDigits(causal, into), Into.Set, i, j, half, half, default);
            }
        }

        Synchronize();
        uint quads = (uint)result.Columns >> 2, quad = (uint)Group.IdxX, all = (uint)result.Rows * quads;
        if (all >= Threads || quad < all)
        {
            do
            {
                uint row = quad / quads;
                int i = (int)row, j = (int)(quad - (row * quads)) << 2;
                CudaQuad sums = result.Quad(i, j), more = other.Quad(i, j);
                result.PutQuad(i, j, into == Into.Subtract ? sums - more : sums + more);
                quad += Threads;
            }
            while (all > Threads && quad < all);
        }
    }

    /// <summary>What pairs are multiplied by: a column, and how much they decay where e and g are columns; nothing where none is.</summary>
    private readonly struct Weights(CudaTile s, CudaTile e, CudaTile g)
    {
        public bool Exist => s.Rows != 0;

        /// <summary>Those of this thread's row of a block and of its pairs of columns, near and far.</summary>
        public CudaQuad Of(int row, int column)
        {
            CudaQuad weights = CudaQuad.All(Ptx.Load(s.Near(row, 0)));
            return e.Rows == 0 ? weights : weights * CudaQuad.Exp(CudaQuad.All(Ptx.Load(e.Near(row, 0))) - new CudaQuad(
                Ptx.Load(g.Near(column, 0)), Ptx.Load(g.Near(column + 1, 0)), Ptx.Load(g.Near(column + 8, 0)), Ptx.Load(g.Near(column + 9, 0))));
        }

        /// <summary>That of a pair, in tiles of any kind.</summary>
        public float At(int i, int j) => s.At(i, 0) * (e.Rows == 0 ? 1f : CudaQuad.Exp(e.At(i, 0) - g.At(j, 0)));
    }

    /// <summary>The sums over <paramref name="depth"/> of the contracted dimension, from <paramref name="from"/> on, where pairs exist.</summary>
    private static void GramBlock(CudaTile result, CudaTile l, CudaTile r, Causal causal, bool keeps, Into into, int i, int j, int from, int depth, Weights weights)
    {
        int first = Allowed(0, result.Rows, result.Columns, causal), each = Each(result.Rows, result.Columns);
        if (j < first + ((i + 15) * each))
        {
            int row = i + (Lane >> 2), column = j + ((Lane & 3) << 1), left = first + (row * each) - column;
            CudaTile a = l.Block(0, l.Rows, from, depth), b = r.Block(0, r.Rows, from, depth);
            if (weights.Exist)
            {
                // Where no pair exists its weight may be infinite: the sum is not looked at.
                CudaQuad near = weights.Of(row, column), far = weights.Of(row + 8, column);
                Ptx.WeighedProduct(
                    16, 16, result.PairAt(i, j), result.RowBytes, result.Exactly, into,
                    a.LeftAt(i, 0), l.RowBytes, a.Exactly, 0, b.RightAt(j, 1), r.RowBytes, b.Exactly, 1, depth,
                    result.BlockBytes, l.BlockBytes, r.BlockBytes, left, each << 3, keeps ? 2 : 1, near.X, near.Y, far.X, far.Y, near.Z, near.W, far.Z, far.W);
            }
            else
            {
                Ptx.CausalProduct(
                    16, 16, result.PairAt(i, j), result.RowBytes, result.Exactly, into,
                    a.LeftAt(i, 0), l.RowBytes, a.Exactly, 0, b.RightAt(j, 1), r.RowBytes, b.Exactly, 1, depth,
                    result.BlockBytes, l.BlockBytes, r.BlockBytes, left, each << 3, keeps ? 2 : 1);
            }
        }
        else if (into == Into.Set)
        {
            // Nothing is contracted: zeros.
            Ptx.Product(16, 16, result.PairAt(i, j), result.RowBytes, result.Exactly, into, 0, 0, 0, 0, 0, 0, 0, 0, 0, result.BlockBytes, 0, 0);
        }
    }

    /// <inheritdoc/>
    public static void ScaledGram(CudaTile result, CudaTile l, CudaTile r, CudaTile s, Causal causal) => WeighedGram(result, l, r, causal, new(s, default, default));

    /// <inheritdoc/>
    public static void DecayedScaledGram(CudaTile result, CudaTile l, CudaTile r, CudaTile s, CudaTile e, CudaTile g, Causal causal) =>
        WeighedGram(result, l, r, causal, new(s, e, g));

    /// <summary>Pairs are weighed in the registers in which they are summed.</summary>
    private static void WeighedGram(CudaTile result, CudaTile l, CudaTile r, Causal causal, Weights weights)
    {
        if (!Even(result, l.Columns | result.Columns))
        {
            WeighedGramOfAny(result, l, r, causal, weights);
            return;
        }

        GramBlocks(result, l, r, causal, Into.Set, (uint)Warp, weights);
        if (result.IsRooms)
        {
            Ptx.StripsAwait();
        }
    }

    /// <summary>The same of any size, a pair a thread.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WeighedGramOfAny(CudaTile result, CudaTile l, CudaTile r, Causal causal, Weights weights)
    {
        for (int at = Group.IdxX; at < result.Rows * result.Columns; at += Threads)
        {
            int i = Ptx.Quotient(at, result.Columns), j = at - (i * result.Columns);
            float sum = 0;
            if (j < Allowed(i, result.Rows, result.Columns, causal))
            {
                for (int d = 0; d < l.Columns; d++)
                {
                    sum += l.At(i, d) * r.At(j, d);
                }

                sum *= weights.At(i, j);
            }

            result.Put(i, j, sum, Into.Set);
        }
    }

    /// <inheritdoc/>
    public static void Mirror(CudaTile x)
    {
        // Neighbours write neighbours of a row, four rows each; what stands on the diagonal and above it is not read, for it is written.
        uint rows = (uint)x.Rows, all = rows * ((rows + 3) >> 2);
        for (uint first = 0; first < all; first += Threads)
        {
            uint at = first + (uint)Group.IdxX, quad = at / rows;
            int i = (int)(at - (quad * rows)), j = (int)quad << 2;
            if (j + 4 <= i)
            {
                x.PutDown(j, i, x.Quad(i, j));
            }
            else if (j < i)
            {
                float second = j + 1 < i ? Ptx.Load(x.Near(i, j + 1)) : 0f, third = j + 2 < i ? Ptx.Load(x.Near(i, j + 2)) : 0f;
                Ptx.Store(x.Near(j, i), Ptx.Load(x.Near(i, j)));
                if (j + 1 < i)
                {
                    Ptx.Store(x.Near(j + 1, i), second);
                }

                if (j + 2 < i)
                {
                    Ptx.Store(x.Near(j + 2, i), third);
                }
            }
        }
    }

    private static bool KeepsDigits(Causal causal, Into into) => causal == Causal.Strict && into == Into.Set;
}
