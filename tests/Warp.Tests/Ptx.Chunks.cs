using System.Numerics;

namespace AttentionDsl.Runtime;

/// <content>The instructions that chunks need: pairs and eights, the tensor cores, what a warp does together.</content>
internal static unsafe partial class Ptx
{
    public static uint SharedBytes() => (uint)(ThreadGroup.Current.Elements * sizeof(float));

    public static CudaPair Load2(uint address)
    {
        float* at = ThreadGroup.Current.At(address, 2);
        return new(at[0], at[1]);
    }

    public static void Store(uint address, float value) => *ThreadGroup.Current.To(address, 1) = value;

    public static void Store2(uint address, float x, float y)
    {
        float* at = ThreadGroup.Current.To(address, 2);
        (at[0], at[1]) = (x, y);
    }

    public static uint LoadBitsNear(uint address) => *ThreadGroup.Current.At<uint>(address, 1);

    public static uint LoadHalfBitsNear(uint address) => *ThreadGroup.Current.At<ushort>(address, 1);

    public static CudaBits4 LoadBits4Near(uint address) => Bits(ThreadGroup.Current.At<uint>(address, 4));

    public static void StoreBitsNear(uint address, uint bits) => *ThreadGroup.Current.To<uint>(address, 1) = bits;

    public static void StoreHalfBitsNear(uint address, uint bits) => *ThreadGroup.Current.To<ushort>(address, 1) = (ushort)bits;

    public static void StoreBits4Near(uint address, uint x, uint y, uint z, uint w) => Put(ThreadGroup.Current.To<uint>(address, 4), x, y, z, w);

    public static float LoadFar(long address) => *Far<float>(address, 1);

    public static uint LoadHalfBits(long address) => *Far<ushort>(address, 1);

    private static CudaBits4 LoadBits4(long address) => Bits(Far<uint>(address, 4));

    public static void StoreHalfBits(long address, uint bits) => *Far<ushort>(address, 1) = (ushort)bits;

    public static void StoreBits4(long address, uint x, uint y, uint z, uint w) => Put(Far<uint>(address, 4), x, y, z, w);

    // Already there before WaitForCopies is called, as a card may have it.
    public static void BringLater(uint to, long from, int left, int row, int last, int lastFar)
    {
        if (left > 0 && row <= last)
        {
            CudaBits4 bits = row <= lastFar ? LoadBits4(from) : default;
            StoreBits4Near(to, bits.X, bits.Y, bits.Z, bits.W);
        }
    }

    public static void BringNumber(uint to, long from, int left, int row, int last, int lastFar)
    {
        if (left > 0 && row <= last)
        {
            *ThreadGroup.Current.To(to, 1) = row <= lastFar ? *Far<float>(from, 1) : 0;
        }
    }

    public static void Widen(uint to, uint from, int there, int first)
    {
        CudaBits4 bits = there != 0 ? LoadBits4Near(from) : default;
        Together();
        if (there != 0)
        {
            StoreBits4Near(to, bits.X << 16, bits.X & 0xffff0000, bits.Y << 16, bits.Y & 0xffff0000);
            StoreBits4Near(to + 16, bits.Z << 16, bits.Z & 0xffff0000, bits.W << 16, bits.W & 0xffff0000);
        }
    }

    public static void BringWider(uint to, long from, int left, int row, int last, int lastFar)
    {
        if (left > 0 && row <= last)
        {
            CudaBits4 bits = row <= lastFar ? LoadBits4(from) : default;
            StoreBits4Near(to, bits.X << 16, bits.X & 0xffff0000, bits.Y << 16, bits.Y & 0xffff0000);
            StoreBits4Near(to + 16, bits.Z << 16, bits.Z & 0xffff0000, bits.W << 16, bits.W & 0xffff0000);
        }
    }

    public static void LeaveNarrower(long to, uint from, int left, int row, int last, int lastFar, int first)
    {
        if (left > 0 && row <= last && row <= lastFar)
        {
            CudaBits4 bits = Narrower(from);
            StoreBits4(to, bits.X, bits.Y, bits.Z, bits.W);
        }
    }

    public static void Leave(long to, uint from, int left, int row, int last, int lastFar)
    {
        if (left > 0 && row <= last && row <= lastFar)
        {
            CudaBits4 bits = LoadBits4Near(from);
            StoreBits4(to, bits.X, bits.Y, bits.Z, bits.W);
        }
    }

