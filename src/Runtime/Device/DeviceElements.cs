using ILGPU;

namespace AttentionDsl.Runtime;

/// <summary>A device's tensor of any type, read and written as single precision.</summary>
internal readonly struct DeviceElements(ArrayView<byte> view, DataType type)
{
    // Where the width is not the type's, a view of nothing.
    private readonly ArrayView<float> single = (type == DataType.Float32 ? view : view.SubView(0, 0)).Cast<float>();
    private readonly ArrayView<ushort> half = (type == DataType.Float32 ? view.SubView(0, 0) : view).Cast<ushort>();
    private readonly int type = (int)type;

    public float Get(long index)
    {
        if (type == (int)DataType.Float32)
        {
            return single[index];
        }

        ushort bits = half[index];
        return type == (int)DataType.BFloat16 ? Interop.IntAsFloat((uint)bits << 16) : (float)Interop.IntAsFloat(bits);
    }

    public void Set(long index, float value)
    {
        if (type == (int)DataType.Float32)
        {
            single[index] = value;
        }
        else if (type == (int)DataType.BFloat16)
        {
            half[index] = Brain(Interop.FloatAsInt(value));
        }
        else
        {
            half[index] = Half(Interop.FloatAsInt(value));
        }
    }

    // To nearest even; of a number that is none, the first bits.
    private static ushort Brain(uint bits) =>
        (ushort)((bits & 0x7FFFFFFF) > 0x7F800000 ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);

    // ILGPU's own conversion does not round on every device.
    private static ushort Half(uint bits)
    {
        uint sign = (bits >> 16) & 0x8000, size = bits & 0x7FFFFFFF;
        if (size > 0x7F800000)
        {
            return (ushort)(sign | 0x7E00);
        }

        // From 65520 on it is infinity.
        if (size >= 0x477FF000)
        {
            return (ushort)(sign | 0x7C00);
        }

        // Below 2^-14 a half counts in 2^-24, as single precision does beside 0.5: the addition rounds.
        return (ushort)(sign | (size < 0x38800000
            ? Interop.FloatAsInt(Interop.IntAsFloat(size) + 0.5f) - 0x3F000000
            : (size - (112u << 23) + 0xFFF + ((size >> 13) & 1)) >> 13));
    }
}
