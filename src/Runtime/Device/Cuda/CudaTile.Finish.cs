namespace AttentionDsl.Runtime;

/// <content>What becomes of the sums of a product: they replace, join or carry on what the result holds.</content>
public readonly partial struct CudaTile
{
    /// <summary>result_ij = Kept(i) result_ij + Sums(sum_ij), or only the latter.</summary>
    private interface IFinish
    {
        /// <summary>True if the result's old numbers do not count.</summary>
        bool Replaces { get; }

        /// <summary>False if none of the 16 x 16 numbers from (i, j) on needs its sum.</summary>
        bool Wants(int i, int j);

        /// <summary>How much of a row's old numbers stays.</summary>
        float Kept(int i);

        /// <summary>What sums (i, j) and (i, j + 1) bring.</summary>
        CudaPair Sums(float low, float high, int i, int j);
    }

    /// <summary>result (=, +=, -=) the product.</summary>
    private struct Plainly : IFinish
    {
        private Into into;

        public readonly bool Replaces => into == Into.Set;

        public static Plainly Of(Into into)
        {
            Plainly finish = default;
            finish.into = into;
            return finish;
        }

        public readonly bool Wants(int i, int j) => true;

        public readonly float Kept(int i) => 1f;

        public readonly CudaPair Sums(float low, float high, int i, int j) => into == Into.Subtract ? new(-low, -high) : new(low, high);
    }

    /// <summary>result (=, +=, -=) the product where pairs exist.</summary>
    private struct Causally : IFinish
    {
        private Into into;
        private int first;
        private int each;

        public readonly bool Replaces => into == Into.Set;

        public static Causally Of(Into into, CudaTile result, Causal causal)
        {
            Causally finish = default;
            finish.into = into;
            finish.first = Allowed(0, result.Rows, result.Columns, causal);
            finish.each = Each(result.Rows, result.Columns);
            return finish;
        }

        public readonly bool Wants(int i, int j) => j < first + ((i + 15) * each);

        public readonly float Kept(int i) => 1f;

        public readonly CudaPair Sums(float low, float high, int i, int j)
        {
            int allowed = first + (i * each);
            float sign = into == Into.Subtract ? -1f : 1f;
            return new(j < allowed ? sign * low : 0f, j + 1 < allowed ? sign * high : 0f);
        }
    }

    /// <summary>result_i = exp(g_i) result_i + the product.</summary>
    private struct Decaying : IFinish
    {
        private uint g;
        private int step;
        private int last;

        public readonly bool Replaces => false;

        public static Decaying Of(CudaTile g)
        {
            Decaying finish = default;
            finish.g = g.Near(0, 0);
            finish.step = g.Columns > 1 ? 4 : 0;
            finish.last = g.Columns - 1;
            return finish;
        }

        public readonly bool Wants(int i, int j) => true;

        public readonly float Kept(int i) => CudaQuad.Exp(Ptx.Load(g + (uint)((i < last ? i : last) * step)));

        public readonly CudaPair Sums(float low, float high, int i, int j) => new(low, high);
    }

    /// <summary>Pairs of neighbours of a row of scratch.</summary>
    private interface IPairs
    {
        /// <summary>2 to this power bytes are a number.</summary>
        static abstract int Shift { get; }

        static abstract CudaPair Read(uint address);

        static abstract void Write(uint address, CudaPair value);
    }

    private readonly struct ExactPairs : IPairs
    {
        public static int Shift => 2;

        public static CudaPair Read(uint address) => Ptx.Load2(address);

        public static void Write(uint address, CudaPair value) => Ptx.Store2(address, value.Low, value.High);
    }

    private readonly struct FactorPairs : IPairs
    {
        public static int Shift => 1;

        public static CudaPair Read(uint address) => CudaPair.Of(Ptx.LoadBitsNear(address));

        public static void Write(uint address, CudaPair value) => Ptx.StoreBitsNear(address, value.Rounded);
    }

    /// <summary>Where a thread's part of a block of sums goes: rows g and g + 8, columns 2 t and 2 t + 1 of every 8.</summary>
    private struct Place<TPairs>
        where TPairs : struct, IPairs
    {
        private uint upper;
        private uint lower;
        private int row;
        private int column;
        private int rows;
        private int columns;
        private float upperKept;
        private float lowerKept;

        public static Place<TPairs> Of<TFinish>(CudaTile result, TFinish finish, int i, int j)
            where TFinish : struct, IFinish
        {
            Place<TPairs> place = default;
            place.row = i + (Lane >> 2);
            place.column = j + ((Lane & 3) << 1);
            place.rows = result.Rows;
            place.columns = result.Columns;
            place.upper = (uint)result.address + (uint)((place.row * result.stride) + (place.column << TPairs.Shift));
            place.lower = place.upper + (uint)(result.stride << 3);
            if (!finish.Replaces)
            {
                place.upperKept = finish.Kept(place.row);
                place.lowerKept = finish.Kept(place.row + 8);
            }

            return place;
        }

        public readonly void Put<TFinish>(TFinish finish, int across, CudaQuad sums)
            where TFinish : struct, IFinish
        {
            int j = column + across;
            uint right = (uint)(across << TPairs.Shift);
            if (j < columns && row < rows)
            {
                Put(upper + right, upperKept, finish.Replaces, finish.Sums(sums.X, sums.Y, row, j));
            }

            if (j < columns && row + 8 < rows)
            {
                Put(lower + right, lowerKept, finish.Replaces, finish.Sums(sums.Z, sums.W, row + 8, j));
            }
        }

        private static void Put(uint address, float kept, bool replaces, CudaPair sums)
        {
            if (replaces)
            {
                TPairs.Write(address, sums);
            }
            else
            {
                CudaPair old = TPairs.Read(address);
                TPairs.Write(address, new((kept * old.Low) + sums.Low, (kept * old.High) + sums.High));
            }
        }
    }
}
