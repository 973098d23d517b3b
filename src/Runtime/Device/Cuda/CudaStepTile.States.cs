using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>
/// Walks over the state: a thread has four columns of every so-many-th row, and what is read is summed over the threads of the same columns.
/// Columns are 8, 16, 32 and so on: every thread has some.
/// </content>
public readonly partial struct CudaStepTile
{
    private const uint FourFloats = 16;

    /// <inheritdoc/>
    public static bool WorksIn(CudaStepTile read, CudaStepTile written) => false;

    /// <inheritdoc/>
    public static bool WritesTo(CudaStepTile written) => true;

    /// <inheritdoc/>
    public static int Height(int tokens, int chunk) => tokens;

    /// <inheritdoc/>
    public static void Trim(CudaStepTile x, int row)
    {
    }

    /// <inheritdoc/>
    public static void FetchedFirst()
    {
    }

    /// <inheritdoc/>
    public static void ArriveFirst() => Synchronize();

    /// <inheritdoc/>
    /// <remarks>Rows are there when they are fetched. The state is waited for where it is first read: gates are computed until then.</remarks>
    public static void Arrive() => Synchronize();

    /// <inheritdoc/>
    public static void Expect(CudaStepTile x, int part, int parts, int which)
    {
    }

    /// <summary>Waits for the state, all of it.</summary>
    private static void Await()
    {
        Ptx.AwaitCopies();
        Synchronize();
    }

    /// <inheritdoc/>
    public static void Clear(CudaStepTile result)
    {
        int j = result.FirstColumn;
        for (int i = result.FirstRow; result.HasRow(i) && result.HasColumn(j); i++)
        {
            result.Store(i, j, CudaQuad.All(0));
        }
    }

    /// <inheritdoc/>
    /// <remarks>a is a row.</remarks>
    public static void Product(CudaStepTile result, CudaStepTile a, CudaStepTile b, Into into)
    {
        Await();
        int i = b.FirstRow, turns = b.TurnsOfWalk(i);
        uint from = b.AtFirst, x = a.At(0, i), down = b.pitch;
        CudaQuad sum = CudaQuad.All(0);

        // Four rows at a time: their loads are under way before the first is used.
        for (int turn = 0; turn < turns; turn++)
        {
            CudaQuad b0 = Ptx.Load4(from), b1 = Ptx.Load4(from + down), b2 = Ptx.Load4(from + (2 * down)), b3 = Ptx.Load4(from + (3 * down)), x4 = Ptx.Load4(x);
            sum = sum + (CudaQuad.All(x4.X) * b0) + (CudaQuad.All(x4.Y) * b1) + (CudaQuad.All(x4.Z) * b2) + (CudaQuad.All(x4.W) * b3);
            from += 4 * down;
            x += FourFloats;
        }

        result.PutSum(b, sum, into);
    }

    /// <inheritdoc/>
    public static void WriteAndRead(CudaStepTile result, CudaStepTile read, CudaStepTile s, CudaStepTile k, CudaStepTile u, CudaStepTile q) =>
        Write(result, read, s, false, k, k, u, false, k, u, q);

    /// <inheritdoc/>
    public static void DecayWriteAndRead(CudaStepTile result, CudaStepTile read, CudaStepTile s, CudaStepTile e, CudaStepTile k, CudaStepTile u, CudaStepTile q) =>
        Write(result, read, s, true, e, k, u, false, k, u, q);

    /// <inheritdoc/>
    public static void DecayWritesAndRead(
        CudaStepTile result, CudaStepTile read, CudaStepTile s, CudaStepTile e, CudaStepTile k, CudaStepTile u, CudaStepTile b, CudaStepTile z, CudaStepTile q) =>
        Write(result, read, s, true, e, k, u, true, b, z, q);

    /// <summary>result = (e) s + k^T u (+ b^T z), read = q result. What the two flags leave out is not in the kernel.</summary>
    private static void Write(
        CudaStepTile result, CudaStepTile read, CudaStepTile s, bool decays, CudaStepTile e, CudaStepTile k, CudaStepTile u, bool twice, CudaStepTile b, CudaStepTile z, CudaStepTile q)
    {
        Await();
        int i = s.FirstRow, j = s.FirstColumn, turns = s.TurnsOfWalk(i), far = result.Far ? 1 : 0;
        uint from = s.AtFirst, to = result.AtFirst, down = s.pitch, x = k.At(0, i), second = b.At(0, i), y = q.At(0, i);

        // One factor for all rows stays where it is.
        uint factor = e.At(0, e.Columns > 1 ? i : 0), nextFactor = e.Columns > 1 ? FourFloats : 0;
        long farTo = result.FarAt(i, j), farDown = result.pitch;
        CudaQuad sum = CudaQuad.All(0), written = u.Load(0, j), also = z.Load(0, j);
        for (int turn = 0; turn < turns; turn++)
        {
            CudaQuad s0 = Ptx.Load4(from), s1 = Ptx.Load4(from + down), s2 = Ptx.Load4(from + (2 * down)), s3 = Ptx.Load4(from + (3 * down));
            CudaQuad x4 = Ptx.Load4(x), y4 = Ptx.Load4(y);
            if (decays)
            {
                CudaQuad e4 = Ptx.Load4(factor);
                s0 = CudaQuad.All(e4.X) * s0;
                s1 = CudaQuad.All(e4.Y) * s1;
                s2 = CudaQuad.All(e4.Z) * s2;
                s3 = CudaQuad.All(e4.W) * s3;
            }

            s0 += CudaQuad.All(x4.X) * written;
            s1 += CudaQuad.All(x4.Y) * written;
            s2 += CudaQuad.All(x4.Z) * written;
            s3 += CudaQuad.All(x4.W) * written;
            if (twice)
            {
                CudaQuad b4 = Ptx.Load4(second);
                s0 += CudaQuad.All(b4.X) * also;
                s1 += CudaQuad.All(b4.Y) * also;
                s2 += CudaQuad.All(b4.Z) * also;
                s3 += CudaQuad.All(b4.W) * also;
            }

            Ptx.StoreEither4(far, farTo, to, s0.X, s0.Y, s0.Z, s0.W);
            Ptx.StoreEither4(far, farTo + farDown, to + down, s1.X, s1.Y, s1.Z, s1.W);
            Ptx.StoreEither4(far, farTo + (2 * farDown), to + (2 * down), s2.X, s2.Y, s2.Z, s2.W);
            Ptx.StoreEither4(far, farTo + (3 * farDown), to + (3 * down), s3.X, s3.Y, s3.Z, s3.W);
            sum = sum + (CudaQuad.All(y4.X) * s0) + (CudaQuad.All(y4.Y) * s1) + (CudaQuad.All(y4.Z) * s2) + (CudaQuad.All(y4.W) * s3);
            from += 4 * down;
            to += 4 * down;
            farTo += 4 * farDown;
            x += FourFloats;
            y += FourFloats;
            second += FourFloats;
            factor += nextFactor;
        }

        read.PutSum(s, sum, Into.Set);
    }

    /// <inheritdoc/>
    /// <remarks>k and u are rows.</remarks>
    public static void DecayAndWrite(CudaStepTile state, CudaStepTile g, CudaStepTile k, CudaStepTile u)
    {
        Await();
        bool each = g.Columns > 1;
        int i = state.FirstRow, turns = state.TurnsOfWalk(i);
        uint at = state.AtFirst, x = k.At(0, i), decay = g.At(0, each ? i : 0), down = state.pitch;
        CudaQuad written = u.Load(0, state.FirstColumn);
        for (int turn = 0; turn < turns; turn++)
        {
            CudaQuad s0 = Ptx.Load4(at), s1 = Ptx.Load4(at + down), s2 = Ptx.Load4(at + (2 * down)), s3 = Ptx.Load4(at + (3 * down));
            CudaQuad x4 = Ptx.Load4(x), e4 = CudaQuad.Exp(Ptx.Load4(decay));
            s0 = (CudaQuad.All(x4.X) * written) + (CudaQuad.All(e4.X) * s0);
            s1 = (CudaQuad.All(x4.Y) * written) + (CudaQuad.All(e4.Y) * s1);
            s2 = (CudaQuad.All(x4.Z) * written) + (CudaQuad.All(e4.Z) * s2);
            s3 = (CudaQuad.All(x4.W) * written) + (CudaQuad.All(e4.W) * s3);
            Ptx.Store4(at, s0.X, s0.Y, s0.Z, s0.W);
            Ptx.Store4(at + down, s1.X, s1.Y, s1.Z, s1.W);
            Ptx.Store4(at + (2 * down), s2.X, s2.Y, s2.Z, s2.W);
            Ptx.Store4(at + (3 * down), s3.X, s3.Y, s3.Z, s3.W);
            at += 4 * down;
            x += FourFloats;
            decay += each ? FourFloats : 0;
        }
    }

    /// <inheritdoc/>
    /// <remarks>a and b are rows.</remarks>
    public static void TransposedProduct(CudaStepTile result, CudaStepTile a, CudaStepTile b, Into into)
    {
        int j = result.FirstColumn;
        for (int i = result.FirstRow; result.HasRow(i) && result.HasColumn(j); i++)
        {
            result.Put(i, j, CudaQuad.All(a.Number(i)) * b.Load(0, j), into);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A warp takes 8 by 4 numbers at a time: whole sectors of a state in the device's memory, few threads on one bank of shared memory.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Transpose(CudaStepTile result, CudaStepTile x, Into into)
    {
        Await();
        int along = Lane & 7, across = Lane >> 3;
        if (result.Far)
        {
            for (int i = across; i < result.Rows; i += 4)
            {
                for (int j = along; j < result.Columns; j += 8)
                {
                    Ptx.StoreFar(result.FarAt(i, j), Ptx.Load(x.At(j, i)));
                }
            }
        }
        else if (x.Far)
        {
            for (int j = across; j < result.Columns; j += 4)
            {
                for (int i = along; i < result.Rows; i += 8)
                {
                    Ptx.CopyLater4(result.At(i, j), x.FarAt(j, i));
                }
            }

            Ptx.AwaitCopies();
        }
        else
        {
            // A row as a column; the number stands in all four places.
            for (int i = Lane; i < result.Rows; i += Threads)
            {
                for (int j = 0; j < result.Columns; j++)
                {
                    result.Put(i, j, CudaQuad.All(Ptx.Load(x.At(j, i))), into);
                }
            }
        }
    }

    private static void FetchState(CudaStepTile result, CudaStepTile x)
    {
        int i = result.FirstRow;
        uint to = result.AtFirst, down = result.pitch;
        long from = x.FarAt(i, result.FirstColumn), farDown = x.pitch;
        for (int turns = result.TurnsOfWalk(i); turns > 0; turns--)
        {
            Ptx.CopyLater16(to, from);
            Ptx.CopyLater16(to + down, from + farDown);
            Ptx.CopyLater16(to + (2 * down), from + (2 * farDown));
            Ptx.CopyLater16(to + (3 * down), from + (3 * farDown));
            to += 4 * down;
            from += 4 * farDown;
        }

        // The compiler would ask for rows of tokens first, and the state is what takes long.
        Ptx.Together();
    }

    /// <summary>Adds up what threads with the same columns have, and puts it into this row: each gives away the columns that another sums, and is left with one, or with two of 64.</summary>
    /// <param name="walked">The tile whose columns they have: at most 64.</param>
    /// <param name="sum">What this thread has.</param>
    /// <param name="into">What becomes of it.</param>
    private void PutSum(CudaStepTile walked, CudaQuad sum, Into into)
    {
        bool last = (Lane & 16) != 0, odd = (Lane & 8) != 0;
        float first = (last ? sum.Z : sum.X) + Ptx.Across(last ? sum.X : sum.Z, 16), second = (last ? sum.W : sum.Y) + Ptx.Across(last ? sum.Y : sum.W, 16);
        if (walked.Share > 3)
        {
            uint at = At(0, walked.FirstColumn + (last ? 2 : 0));
            PutNumber(at, first, into);
            PutNumber(at + sizeof(float), second, into);
            return;
        }

        float one = (odd ? second : first) + Ptx.Across(odd ? first : second, 8);
        one += walked.Share > 2 ? 0 : Ptx.Across(one, 4);
        one += walked.Share > 1 ? 0 : Ptx.Across(one, 2);
        if ((Lane & 7) >> walked.Share == 0)
        {
            PutNumber(At(0, walked.FirstColumn + (last ? 2 : 0) + (odd ? 1 : 0)), one, into);
        }
    }

    private static void PutNumber(uint at, float x, Into into) => Ptx.Store(at, into == Into.Set ? x : into == Into.Add ? Ptx.Load(at) + x : Ptx.Load(at) - x);

    /// <summary>Turns of a walk, of four rows each: as many for every thread, unless threads share the rows unevenly.</summary>
    private int TurnsOfWalk(int first) => Stretch << (WholeWarp - Share) == Rows ? Stretch >> 2 : Math.Max(Math.Min(Stretch, Rows - first), 0) >> 2;

    /// <summary>Number i of a row.</summary>
    private float Number(int i) => Ptx.Load(At(0, i));
}
