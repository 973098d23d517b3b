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
        if (result.InFours && x.InFours)
        {
            // Four loads are under way at a time: the memory's latency is paid once for all of them.
            int i = result.FirstRow;
            for (; i + (3 * step) < result.Rows; i += 4 * step)
            {
                for (int j = firstColumn; j < result.Columns; j += columnStep)
                {
                    CudaLanes a = x.Four(i, j), b = x.Four(i + step, j), c = x.Four(i + (2 * step), j), d = x.Four(i + (3 * step), j);
                    result.PutFour(i, j, a, into);
                    result.PutFour(i + step, j, b, into);
                    result.PutFour(i + (2 * step), j, c, into);
                    result.PutFour(i + (3 * step), j, d, into);
                }
            }

            for (; i < result.Rows; i += step)
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