    public static void MoveNarrower(uint to, uint from, int left, int row, int last, int first)
    {
        if (left > 0 && row <= last)
        {
            CudaBits4 bits = Narrower(from);
            StoreBits4Near(to, bits.X, bits.Y, bits.Z, bits.W);
        }
    }

    public static void PutZeros(uint to, int left, int row, int last)
    {
        if (left > 0 && row <= last)
        {
            StoreBits4Near(to, 0, 0, 0, 0);
        }
    }

    public static float LoadAny(long address, int element, int row, int rows) => row >= rows ? 0 : element switch
    {
        0 => LoadFar(address),
        1 => Number(LoadHalfBits(address) << 16),
        _ => Float16ToFloat(LoadHalfBits(address)),
    };

    public static void StoreAny(long address, int element, int row, int rows, float value)
    {
        if (row < rows && element == 0)
        {
            StoreFar(address, value);
        }
        else if (row < rows)
        {
            StoreHalfBits(address, element == 1 ? PackBFloat16(value, 0) : PackFloat16(value, 0));
        }
    }

    public static void WaitForCopies()
    {
    }

    public static void FirstCopies()
    {
    }

    public static void WaitForFirstCopies()
    {
    }

    public static void Expect(long address, int bytes)
    {
    }

    public static uint PackBFloat16(float low, float high) => Rounded(low) | ((uint)Rounded(high) << 16);

    public static uint PackFloat16(float low, float high) =>
        BitConverter.HalfToUInt16Bits((Half)low) | ((uint)BitConverter.HalfToUInt16Bits((Half)high) << 16);

    public static float Float16ToFloat(uint bits) => (float)BitConverter.UInt16BitsToHalf((ushort)bits);

    public static int Quotient(int a, int b) => a / b;

    public static uint Ballot(uint x) => ThreadGroup.Current.Exchange([x], (_, all) =>
    {
        uint bits = 0;
        for (int i = 0; i < all.Length; i++)
        {
            bits |= all[i][0] != 0 ? 1u << i : 0;
        }

        return bits;
    });

    public static uint AnyOfWarp(uint x) => Ballot(x) != 0 ? 1u : 0u;

    public static float SumOfWarp(float x) => ThreadGroup.Current.Exchange([Bits(x)], (_, all) => all.Sum(y => Number(y[0])));

    public static CudaQuad Load4If(int left, uint address) => left > 0 ? Load4(address) : default;

    public static void Store4If(int left, uint address, float x, float y, float z, float w)
    {
        if (left > 0)
        {
            Store4(address, x, y, z, w);
        }
    }

    public static float SumUpTo(float x) => ThreadGroup.Current.Exchange([Bits(x)], (lane, all) => all[..(lane + 1)].Sum(y => Number(y[0])));

    public static float SumFrom(float x) => ThreadGroup.Current.Exchange([Bits(x)], (lane, all) => all[lane..].Sum(y => Number(y[0])));

    public static float SumOfEight(float x) => ThreadGroup.Current.Exchange([Bits(x)], (lane, all) => all[(lane & 24)..((lane & 24) + 8)].Sum(y => Number(y[0])));

    public static CudaBits4 LoadMatrix(uint address) => ThreadGroup.Current.ExchangeNear([address], (lane, all) =>
    {
        uint Pair(int matrix) => *ThreadGroup.Current.At<uint>(Row(all, matrix, lane >> 2) + ((uint)(lane & 3) << 2), 1);
        return new CudaBits4(Pair(0), Pair(1), Pair(2), Pair(3));
    });

    public static CudaBits4 LoadMatrixTransposed(uint address) => ThreadGroup.Current.ExchangeNear([address], (lane, all) =>
    {
        uint One(int matrix, int row) => *ThreadGroup.Current.At<ushort>(Row(all, matrix, row) + ((uint)(lane >> 2) << 1), 1);
        uint Pair(int matrix) => One(matrix, (lane & 3) << 1) | (One(matrix, ((lane & 3) << 1) + 1) << 16);
        return new CudaBits4(Pair(0), Pair(1), Pair(2), Pair(3));
    });

