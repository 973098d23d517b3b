using System.Runtime.Intrinsics;

namespace AttentionDsl;

/// <summary>Conversions between float32 and the sixteen-bit types, 32 numbers at a time, rounded to nearest even.</summary>
internal static unsafe class SixteenBits
{
    private const int Step = 32;

    /// <summary>Converts whole steps from the start, and says how many numbers they were; 0 for other types.</summary>
    public static long Convert(void* from, DataType fromType, void* to, DataType toType, long count)
    {
        long whole = count - (count % Step);
        switch (fromType, toType)
        {
            case (DataType.BFloat16, DataType.Float32): Widen<BrainBits>((ushort*)from, (float*)to, whole); return whole;
            case (DataType.Float16, DataType.Float32): Widen<HalfBits>((ushort*)from, (float*)to, whole); return whole;
            case (DataType.Float32, DataType.BFloat16): Narrow<BrainBits>((float*)from, (ushort*)to, whole); return whole;
            case (DataType.Float32, DataType.Float16): Narrow<HalfBits>((float*)from, (ushort*)to, whole); return whole;
            default: return 0;
        }
    }

    private interface IBits
    {
        /// <summary>Sixteen bits in the low half of each lane to the bits of a float32.</summary>
        static abstract Vector512<uint> Widen(Vector512<uint> bits);

        /// <summary>The bits of a float32 to sixteen bits in the low half of each lane.</summary>
        static abstract Vector512<uint> Narrow(Vector512<uint> bits);
    }

    private static void Widen<TBits>(ushort* from, float* to, long count)
        where TBits : struct, IBits
    {
        for (long i = 0; i < count; i += Step)
        {
            (Vector512<uint> low, Vector512<uint> high) = Vector512.Widen(Vector512.Load(from + i));
            TBits.Widen(low).AsSingle().Store(to + i);
            TBits.Widen(high).AsSingle().Store(to + i + 16);
        }
    }

    private static void Narrow<TBits>(float* from, ushort* to, long count)
        where TBits : struct, IBits
    {
        for (long i = 0; i < count; i += Step)
        {
            Vector512<uint> low = TBits.Narrow(Vector512.Load(from + i).AsUInt32()), high = TBits.Narrow(Vector512.Load(from + i + 16).AsUInt32());
            Vector512.Narrow(low, high).Store(to + i);
        }
    }

    private readonly struct BrainBits : IBits
    {
        public static Vector512<uint> Widen(Vector512<uint> bits) => bits << 16;

        public static Vector512<uint> Narrow(Vector512<uint> bits)
        {
            Vector512<uint> rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One)) >> 16;
            Vector512<uint> quiet = (bits >> 16) | Vector512.Create(0x40u);
            Vector512<uint> isNumber = Vector512.Equals(bits.AsSingle(), bits.AsSingle()).AsUInt32();
            return Vector512.ConditionalSelect(isNumber, rounded, quiet);
        }
    }

    private readonly struct HalfBits : IBits
    {
        private const uint Infinity = 0x7F800000;

        public static Vector512<uint> Widen(Vector512<uint> bits)
        {
            // The fields move to their places; times 2^112 mends the exponent's bias, of numbers below the normal ones too.
            Vector512<uint> size = (bits & Vector512.Create(0x7FFFu)) << 13, sign = (bits & Vector512.Create(0x8000u)) << 16;
            Vector512<uint> value = (size.AsSingle() * Vector512.Create(5.192296858534828e33f)).AsUInt32();
            Vector512<uint> special = Vector512.GreaterThanOrEqual(size, Vector512.Create(0x7C00u << 13));
            return value | sign | (special & Vector512.Create(Infinity));
        }

        public static Vector512<uint> Narrow(Vector512<uint> bits)
        {
            Vector512<uint> sign = bits & Vector512.Create(0x80000000u), size = bits ^ sign;

            // Normal: the bias changes, and half of the last place is added, a little less for an even one.
            Vector512<uint> normal = (size - Vector512.Create((112u << 23) - 0xFFF) + ((size >> 13) & Vector512<uint>.One)) >> 13;

            // Below the smallest normal number: adding 1/2 leaves the rounded digits at the end of the float32.
            Vector512<uint> small = (size.AsSingle() + Vector512.Create(0.5f)).AsUInt32() - Vector512.Create(126u << 23);
            Vector512<uint> result = Vector512.ConditionalSelect(Vector512.LessThan(size, Vector512.Create(113u << 23)), small, normal);

            Vector512<uint> special = Vector512.ConditionalSelect(
                Vector512.GreaterThan(size, Vector512.Create(Infinity)), Vector512.Create(0x7E00u), Vector512.Create(0x7C00u));
            result = Vector512.ConditionalSelect(Vector512.LessThan(size, Vector512.Create(143u << 23)), result, special);
            return result | (sign >> 16);
        }
    }
}
