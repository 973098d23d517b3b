using System.Runtime.CompilerServices;
using ILGPU;

namespace AttentionDsl.Runtime;

/// <content>
/// What works row by row. A warp takes four rows, eight lanes each, and a lane every eighth four of its row: sums over a row are three exchanges,
/// and every lane has its row's. Rows that are not made of 32 columns, at most 128, are summed by whole warps.
/// </content>
public readonly partial struct CudaTile
{
    private const float NormEpsilon = 1e-6f;

    /// <inheritdoc/>
    public static void RowDot(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        if (a.InOctets & a.IsExact & b.IsExact)
        {
            RowSums<ExactDot>(result, a, b, into);
        }
        else if (a.InOctets & a.IsFactor & b.IsFactor & (a.Columns & 63) == 0)
        {
            RowSums<FactorDot>(result, a, b, into);
        }
        else if (a.InOctets & a.IsFactor & b.IsHandedFactor & (a.Columns & 63) == 0 & a.Rows % (2 * OctetRows) == 0)
        {
            FarRowDot(result, a, b, into);
        }
        else if (!b.IsScratch)
        {
            AnyFarRowDot(result, a, b, into);
        }
        else if (a.InOctets)
        {
            RowSums<Dot>(result, a, b, into);
        }
        else
        {
            AnyRowSums(result, a, b, true, into);
        }
    }

    /// <inheritdoc/>
    public static void RowSum(CudaTile result, CudaTile x, Into into)
    {
        if (x.InOctets)
        {
            RowSums<Own>(result, x, x, into);
        }
        else
        {
            AnyRowSums(result, x, x, false, into);
        }
    }

    /// <inheritdoc/>
    public static void ScaleRows(CudaTile result, CudaTile x, CudaTile s)
    {
        if (result.IsStrip)
        {
            StripScaleRows(result, x, s);
        }
        else if (!result.IsScratch & InPieces(x, result) & (x.Rows & 3) == 0)
        {
            // Four rows and columns a thread, as in an elementwise loop.
            for (int i = x.FirstRow; x.HasRow(i); i += x.RowStep)
            {
                for (int j = x.FirstColumn; x.HasColumn(j); j += x.ColumnStep)
                {
                    long to = result.Far(i, j), down = result.stride;
                    LeaveScaled(result, to, x, s, i, j);
                    LeaveScaled(result, to + down, x, s, i + 1, j);
                    LeaveScaled(result, to + (2 * down), x, s, i + 2, j);
                    LeaveScaled(result, to + (3 * down), x, s, i + 3, j);
                    if (x.ColumnsInOneTurn)
                    {
                        break;
                    }
                }

                if (x.RowsInOneTurn)
                {
                    break;
                }
            }
        }
        else if (result.IsFactor & x.IsExact & (x.Columns & 3) == 0)
        {
            ScaleToFactor(result, x, s);
        }
        else
        {
            ScaleAny(result, x, s);
        }
    }

    private static void LeaveScaled(CudaTile result, long to, CudaTile x, CudaTile s, int i, int j)
    {
        CudaQuad scaled = x.Four(i, j) * CudaQuad.All(Ptx.Load(s.Near(i, 0)));
        if (i <= result.LastFar)
        {
            result.LeaveQuad(to, scaled);
        }
    }

    /// <summary>A thread has the numbers that it has where pairs decay.</summary>
    private static void ScaleToFactor(CudaTile result, CudaTile x, CudaTile s)
    {
        for (int first = 0; first < x.Rows; first += x.QuadRowStep)
        {
            int i = first + x.QuadRow;
            if (!x.HasQuads(i))
            {
                break;
            }

            CudaQuad scale = CudaQuad.All(Ptx.Load(s.Near(i, 0)));
            for (int j = x.FirstColumn; x.HasColumn(j); j += x.ColumnStep)
            {
                result.PutRounded(i, j, x.Quad(i, j) * scale);
                if (x.ColumnsInOneTurn)
                {
                    break;
                }
            }
        }

        if (result.IsRooms)
        {
            Ptx.StripsAwait();
        }
    }

    /// <summary>Four numbers of a factor.</summary>
    private void PutRounded(int i, int j, CudaQuad x) =>
        Ptx.Store2(NearFactor(i, j), Interop.IntAsFloat(Ptx.PackBFloat16(x.X, x.Y)), Interop.IntAsFloat(Ptx.PackBFloat16(x.Z, x.W)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ScaleAny(CudaTile result, CudaTile x, CudaTile s)
    {
        int rows = result.IsTensor ? Math.Min(x.Rows, result.Rows) : x.Rows;
        for (int at = Group.IdxX; at < rows * x.Columns; at += Threads)
        {
            int i = Ptx.Quotient(at, x.Columns), j = at - (i * x.Columns);
            result.Put(i, j, s.At(i, 0) * x.At(i, j), Into.Set);
        }
    }

    /// <inheritdoc/>
    public static void Normalize(CudaTile result, CudaTile x)
    {
        if (x.InOctets)
        {
            for (int first = 0; first < x.Rows; first += OctetRows)
            {
                int i = first + OctetRow;
                if (x.HasOctets(i))
                {
                    uint to = result.Near(i, OctetColumn);
                    CudaQuad a = x.PartOf(i, 0), b = x.PartOf(i, 1), c = x.PartOf(i, 2), d = x.PartOf(i, 3);
                    CudaQuad scale = CudaQuad.All(Ptx.InverseRoot(Ptx.SumOfEight(((a * a) + (b * b) + ((c * c) + (d * d))).Sum) + NormEpsilon));
                    PutQuad(to, a * scale);
                    x.PutOf(to, 1, b * scale);
                    x.PutOf(to, 2, c * scale);
                    x.PutOf(to, 3, d * scale);
                }
            }
        }
        else
        {
            NormalizeAny(result, x);
        }
    }

    /// <inheritdoc/>
    public static void NormalizeAdjoint(CudaTile dx, CudaTile d, CudaTile x, Into into)
    {
        if (x.InOctets && (dx.IsScratch || InPieces(d, dx)))
        {
            for (int first = 0; first < x.Rows; first += OctetRows)
            {
                int i = first + OctetRow;
                if (x.HasOctets(i))
                {
                    uint given = d.Near(i, OctetColumn);
                    CudaQuad a = x.PartOf(i, 0), b = x.PartOf(i, 1), c = x.PartOf(i, 2), e = x.PartOf(i, 3);
                    CudaQuad da = Ptx.Load4(given), db = x.Of(given, 1), dc = x.Of(given, 2), de = x.Of(given, 3);
                    float scale = Ptx.InverseRoot(Ptx.SumOfEight(((a * a) + (b * b) + ((c * c) + (e * e))).Sum) + NormEpsilon);
                    float along = Ptx.SumOfEight(((a * da) + (b * db) + ((c * dc) + (e * de))).Sum);
                    CudaQuad turn = CudaQuad.All(scale * scale * along), all = CudaQuad.All(scale);
                    dx.JoinOf(i, 0, (da - (a * turn)) * all, into);
                    dx.JoinOf(i, 1, (db - (b * turn)) * all, into);
                    dx.JoinOf(i, 2, (dc - (c * turn)) * all, into);
                    dx.JoinOf(i, 3, (de - (e * turn)) * all, into);
                }
            }
        }
        else
        {
            NormalizeAdjointAny(dx, d, x, into);
        }
    }

    /// <summary>Rows that the group takes at once.</summary>
    private const int OctetRows = Warps << 2;

    private static int OctetRow => (Warp << 2) | (Lane >> 3);

    private static int OctetColumn => (Lane & 7) << 2;

    /// <summary>True if four rows at a time are rows of this tile, and rows are at most four times eight fours.</summary>
    private bool InOctets => ((Rows & 3) | (Columns & 31)) == 0 & Columns <= 128;

    /// <summary>True if there is a row for these eight lanes in a turn of the group.</summary>
    private bool HasOctets(int row) => (Rows & (OctetRows - 1)) == 0 | row < Rows;

    /// <summary>A lane's four of the columns from 32 <paramref name="part"/> on, of a tile as wide as this one; zeros if there are none.</summary>
    private CudaQuad Of(uint row, int part) => Ptx.Load4If(Columns - (part << 5), row + (uint)(part << 7));

    /// <summary>The same of scratch, exact or factor, that has them.</summary>
    private CudaQuad FourOf(int i, int part)
    {
        if (IsExact)
        {
            return Quad(i, OctetColumn + (part << 5));
        }

        uint first = NearFactor(i, OctetColumn);
        return FourAt(IsInBlocks ? (first ^ (uint)((part & 1) << 6)) + (uint)((part >> 1) * stride) : first + (uint)(part << 6));
    }

    /// <summary>The same; zeros if there are none.</summary>
    private CudaQuad PartOf(int i, int part) => Columns > part << 5 ? FourOf(i, part) : CudaQuad.All(0);

    /// <summary>Four numbers of a row, or of one of the caller's, which are set.</summary>
    private void JoinOf(int i, int part, CudaQuad value, Into into)
    {
        if (IsScratch)
        {
            uint row = Near(i, OctetColumn);
            PutOf(row, part, into == Into.Set ? value : into == Into.Add ? Of(row, part) + value : Of(row, part) - value);
        }
        else if (Columns > part << 5 & i <= LastFar)
        {
            LeaveQuad(Far(i, OctetColumn + (part << 5)), value);
        }
    }

    private void PutOf(uint row, int part, CudaQuad value) => Ptx.Store4If(Columns - (part << 5), row + (uint)(part << 7), value.X, value.Y, value.Z, value.W);

    private static void PutQuad(uint at, CudaQuad value) => Ptx.Store4(at, value.X, value.Y, value.Z, value.W);

    /// <summary>Four numbers of a row's sum.</summary>
    private interface ISummand
    {
        static abstract CudaQuad At(CudaTile a, CudaTile b, int i, int part);
    }

    private readonly struct Own : ISummand
    {
        public static CudaQuad At(CudaTile a, CudaTile b, int i, int part) => a.Of(a.Near(i, OctetColumn), part);
    }

    private readonly struct ExactDot : ISummand
    {
        public static CudaQuad At(CudaTile a, CudaTile b, int i, int part) => a.Of(a.Near(i, OctetColumn), part) * a.Of(b.Near(i, OctetColumn), part);
    }

    private readonly struct Dot : ISummand
    {
        public static CudaQuad At(CudaTile a, CudaTile b, int i, int part) => a.PartOf(i, part) * b.PartOf(i, part);
    }

    /// <summary>Of two factors a lane takes every eighth eight of a row: sixteen bytes at a time.</summary>
    private readonly struct FactorDot : ISummand
    {
        public static CudaQuad At(CudaTile a, CudaTile b, int i, int part)
        {
            if (a.Columns <= part << 6)
            {
                return CudaQuad.All(0);
            }

            int column = EightsColumn + (part << 6);
            return Products(Ptx.Load4(a.NearFactor(i, column)), Ptx.Load4(b.NearFactor(i, column)));
        }
    }

    private static int EightsColumn => (Lane & 7) << 3;

    /// <summary>The products of eight bfloat16 and eight others, two by two added up.</summary>
    private static CudaQuad Products(CudaQuad x, CudaQuad y)
    {
        CudaPair first = Products(x.X, y.X), second = Products(x.Y, y.Y), third = Products(x.Z, y.Z), fourth = Products(x.W, y.W);
        return new CudaQuad(first.Low, first.High, second.Low, second.High) + new CudaQuad(third.Low, third.High, fourth.Low, fourth.High);
    }

    private static CudaPair Products(float x, float y)
    {
        CudaPair a = CudaPair.Of(Interop.FloatAsInt(x)), b = CudaPair.Of(Interop.FloatAsInt(y));
        return new(a.Low * b.Low, a.High * b.High);
    }

    /// <summary>What an earlier pass left in bfloat16.</summary>
    private bool IsHandedFactor => place == Handed & element == (int)CudaElement.BFloat16;

    /// <summary>The second factor stands in the device's memory: all that a lane needs of two rows is asked for before any of it is needed.</summary>
    private static void FarRowDot(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        int column = EightsColumn;
        for (int row = OctetRow; row < a.Rows; row += 2 * OctetRows)
        {
            int below = row + OctetRows;
            CudaQuad x = Ptx.LoadFar4(b.Far(row, column)), y = Ptx.LoadFar4(b.Far(below, column));
            CudaQuad first, second;
            if (a.Columns > 64)
            {
                CudaQuad z = Ptx.LoadFar4(b.Far(row, column + 64)), w = Ptx.LoadFar4(b.Far(below, column + 64));
                first = Products(Ptx.Load4(a.NearFactor(row, column)), x) + Products(Ptx.Load4(a.NearFactor(row, column + 64)), z);
                second = Products(Ptx.Load4(a.NearFactor(below, column)), y) + Products(Ptx.Load4(a.NearFactor(below, column + 64)), w);
            }
            else
            {
                first = Products(Ptx.Load4(a.NearFactor(row, column)), x);
                second = Products(Ptx.Load4(a.NearFactor(below, column)), y);
            }

            float sum = Ptx.SumOfEight(first.Sum), further = Ptx.SumOfEight(second.Sum);
            if ((Lane & 7) == 0)
            {
                result.PutDown(row, sum, into);
                result.PutDown(below, further, into);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AnyFarRowDot(CudaTile result, CudaTile a, CudaTile b, Into into)
    {
        for (int i = Warp; i < a.Rows; i += Warps)
        {
            float sum = 0;
            for (int j = Lane; j < a.Columns; j += 32)
            {
                sum += a.At(i, j) * b.At(i, j);
            }

            sum = Ptx.SumOfWarp(sum);
            if (Lane == 0)
            {
                result.Put(i, 0, sum, into);
            }
        }
    }

    private static void RowSums<TSummand>(CudaTile result, CudaTile a, CudaTile b, Into into)
        where TSummand : struct, ISummand
    {
        for (int first = 0; first < a.Rows; first += OctetRows)
        {
            int i = first + OctetRow;
            if (a.HasOctets(i))
            {
                CudaQuad sums = TSummand.At(a, b, i, 0) + TSummand.At(a, b, i, 1) + (TSummand.At(a, b, i, 2) + TSummand.At(a, b, i, 3));
                float sum = Ptx.SumOfEight(sums.Sum);
                if ((Lane & 7) == 0)
                {
                    result.PutDown(i, sum, into);
                }
            }
        }
    }

    /// <summary>Sums of rows of any size, of x or of a times b; result may be any tile.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AnyRowSums(CudaTile result, CudaTile a, CudaTile b, bool dot, Into into)
    {
        for (int i = Warp; i < a.Rows; i += Warps)
        {
            float sum = 0;
            for (int j = Lane << 2; j < a.Columns; j += 128)
            {
                CudaQuad x = a.Four(i, j);
                sum += a.Inside(dot ? x * b.Four(i, j) : x, j).Sum;
            }

            sum = Ptx.SumOfWarp(sum);
            if (Lane == 0)
            {
                result.Put(i, 0, sum, into);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void NormalizeAny(CudaTile result, CudaTile x)
    {
        for (int i = Warp; i < x.Rows; i += Warps)
        {
            float squares = 0;
            for (int j = Lane << 2; j < x.Columns; j += 128)
            {
                CudaQuad a = x.Inside(x.Four(i, j), j);
                squares += (a * a).Sum;
            }

            CudaQuad scale = CudaQuad.All(Ptx.InverseRoot(Ptx.SumOfWarp(squares) + NormEpsilon));
            for (int j = Lane << 2; j < x.Columns; j += 128)
            {
                result.PutQuad(i, j, x.Four(i, j) * scale);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void NormalizeAdjointAny(CudaTile dx, CudaTile d, CudaTile x, Into into)
    {
        for (int i = Warp; i < x.Rows; i += Warps)
        {
            float squares = 0, along = 0;
            for (int j = Lane << 2; j < x.Columns; j += 128)
            {
                CudaQuad a = x.Inside(x.Four(i, j), j);
                squares += (a * a).Sum;
                along += (a * d.Within(i, j)).Sum;
            }

            float scale = Ptx.InverseRoot(Ptx.SumOfWarp(squares) + NormEpsilon);
            float turn = scale * scale * Ptx.SumOfWarp(along);
            for (int j = Lane; j < x.Columns & (dx.IsScratch | i <= dx.LastFar); j += 32)
            {
                dx.Put(i, j, (d.At(i, j) - (x.At(i, j) * turn)) * scale, into);
            }
        }
    }
}
