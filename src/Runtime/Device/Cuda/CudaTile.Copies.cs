using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>Copies between memories and number formats: 16 bytes of the device's memory a thread where rows allow it, else number by number.</content>
public readonly partial struct CudaTile
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Clear(CudaTile result)
    {
        if (result.IsExact && result.InFours)
        {
            int step = result.QuadRowStep, across = result.ColumnStep;
            for (int i = result.QuadRow; i < result.Rows; i += step)
            {
                for (int j = result.FirstColumn; j < result.Columns; j += across)
                {
                    result.PutQuad(i, j, CudaQuad.All(0));
                }
            }
        }
        else if (result.IsFactor && result.InEights)
        {
            Bring<NothingToFactor>(result, result);
        }
        else
        {
            for (int at = Group.IdxX; at < result.Rows * result.Columns; at += Threads)
            {
                int i = Ptx.Quotient(at, result.Columns);
                result.Put(i, at - (i * result.Columns), 0f, Into.Set);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fetch(CudaTile result, CudaTile x)
    {
        if (x.Rows < result.Rows)
        {
            Clear(result.Block(x.Rows, result.Rows - x.Rows, 0, result.Columns));
            result = result.Block(0, x.Rows, 0, result.Columns);
        }

        if (x.InEights && x.Element == CudaElement.BFloat16 && result.IsFactor)
        {
            Bring<BFloat16ToFactor>(result, x);
        }
        else if (x.InEights && x.Element == CudaElement.Float32 && result.IsExact)
        {
            Bring<Float32ToExact>(result, x);
        }
        else if (x.InEights && x.Element == CudaElement.BFloat16 && result.IsExact)
        {
            Bring<BFloat16ToExact>(result, x);
        }
        else
        {
            OneByOne(result, x, Into.Set);
        }
    }

    /// <inheritdoc/>
    public static int Height(int tokens, int chunk) => chunk;

    /// <inheritdoc/>
    public static void Trim(CudaTile x, int row)
    {
        if (row < x.Rows)
        {
            Synchronize();
            Clear(x.Block(row, x.Rows - row, 0, x.Columns));
            Synchronize();
        }
    }

    /// <inheritdoc/>
    public static void Arrive()
    {
        Ptx.WaitForCopies();
        Synchronize();
    }

    /// <summary>Copies scratch to the device's memory.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave(CudaTile result, CudaTile x)
    {
        if (result.InEights && result.Element == CudaElement.BFloat16 && x.IsExact)
        {
            Bring<ExactToBFloat16>(result, x);
        }
        else if (result.InEights && result.Element == CudaElement.BFloat16)
        {
            Bring<FactorToBFloat16>(result, x);
        }
        else if (result.InEights && result.Element == CudaElement.Float32 && x.IsExact)
        {
            Bring<ExactToFloat32>(result, x);
        }
        else
        {
            OneByOne(result, x, Into.Set);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Copy(CudaTile result, CudaTile x, Into into)
    {
        if (!x.IsScratch && into == Into.Set)
        {
            Fetch(result, x);
            Ptx.WaitForCopies();
        }
        else if (!result.IsScratch && into == Into.Set)
        {
            Leave(result, x);
        }
        else if (x.IsExact && result.IsFactor && into == Into.Set && result.InEights && x.InFours)
        {
            Bring<ExactToFactor>(result, x);
        }
        else if (x.IsScratch && result.IsExact && x.InFours && result.InFours)
        {
            int step = result.QuadRowStep, across = result.ColumnStep;
            for (int i = result.QuadRow; i < result.Rows; i += step)
            {
                for (int j = result.FirstColumn; j < result.Columns; j += across)
                {
                    CudaQuad value = x.Four(i, j);
                    result.PutQuad(i, j, into == Into.Set ? value : into == Into.Add ? result.Quad(i, j) + value : result.Quad(i, j) - value);
                }
            }
        }
        else
        {
            OneByOne(result, x, into);
        }

        Synchronize();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Transpose(CudaTile result, CudaTile x, Into into)
    {
        for (int at = Group.IdxX; at < result.Rows * result.Columns; at += Threads)
        {
            int i = Ptx.Quotient(at, result.Columns), j = at - (i * result.Columns);
            result.Put(i, j, x.At(j, i), into);
        }

        Synchronize();
    }

    /// <summary>True if rows may be read and written four numbers at a time, and no number of another tile with them.</summary>
    private bool InFours => ((Columns & 3) | ((int)address & ((4 << Shift) - 1))) == 0;

    /// <summary>True if rows may be read and written eight numbers at a time by accesses of 16 bytes.</summary>
    private bool InEights => ((Columns & 7) | (((int)address | (Rows == 1 ? 0 : stride)) & 15)) == 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OneByOne(CudaTile result, CudaTile x, Into into)
    {
        for (int at = Group.IdxX; at < result.Rows * result.Columns; at += Threads)
        {
            int i = Ptx.Quotient(at, result.Columns), j = at - (i * result.Columns);
            result.Put(i, j, x.At(i, j), into);
        }
    }

    /// <summary>Eight numbers, read and written.</summary>
    private interface IBring
    {
        static abstract CudaEight Read(CudaTile x, int i, int j);

        static abstract void Write(CudaTile result, int i, int j, CudaEight value);
    }

    /// <summary>Eight numbers, or the place of eight numbers that a copy brings by itself.</summary>
    private struct CudaEight
    {
        public CudaQuad First;
        public CudaQuad Second;
        public CudaBits4 Bits;
        public long From;
    }

    private readonly struct NothingToFactor : IBring
    {
        public static CudaEight Read(CudaTile x, int i, int j) => default;

        public static void Write(CudaTile result, int i, int j, CudaEight value) => Ptx.StoreBits4Near(result.NearFactor(i, j), 0, 0, 0, 0);
    }

    private readonly struct BFloat16ToFactor : IBring
    {
        public static CudaEight Read(CudaTile x, int i, int j)
        {
            CudaEight eight = default;
            eight.From = x.Far(i, j);
            return eight;
        }

        public static void Write(CudaTile result, int i, int j, CudaEight value) => Ptx.CopyAsync(result.NearFactor(i, j), value.From);
    }

    private readonly struct Float32ToExact : IBring
    {
        public static CudaEight Read(CudaTile x, int i, int j) => BFloat16ToFactor.Read(x, i, j);

        public static void Write(CudaTile result, int i, int j, CudaEight value)
        {
            Ptx.CopyAsync(result.Near(i, j), value.From);
            Ptx.CopyAsync(result.Near(i, j) + 16, value.From + 16);
        }
    }

    private readonly struct BFloat16ToExact : IBring
    {
        public static CudaEight Read(CudaTile x, int i, int j)
        {
            CudaEight eight = default;
            eight.Bits = Ptx.LoadBits4(x.Far(i, j));
            return eight;
        }

        public static void Write(CudaTile result, int i, int j, CudaEight value)
        {
            CudaPair a = CudaPair.Of(value.Bits.X), b = CudaPair.Of(value.Bits.Y), c = CudaPair.Of(value.Bits.Z), d = CudaPair.Of(value.Bits.W);
            result.PutQuad(i, j, new(a.Low, a.High, b.Low, b.High));
            result.PutQuad(i, j + 4, new(c.Low, c.High, d.Low, d.High));
        }
    }

    private readonly struct ExactToFactor : IBring
    {
        public static CudaEight Read(CudaTile x, int i, int j)
        {
            CudaEight eight = default;
            eight.First = x.Quad(i, j);
            eight.Second = x.Quad(i, j + 4);
            return eight;
        }

        public static void Write(CudaTile result, int i, int j, CudaEight value) => Ptx.StoreBits4Near(
            result.NearFactor(i, j), Low(value.First), High(value.First), Low(value.Second), High(value.Second));

        public static uint Low(CudaQuad x) => Ptx.PackBFloat16(x.X, x.Y);

        public static uint High(CudaQuad x) => Ptx.PackBFloat16(x.Z, x.W);
    }

    private readonly struct ExactToBFloat16 : IBring
    {
        public static CudaEight Read(CudaTile x, int i, int j) => ExactToFactor.Read(x, i, j);

        public static void Write(CudaTile result, int i, int j, CudaEight value) => Ptx.StoreBits4(
            result.Far(i, j), ExactToFactor.Low(value.First), ExactToFactor.High(value.First), ExactToFactor.Low(value.Second), ExactToFactor.High(value.Second));
    }

    private readonly struct ExactToFloat32 : IBring
    {
        public static CudaEight Read(CudaTile x, int i, int j) => ExactToFactor.Read(x, i, j);

        public static void Write(CudaTile result, int i, int j, CudaEight value)
        {
            long at = result.Far(i, j);
            Ptx.StoreFar4(at, value.First.X, value.First.Y, value.First.Z, value.First.W);
            Ptx.StoreFar4(at + 16, value.Second.X, value.Second.Y, value.Second.Z, value.Second.W);
        }
    }

    private readonly struct FactorToBFloat16 : IBring
    {
        public static CudaEight Read(CudaTile x, int i, int j)
        {
            CudaEight eight = default;
            eight.Bits = Ptx.LoadBits4Near(x.NearFactor(i, j));
            return eight;
        }

        public static void Write(CudaTile result, int i, int j, CudaEight value) =>
            Ptx.StoreBits4(result.Far(i, j), value.Bits.X, value.Bits.Y, value.Bits.Z, value.Bits.W);
    }

    /// <summary>No branch stands between the reads: two are under way before the first is used.</summary>
    private static void Bring<TBring>(CudaTile result, CudaTile x)
        where TBring : struct, IBring
    {
        // Power-of-two groups of threads share a row.
        int share = (int)Ptx.BitsOf((uint)((result.Columns >> 3) - 1)), step = Threads >> share, last = result.Rows - 1, j = (Group.IdxX & ((1 << share) - 1)) << 3;
        if (j < result.Columns)
        {
            for (int i = Group.IdxX >> share; i <= last; i += 2 * step)
            {
                // A row beyond the last is read as the last, and not written.
                int next = Math.Min(i + step, last);
                CudaEight first = TBring.Read(x, i, j), second = TBring.Read(x, next, j);
                TBring.Write(result, i, j, first);
                if (i + step <= last)
                {
                    TBring.Write(result, next, j, second);
                }
            }
        }
    }
}