    public static void StoreMatrixTransposed(uint address, uint r0, uint r1, uint r2, uint r3) => ThreadGroup.Current.ExchangeNear([address, r0, r1, r2, r3], (lane, all) =>
    {
        // Each lane writes a row of eight of one matrix: its own.
        int matrix = lane >> 3, row = lane & 7;
        ThreadGroup.Current.To<uint>(address, 4);
        for (int column = 0; column < 8; column++)
        {
            *ThreadGroup.Current.To<ushort>(address + (uint)(column << 1), 1) = (ushort)(all[(column << 2) + (row >> 1)][1 + matrix] >> ((row & 1) << 4));
        }

        return 0;
    });

    public static CudaQuad MultiplyAdd(float c0, float c1, float c2, float c3, uint a0, uint a1, uint a2, uint a3, uint b0, uint b1) =>
        ThreadGroup.Current.Exchange([a0, a1, a2, a3, b0, b1], (lane, all) =>
        {
            int g = lane >> 2, t = (lane & 3) << 1;
            float Sum(float c, int row, int column)
            {
                for (int k = 0; k < 16; k++)
                {
                    int pair = (k & 7) >> 1, high = k >> 3, half = k & 1;
                    c += Half(all[((row & 7) << 2) + pair][(high << 1) + (row >> 3)], half) * Half(all[(column << 2) + pair][4 + high], half);
                }

                return c;
            }

            return new CudaQuad(Sum(c0, g, t), Sum(c1, g, t + 1), Sum(c2, g + 8, t), Sum(c3, g + 8, t + 1));
        });

    private static CudaBits4 Narrower(uint from)
    {
        CudaQuad x = Load4(from), y = Load4(from + 16);
        return new(PackBFloat16(x.X, x.Y), PackBFloat16(x.Z, x.W), PackBFloat16(y.X, y.Y), PackBFloat16(y.Z, y.W));
    }

    // 16 bytes, as the card asks.
    private static uint Row(uint[][] addresses, int matrix, int row)
    {
        uint address = addresses[(matrix << 3) + row][0];
        ThreadGroup.Current.At<uint>(address, 4);
        return address;
    }

    /// <summary>Products of this warp's 16 vectors, 16 deep (of which the thread holds its part), with as many columns of a factor in blocks of 64: this thread's part of them.</summary>
    /// <param name="mine">The thread's part of the vectors.</param>
    /// <param name="form">Where the factor stands: its address, bytes from a block to the next and from eight rows to the next, in sixteens.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="turned">True if the factor's columns are neighbours in memory, false if its rows are.</param>
    public static float[] GroupMultiply(uint[] mine, ulong form, int columns, bool turned) => ThreadGroup.Current.ExchangeNear(mine, (lane, all) =>
    {
        const uint RowBytes = 128;
        uint start = (uint)(form & 0x3fff) << 4, block = (uint)((form >> 16) & 0x3fff) << 4, eight = (uint)((form >> 32) & 0x3fff) << 4;
        if (form >> 62 != 1 || ((form >> 49) & 7) != 0)
        {
            throw new InvalidOperationException("Rows of 128 bytes whose pieces change places, from a multiple of eight rows on.");
        }

        float Factor(int depth, int column)
        {
            uint at = turned
                ? start + ((uint)column / 64 * block) + ((uint)depth / 8 * eight) + ((uint)depth % 8 * RowBytes) + ((uint)column % 64 * 2)
                : start + ((uint)column / 8 * eight) + ((uint)column % 8 * RowBytes) + ((uint)depth * 2);
            return Wide(*ThreadGroup.Current.At<ushort>(at ^ (((at >> 7) & 7) << 4), 1));
        }

        var sums = new float[columns / 2];
        int first = lane & ~3;
        for (int i = 0; i < sums.Length; i++)
        {
            int column = (i / 4 * 8) + ((lane & 3) * 2) + (i % 2), far = i / 2 % 2;
            for (int depth = 0; depth < 16; depth++)
            {
                uint pair = all[first + (depth % 8 / 2)][far + (depth / 8 * 2)];
                sums[i] += Half(pair, depth % 2) * Factor(depth, column);
            }
        }

        return sums;
    });

    private static float Half(uint pair, int half) => Number(half == 0 ? pair << 16 : pair & 0xffff0000);

    private static uint Bits(float x) => BitConverter.SingleToUInt32Bits(x);

    private static float Number(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    private static CudaBits4 Bits(uint* at) => new(at[0], at[1], at[2], at[3]);

    private static void Put(uint* at, uint x, uint y, uint z, uint w) => (at[0], at[1], at[2], at[3]) = (x, y, z, w);
}
