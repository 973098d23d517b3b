namespace AttentionDsl;

/// <summary>Reads and writes one element type as double precision, which holds every value of the narrower types exactly.</summary>
internal unsafe interface IElement
{
    static abstract double Read(void* data, long index);

    static abstract void Write(void* data, long index, double value);
}

/// <summary>Conversions between element types, in 64-bit indices.</summary>
internal static unsafe class Elements
{
    public static void Convert(void* from, DataType fromType, void* to, DataType toType, long count)
    {
        // Where a tensor enters and leaves a call it is most often one of these; the loops below do the rest.
        long done = SixteenBits.Convert(from, fromType, to, toType, count);
        from = (byte*)from + (done * Tensor.SizeOf(fromType));
        to = (byte*)to + (done * Tensor.SizeOf(toType));
        count -= done;
        switch (fromType)
        {
            case DataType.Float32: ConvertFrom<Single>(from, to, toType, count); break;
            case DataType.BFloat16: ConvertFrom<Brain>(from, to, toType, count); break;
            case DataType.Float16: ConvertFrom<HalfPrecision>(from, to, toType, count); break;
            case DataType.Float64: ConvertFrom<Double>(from, to, toType, count); break;
            default: ConvertFrom<Integer>(from, to, toType, count); break;
        }
    }

    private static void ConvertFrom<TFrom>(void* from, void* to, DataType toType, long count)
        where TFrom : struct, IElement
    {
        switch (toType)
        {
            case DataType.Float32: Loop<TFrom, Single>(from, to, count); break;
            case DataType.BFloat16: Loop<TFrom, Brain>(from, to, count); break;
            case DataType.Float16: Loop<TFrom, HalfPrecision>(from, to, count); break;
            case DataType.Float64: Loop<TFrom, Double>(from, to, count); break;
            default: Loop<TFrom, Integer>(from, to, count); break;
        }
    }

    private static void Loop<TFrom, TTo>(void* from, void* to, long count)
        where TFrom : struct, IElement
        where TTo : struct, IElement
    {
        for (long i = 0; i < count; i++)
        {
            TTo.Write(to, i, TFrom.Read(from, i));
        }
    }

    private readonly struct Single : IElement
    {
        public static double Read(void* data, long index) => ((float*)data)[index];

        public static void Write(void* data, long index, double value) => ((float*)data)[index] = (float)value;
    }

    private readonly struct Double : IElement
    {
        public static double Read(void* data, long index) => ((double*)data)[index];

        public static void Write(void* data, long index, double value) => ((double*)data)[index] = value;
    }

    private readonly struct HalfPrecision : IElement
    {
        public static double Read(void* data, long index) => (double)((Half*)data)[index];

        public static void Write(void* data, long index, double value) => ((Half*)data)[index] = (Half)value;
    }

    private readonly struct Integer : IElement
    {
        public static double Read(void* data, long index) => ((long*)data)[index];

        public static void Write(void* data, long index, double value) => ((long*)data)[index] = checked((long)Math.Round(value));
    }

    private readonly struct Brain : IElement
    {
        public static double Read(void* data, long index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)data)[index] << 16);

        public static void Write(void* data, long index, double value) => ((ushort*)data)[index] = Round(value);

        private static ushort Round(double value)
        {
            float single = (float)value;
            uint bits = BitConverter.SingleToUInt32Bits(single);
            if (double.IsNaN(value))
            {
                return (ushort)((bits >> 16) | 0x40);
            }

            // A double that float32 rounded up or down must not meet a tie here that it never was: make the last bit odd (round to odd).
            if (single != value && float.IsFinite(single))
            {
                if (Math.Abs((double)single) > Math.Abs(value))
                {
                    bits--;
                }

                bits |= 1;
            }

            return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }
}
