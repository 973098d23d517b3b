namespace AttentionDsl.Runtime.Tests;

/// <summary>Conversions of whole tensors against conversions number by number, over every sixteen-bit number and its surroundings.</summary>
public sealed class ConversionTests
{
    [Theory]
    [InlineData(DataType.Float16)]
    [InlineData(DataType.BFloat16)]
    public void Every_sixteen_bit_number_widens_exactly(DataType type)
    {
        using var all = new Tensor(type, 1 << 16);
        Bits(all);
        using Tensor wide = all.ToFloat32();
        for (int i = 0; i < 1 << 16; i++)
        {
            float expected = type == DataType.Float16 ? (float)BitConverter.UInt16BitsToHalf((ushort)i) : BitConverter.UInt32BitsToSingle((uint)i << 16);
            Assert.Equal(expected, wide.AsSpan<float>()[i]);
        }
    }

    [Theory]
    [InlineData(DataType.Float16)]
    [InlineData(DataType.BFloat16)]
    public void Narrowing_rounds_as_it_does_one_by_one(DataType type)
    {
        // Every number of the type, the middle to the next, and what lies just beside both; then anything.
        using var all = new Tensor(type, 1 << 16);
        Bits(all);
        using Tensor wide = all.ToFloat32();
        int last = type == DataType.Float16 ? 13 : 16;
        uint[] offsets = [0, 1, (1u << (last - 1)) - 1, 1u << (last - 1), (1u << (last - 1)) + 1, (1u << last) - 1];
        var random = new Random(3);
        var values = new List<float>();
        foreach (float x in wide.AsSpan<float>())
        {
            values.AddRange(offsets.Select(offset => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) + offset)));
            values.Add(BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32)));
        }

        using Tensor many = Tensor.From([.. values], values.Count);
        using Tensor narrow = many.Cast(type);
        for (int i = 0; i < values.Count; i += 7)
        {
            int count = Math.Min(7, values.Count - i);
            using Tensor few = Tensor.From([.. values.GetRange(i, count)], count);
            using Tensor expected = few.Cast(type);
            for (int j = 0; j < count; j++)
            {
                Assert.Equal(expected[j], narrow[i + j]);
            }
        }
    }

    private static unsafe void Bits(Tensor tensor)
    {
        for (int i = 0; i < 1 << 16; i++)
        {
            ((ushort*)tensor.Data)[i] = (ushort)i;
        }
    }
}
