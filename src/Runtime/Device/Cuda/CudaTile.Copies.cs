using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Copies between memories and number formats.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Clear(CudaTile result)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.PutLanes(i, j, CudaLanes.All(0), Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Copy(CudaTile result, CudaTile x, Into into)
    {
        int step = result.RowStep, columnStep = result.ColumnStep, firstColumn = result.FirstColumn;
        if (result.Shared && x.InFours && x.element == CudaElement.BFloat16 && into == Into.Set)
        {
            Fill<Half>(result, x);
        }
        else if (result.Shared && x.InFours && x.element == CudaElement.Float32 && !x.Shared && into == Into.Set)
        {
            Fill<Far>(result, x);
        }
        else if (x.Shared && result.InFours && result.element == CudaElement.BFloat16 && into == Into.Set)
        {
            Pour<Half>(result, x);
        }
        else if (x.Shared && result.InFours && !result.Shared && result.element == CudaElement.Float32 && into == Into.Set)
        {
            Pour<Far>(result, x);
        }
        else if (result.InFours && x.InFours)
        {
            for (int i = result.FirstRow; i < result.Rows; i += step)
            {
                for (int j = firstColumn; j < result.Columns; j += columnStep)
                {
                    result.PutFour(i, j, x.Four(i, j), into);
                }
            }
        }
        else
        {
            for (int i = result.FirstRow; i < result.Rows; i += step)
            {
                for (int j = firstColumn; j < result.Columns; j += columnStep)
                {
                    for (int c = j; c < j + 4 && c < result.Columns; c++)
                    {
                        result.Put(i, c, x.At(i, c), into);
                    }
                }
            }
        }

        Synchronize();
    }

    /// <summary>Four numbers of the device's memory.</summary>
    private interface IFar
    {
        static abstract CudaLanes Read(CudaTile x, int i, int j);

        static abstract void Write(CudaTile x, int i, int j, CudaLanes value);
    }

    private readonly struct Half : IFar
    {
        public static CudaLanes Read(CudaTile x, int i, int j)
        {
            CudaPair bits = Ptx.LoadBits2(x.HalfAddressOf(i, j));
            CudaPair low = CudaPair.Of(Interop.FloatAsInt(bits.Low)), high = CudaPair.Of(Interop.FloatAsInt(bits.High));
            return new(low.Low, low.High, high.Low, high.High);
        }

        public static void Write(CudaTile x, int i, int j, CudaLanes value) =>
            Ptx.StoreBits2(x.HalfAddressOf(i, j), Ptx.PackBFloat16(value.X, value.Y), Ptx.PackBFloat16(value.Z, value.W));
    }

    private readonly struct Far : IFar
    {
        public static CudaLanes Read(CudaTile x, int i, int j) => Ptx.LoadFar4(x.FarAddressOf(i, j));

        public static void Write(CudaTile x, int i, int j, CudaLanes value) => Ptx.StoreFar4(x.FarAddressOf(i, j), value.X, value.Y, value.Z, value.W);
    }

    /// <summary>From the device's memory to scratch. No branch stands between the loads: four are under way before the first is used.</summary>
    private static void Fill<TFar>(CudaTile result, CudaTile x)
        where TFar : struct, IFar
    {
        int step = result.RowStep, columnStep = result.ColumnStep, last = result.Rows - 1;
        for (int j = result.FirstColumn; j < result.Columns; j += columnStep)
        {
            for (int i = result.FirstRow; i <= last; i += 4 * step)
            {
                // Rows beyond the last repeat it.
                int b = i + step < last ? i + step : last, c = i + (2 * step) < last ? i + (2 * step) : last, d = i + (3 * step) < last ? i + (3 * step) : last;
                CudaLanes v = TFar.Read(x, i, j), w = TFar.Read(x, b, j), y = TFar.Read(x, c, j), z = TFar.Read(x, d, j);
                result.Store(i, j, v);
                result.Store(b, j, w);
                result.Store(c, j, y);
                result.Store(d, j, z);
            }
        }
    }

    /// <summary>From scratch to the device's memory.</summary>
    private static void Pour<TFar>(CudaTile result, CudaTile x)
        where TFar : struct, IFar
    {
        int step = result.RowStep, columnStep = result.ColumnStep;
        for (int j = result.FirstColumn; j < result.Columns; j += columnStep)
        {
            for (int i = result.FirstRow; i < result.Rows; i += step)
            {
                TFar.Write(result, i, j, Ptx.Load4(x.AddressOf(x.Rows == 1 ? 0 : i, j)));
            }
        }
    }

    /// <inheritdoc/>
    public static void Fetch(CudaTile result, CudaTile x) => Copy(result, x, Into.Set);

    /// <inheritdoc/>
    public static void Arrive()
    {
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Transpose(CudaTile result, CudaTile x, Into into)
    {
        for (int at = Group.IdxX; at < result.Rows * result.Columns; at += Group.DimX)
        {
            int i = at / result.Columns, j = at - (i * result.Columns);
            result.Put(i, j, x.At(j, i), into);
        }

        Synchronize();
    }

    /// <summary>True if rows may be read and written four numbers at a time.</summary>
    private bool InFours => ((Columns | column) & 3) == 0 && (Rows == 1 || (stride & 3) == 0) && (address & ((4 * Size) - 1)) == 0;

    private CudaLanes Four(int i, int j)
    {
        if (Shared)
        {
            return Ptx.Load4(AddressOf(i, j));
        }

        if (element == CudaElement.Float32)
        {
            return Ptx.LoadFar4(FarAddressOf(i, j));
        }

        long at = HalfAddressOf(i, j);
        uint low = Ptx.LoadBits(at), high = Ptx.LoadBits(at + 4);
        return element == CudaElement.BFloat16
            ? new(Interop.IntAsFloat(low << 16), Interop.IntAsFloat(low & 0xffff0000u), Interop.IntAsFloat(high << 16), Interop.IntAsFloat(high & 0xffff0000u))
            : new(Ptx.Float16ToFloat(low & 0xffffu), Ptx.Float16ToFloat(low >> 16), Ptx.Float16ToFloat(high & 0xffffu), Ptx.Float16ToFloat(high >> 16));
    }

    private void PutFour(int i, int j, CudaLanes value, Into into)
    {
        CudaLanes all = into == Into.Set ? value : into == Into.Add ? Four(i, j) + value : Four(i, j) - value;
        if (Shared)
        {
            Store(i, j, all);
        }
        else if (element == CudaElement.Float32)
        {
            Ptx.StoreFar4(FarAddressOf(i, j), all.X, all.Y, all.Z, all.W);
        }
        else
        {
            long at = HalfAddressOf(i, j);
            bool brain = element == CudaElement.BFloat16;
            Ptx.StoreBits(at, brain ? Ptx.PackBFloat16(all.X, all.Y) : Ptx.PackFloat16(all.X, all.Y));
            Ptx.StoreBits(at + 4, brain ? Ptx.PackBFloat16(all.Z, all.W) : Ptx.PackFloat16(all.Z, all.W));
        }
    }

    private void PutLanes(int i, int j, CudaLanes value, Into into)
    {
        if (InFours)
        {
            PutFour(i, j, value, into);
            return;
        }

        Put(i, j, value.X, into);
        if (j + 1 < Columns)
        {
            Put(i, j + 1, value.Y, into);
        }

        if (j + 2 < Columns)
        {
            Put(i, j + 2, value.Z, into);
        }

        if (j + 3 < Columns)
        {
            Put(i, j + 3, value.W, into);
        }
    }
}
