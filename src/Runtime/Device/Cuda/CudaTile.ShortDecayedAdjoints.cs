using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// Derivatives of decayed Grams of 16 or 32 tokens with whole slabs of 16 channels. A warp has a slab: it works out the weights of its channels once, for both
/// factors of all Grams. The gradients of the Grams stand in the workspace, as bfloat16 and what that rounding lost.
/// </content>
/// <remarks>
/// A warp computes transposes, channels being rows: factors, sums and weights of a channel and a row then are the same thread's. Channels are
/// taken in twos and rows in the order <see cref="Fourth"/>, so that the threads of a warp find them in different banks.
/// </remarks>
public readonly partial struct CudaTile
{
    // The numbers of a row, what their rounding lost, and 16 bytes more: eight rows begin in different banks.
    private const int MatrixStride = 144;

    private const int RestsAt = 64;

    private const int MatrixBytes = 2 * Side * MatrixStride;

    private static void ShortGramsAdjoint<TDigits>(
        CudaTile dl, CudaTile dm, CudaTile dr, CudaTile de, CudaTile dg, CudaTile d, CudaTile dOther, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, bool two)
        where TDigits : struct, IDigits
    {
        Synchronize();
        PutMatrix(d, 0);
        if (two)
        {
            PutMatrix(dOther, 1);
        }

        Synchronize();
        if (Warp * Side < l.Columns)
        {
            AdjointSlab<TDigits>(dl, dm, dr, de, dg, d, dOther, l, m, r, e, g, Warp * Side, two);
        }

        for (int c = (Warp + Warps) * Side; Warps * Side < l.Columns && c < l.Columns; c += Warps * Side)
        {
            AdjointSlab<TDigits>(dl, dm, dr, de, dg, d, dOther, l, m, r, e, g, c, two);
        }
    }

    /// <summary>The gradient of a Gram, split, for the workspace: columns of a block in the order <see cref="Fourth"/>, eight to a thread.</summary>
    private static void PutMatrix(CudaTile d, int number)
    {
        int shift = d.Rows == Side ? 1 : 2, count = d.Rows << shift, before = number * count % Threads;
        for (int at = Group.IdxX - before; at < count; at += Threads)
        {
            if (at >= 0)
            {
                int row = at >> shift, eighth = at & ((1 << shift) - 1);
                CudaQuad low = d.Quad(row, eighth << 3), high = d.Quad(row, (eighth << 3) + 4);
                PutEight(
                    Workspace(WorkspaceBytes) + (uint)((number * MatrixBytes) + (row * MatrixStride) + (eighth << 4)), RestsAt,
                    new(low.X, high.X), new(low.Y, high.Y), new(low.Z, high.Z), new(low.W, high.W));
            }
        }
    }

    /// <summary>Eight numbers, in pairs, and what their rounding lost so many bytes behind.</summary>
    private static void PutEight(uint to, uint lost, CudaPair x, CudaPair y, CudaPair z, CudaPair w)
    {
        uint a = x.Rounded, b = y.Rounded, c = z.Rounded, d = w.Rounded;
        Ptx.StoreBits4Near(to, a, b, c, d);
        Ptx.StoreBits4Near(to + lost, x.Rest(a), y.Rest(b), z.Rest(c), w.Rest(d));
    }

    private static int Fourth(int i) => (i >> 1) + ((i & 1) << 2);

    private static void AdjointSlab<TDigits>(
        CudaTile dl, CudaTile dm, CudaTile dr, CudaTile de, CudaTile dg, CudaTile d, CudaTile dOther, CudaTile l, CudaTile m, CudaTile r, CudaTile e, CudaTile g, int c, bool two)
        where TDigits : struct, IDigits
    {
        bool below = d.Rows > Side, own = e.address == g.address;
        uint matrix = Workspace(WorkspaceBytes);
        uint rows = matrix + (uint)(((Fourth(Lane & 7) + (Lane & 8)) * MatrixStride) + ((Lane >> 4) << 4));
        uint columns = matrix + (uint)(((Fourth(Lane & 7) + ((Lane >> 4) << 3)) * MatrixStride) + ((Lane & 8) << 1));
        CudaPair reference = Reference(e, 0, c);
        Patch r0 = Patch.Of(r, 0, c), g0 = Patch.Of(g, 0, c), l0 = Patch.Of(l, 0, c), m0 = two ? Patch.Of(m, 0, c) : default;
        Patch x0 = own ? g0.Below(reference) : Patch.Of(e, 0, c).Below(reference), y0 = own ? x0 : g0.Below(reference);
        Patch dl0 = default, dm0 = default, dr0 = default;
        bool lost = Loses(x0, y0, own), lostBelow = false;
        if (!lost)
        {
            AddBlock<TDigits>(ref dl0, ref dm0, ref dr0, l0, m0, r0, x0.Powers, y0.Inverses, rows, columns, two);
        }

        if (below)
        {
            const uint Down = (Side * MatrixStride), Right = Side << 1;
            reference = Reference(e, Side, c);
            Patch r1 = Patch.Of(r, Side, c), g1 = Patch.Of(g, Side, c), l1 = Patch.Of(l, Side, c), m1 = two ? Patch.Of(m, Side, c) : default;
            Patch x1 = own ? g1.Below(reference) : Patch.Of(e, Side, c).Below(reference), y1 = own ? x1 : g1.Below(reference);
            Patch weights = x1.Powers, before = g0.Below(reference).Inverses, dl1 = default, dm1 = default, dr1 = default;

            // The block below the diagonal: rows of the second half, columns of the first.
            AddBlock<TDigits>(ref dl1, ref dm1, ref dr0, l1, m1, r0, weights, before, rows + Down, columns + Down, two);
            lostBelow = Loses(x1, y1, own);
            if (!lostBelow)
            {
                AddBlock<TDigits>(ref dl1, ref dm1, ref dr1, l1, m1, r1, weights, y1.Inverses, rows + Down + Right, columns + Down + Right, two);
            }

            AddPatches(dl, dm, dr, de, dg, dl1, dm1, dr1, l1, m1, r1, Side, c, two);
        }

        AddPatches(dl, dm, dr, de, dg, dl0, dm0, dr0, l0, m0, r0, 0, c, two);
        if (lost || lostBelow)
        {
            Ptx.Together();
            if (lost)
            {
                BlockByPairs(dl, dr, de, dg, d, l, r, e, g, 0, c);
                if (two)
                {
                    BlockByPairs(dm, dr, de, dg, dOther, m, r, e, g, 0, c);
                }
            }

            if (lostBelow)
            {
                BlockByPairs(dl, dr, de, dg, d, l, r, e, g, Side, c);
                if (two)
                {
                    BlockByPairs(dm, dr, de, dg, dOther, m, r, e, g, Side, c);
                }
            }
        }
    }

    private static float Bounded(float exponent) => CudaQuad.Exp(exponent < 80f ? exponent : 80f);

    /// <summary>True if the weights of a block on the diagonal, of its rows or of its columns, are beyond single precision.</summary>
    private static bool Loses(in Patch rows, in Patch columns, bool own) => rows.Loses || (!own && columns.Loses);

    /// <summary>What a block of the Grams brings to the gradients of its rows and of its columns.</summary>
    private static void AddBlock<TDigits>(
        ref Patch dl, ref Patch dm, ref Patch dr, in Patch l, in Patch m, in Patch r, in Patch rowWeights, in Patch columnWeights, uint rows, uint columns, bool two)
        where TDigits : struct, IDigits
    {
        Fragment weighted = r.Times(columnWeights).Split<TDigits>();
        var left = default(Block16);
        AddProduct<TDigits>(ref left, weighted, Digits<TDigits>(rows, transposed: false));
        dl = dl.Plus(Patch.Of(left).Times(rowWeights));
        var right = default(Block16);
        AddProduct<TDigits>(ref right, l.Times(rowWeights).Split<TDigits>(), Digits<TDigits>(columns, transposed: true));
        if (two)
        {
            var other = default(Block16);
            AddProduct<TDigits>(ref other, weighted, Digits<TDigits>(rows + MatrixBytes, transposed: false));
            dm = dm.Plus(Patch.Of(other).Times(rowWeights));
            AddProduct<TDigits>(ref right, m.Times(rowWeights).Split<TDigits>(), Digits<TDigits>(columns + MatrixBytes, transposed: true));
        }

        dr = dr.Plus(Patch.Of(right).Times(columnWeights));
    }

    private static Fragment Digits<TDigits>(uint at, bool transposed)
        where TDigits : struct, IDigits
    {
        CudaBits4 bits = transposed ? Ptx.LoadMatrixTransposed(at) : Ptx.LoadMatrix(at);
        return !TDigits.Keeps ? Fragment.Of(bits) : Fragment.Of(bits, transposed ? Ptx.LoadMatrixTransposed(at + RestsAt) : Ptx.LoadMatrix(at + RestsAt));
    }

    /// <summary>The decays of a thread's channels at a row, as exponents of 2.</summary>
    private static CudaPair Reference(CudaTile e, int i, int c)
    {
        CudaPair reference = Ptx.Load2(e.Near(i, c + ((Lane >> 2) << 1)));
        return new(reference.Low * Log2E, reference.High * Log2E);
    }

    /// <summary>Adds the gradients of 16 rows, and to those of the decays what they make of them.</summary>
    private static void AddPatches(
        CudaTile dl, CudaTile dm, CudaTile dr, CudaTile de, CudaTile dg, in Patch ofL, in Patch ofM, in Patch ofR, in Patch l, in Patch m, in Patch r, int i, int c, bool two)
    {
        ofL.AddTo(dl, i, c);
        ofR.AddTo(dr, i, c);
        Patch ofE = l.Times(ofL), ofG = r.Times(ofR);
        if (two)
        {
            ofM.AddTo(dm, i, c);
            ofE = ofE.Plus(m.Times(ofM));
        }

        if (de.address == dg.address)
        {
            ofE.Minus(ofG).AddTo(de, i, c);
        }
        else
        {
            ofE.AddTo(de, i, c);
            default(Patch).Minus(ofG).AddTo(dg, i, c);
        }
    }

    /// <summary>A block on the diagonal, of 16 channels that lose too much. Where no pair exists its gradient is 0, and the weight kept finite.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void BlockByPairs(CudaTile dl, CudaTile dr, CudaTile de, CudaTile dg, CudaTile d, CudaTile l, CudaTile r, CudaTile e, CudaTile g, int i, int c)
    {
        for (int at = Lane; at < Side * Side; at += 32)
        {
            int row = i + (at >> 4), channel = c + (at & 15);
            float rows = 0, columns = 0, atRow = e.At(row, channel), atColumn = g.At(row, channel);
            for (int o = i; o <= row; o++)
            {
                rows += d.At(row, o) * r.At(o, channel) * Bounded(atRow - g.At(o, channel));
            }

            for (int o = row; o < i + Side; o++)
            {
                columns += d.At(o, row) * l.At(o, channel) * Bounded(e.At(o, channel) - atColumn);
            }

            dl.Put(row, channel, rows, Into.Add);
            dr.Put(row, channel, columns, Into.Add);
            de.Put(row, channel, l.At(row, channel) * rows, Into.Add);
            dg.Put(row, channel, r.At(row, channel) * columns, Into.Subtract);
        }
    }

    /// <summary>A thread's part of 16 rows of 16 channels: rows t, t + 4, t + 8 and t + 12 of two channels.</summary>
    private struct Patch
    {
        private CudaQuad even;
        private CudaQuad odd;

        /// <summary>True if a channel, somewhere in the warp, loses more than e^-60.</summary>
        public readonly bool Loses => Ptx.AnyOfWarp(MathF.Min(Least(even), Least(odd)) < -LargestExponent * Log2E ? 1u : 0u) != 0;

        public readonly Patch Powers => Of(Exp2(even), Exp2(odd));

        public readonly Patch Inverses => Of(Exp2(-even), Exp2(-odd));

        public static Patch Of(CudaTile x, int i, int c)
        {
            uint at = x.Near(Lane & 3, c + ((Lane >> 2) << 1)) + (uint)(i * x.stride), down = (uint)(x.stride << 2);
            CudaPair a = Ptx.Load2(at), b = Ptx.Load2(at + down), d = Ptx.Load2(at + (2 * down)), e = Ptx.Load2(at + (3 * down));
            return Of(new CudaQuad(a.Low, b.Low, d.Low, e.Low), new CudaQuad(a.High, b.High, d.High, e.High));
        }

        /// <summary>Sums of a product.</summary>
        public static Patch Of(in Block16 sums) =>
            Of(new CudaQuad(sums.Near.X, sums.Near.Y, sums.Far.X, sums.Far.Y), new CudaQuad(sums.Near.Z, sums.Near.W, sums.Far.Z, sums.Far.W));

        public readonly Patch Times(in Patch x) => Of(even * x.even, odd * x.odd);

        public readonly Patch Plus(in Patch x) => Of(even + x.even, odd + x.odd);

        public readonly Patch Minus(in Patch x) => Of(even - x.even, odd - x.odd);

        /// <summary>Decays as exponents of 2, less a reference.</summary>
        public readonly Patch Below(CudaPair reference) => Of(Scaled(even, CudaQuad.All(reference.Low)), Scaled(odd, CudaQuad.All(reference.High)));

        public readonly Fragment Split<TDigits>()
            where TDigits : struct, IDigits => Fragment.Of<TDigits>(new(even.X, even.Y), new(odd.X, odd.Y), new(even.Z, even.W), new(odd.Z, odd.W));

        public readonly void AddTo(CudaTile x, int i, int c)
        {
            uint at = x.Near(Lane & 3, c + ((Lane >> 2) << 1)) + (uint)(i * x.stride), down = (uint)(x.stride << 2);
            CudaPair a = Ptx.Load2(at), b = Ptx.Load2(at + down), d = Ptx.Load2(at + (2 * down)), e = Ptx.Load2(at + (3 * down));
            Ptx.Store2(at, a.Low + even.X, a.High + odd.X);
            Ptx.Store2(at + down, b.Low + even.Y, b.High + odd.Y);
            Ptx.Store2(at + (2 * down), d.Low + even.Z, d.High + odd.Z);
            Ptx.Store2(at + (3 * down), e.Low + even.W, e.High + odd.W);
        }

        private static Patch Of(CudaQuad even, CudaQuad odd)
        {
            Patch patch = default;
            patch.even = even;
            patch.odd = odd;
            return patch;
        }
    }
}
