using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>
/// Walks over the state: a thread has four columns of every so-many-th row, and what is read is summed over the threads of the same columns.
/// Columns are 8, 16, 32 and so on: every thread has some.
/// </content>
public readonly partial struct CudaStepTile
{
    /// <inheritdoc/>
    public static bool WorksIn(CudaStepTile read, CudaStepTile written) => false;

    /// <inheritdoc/>
    public static bool WritesTo(CudaStepTile written) => true;

    /// <inheritdoc/>
    public static void Arrive()
    {
        Ptx.AwaitCopies();
        Synchronize();
    }

    /// <inheritdoc/>
    public static void Clear(CudaStepTile result)
    {
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Store(i, j, CudaLanes.All(0));
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    /// <remarks>a is a row.</remarks>
    public static void Product(CudaStepTile result, CudaStepTile a, CudaStepTile b, Into into)
    {
        Synchronize();
        int i = b.FirstRow, j = b.FirstColumn, step = b.RowStep;
        uint from = b.At(i, j), down = b.Down, x = a.At(0, i), next = (uint)step << 2;
        CudaLanes sum = CudaLanes.All(0);

        // Four rows at a time: their loads are under way before the first is used.
        for (; i + (3 * step) < b.Rows; i += 4 * step)
        {
            CudaLanes b0 = Ptx.Load4(from), b1 = Ptx.Load4(from + down), b2 = Ptx.Load4(from + (2 * down)), b3 = Ptx.Load4(from + (3 * down));
            float x0 = Ptx.Load(x), x1 = Ptx.Load(x + next), x2 = Ptx.Load(x + (2 * next)), x3 = Ptx.Load(x + (3 * next));
            sum = sum + (CudaLanes.All(x0) * b0) + (CudaLanes.All(x1) * b1) + (CudaLanes.All(x2) * b2) + (CudaLanes.All(x3) * b3);
            from += 4 * down;
            x += 4 * next;
        }

        for (; i < b.Rows; i += step)
        {
            sum += CudaLanes.All(a.Number(i)) * b.Load(i, j);
        }

        result.Put(0, j, b.SumOfColumns(sum), into);
        Synchronize();
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
        Synchronize();
        int i = s.FirstRow, j = s.FirstColumn, step = s.RowStep, far = result.Far ? 1 : 0;
        uint from = s.At(i, j), to = result.At(i, j), down = s.Down, next = (uint)step << 2;
        uint x = k.At(0, i), second = b.At(0, i), y = q.At(0, i);

        // One factor for all rows stays where it is.
        uint factor = e.At(0, e.Columns > 1 ? i : 0), nextFactor = e.Columns > 1 ? next : 0;
        long farTo = result.FarAt(i, j), farDown = Bytes((uint)step, result.pitch);
        CudaLanes sum = CudaLanes.All(0), written = u.Load(0, j), also = z.Load(0, j);
        for (; i + (3 * step) < s.Rows; i += 4 * step)
        {
            CudaLanes s0 = Ptx.Load4(from), s1 = Ptx.Load4(from + down), s2 = Ptx.Load4(from + (2 * down)), s3 = Ptx.Load4(from + (3 * down));
            float x0 = Ptx.Load(x), x1 = Ptx.Load(x + next), x2 = Ptx.Load(x + (2 * next)), x3 = Ptx.Load(x + (3 * next));
            float y0 = Ptx.Load(y), y1 = Ptx.Load(y + next), y2 = Ptx.Load(y + (2 * next)), y3 = Ptx.Load(y + (3 * next));
            if (decays)
            {
                s0 = CudaLanes.All(Ptx.Load(factor)) * s0;
                s1 = CudaLanes.All(Ptx.Load(factor + nextFactor)) * s1;
                s2 = CudaLanes.All(Ptx.Load(factor + (2 * nextFactor))) * s2;
                s3 = CudaLanes.All(Ptx.Load(factor + (3 * nextFactor))) * s3;
            }

            s0 += CudaLanes.All(x0) * written;
            s1 += CudaLanes.All(x1) * written;
            s2 += CudaLanes.All(x2) * written;
            s3 += CudaLanes.All(x3) * written;
            if (twice)
            {
                s0 += CudaLanes.All(Ptx.Load(second)) * also;
                s1 += CudaLanes.All(Ptx.Load(second + next)) * also;
                s2 += CudaLanes.All(Ptx.Load(second + (2 * next))) * also;
                s3 += CudaLanes.All(Ptx.Load(second + (3 * next))) * also;
            }

            Ptx.StoreEither4(far, farTo, to, s0.X, s0.Y, s0.Z, s0.W);
            Ptx.StoreEither4(far, farTo + farDown, to + down, s1.X, s1.Y, s1.Z, s1.W);
            Ptx.StoreEither4(far, farTo + (2 * farDown), to + (2 * down), s2.X, s2.Y, s2.Z, s2.W);
            Ptx.StoreEither4(far, farTo + (3 * farDown), to + (3 * down), s3.X, s3.Y, s3.Z, s3.W);
            sum = sum + (CudaLanes.All(y0) * s0) + (CudaLanes.All(y1) * s1) + (CudaLanes.All(y2) * s2) + (CudaLanes.All(y3) * s3);
            from += 4 * down;
            to += 4 * down;
            farTo += 4 * farDown;
            x += 4 * next;
            y += 4 * next;
            second += 4 * next;
            factor += 4 * nextFactor;
        }

        for (; i < s.Rows; i += step)
        {
            CudaLanes value = s.Load(i, j);
            if (decays)
            {
                value = CudaLanes.All(e.Number(e.Columns > 1 ? i : 0)) * value;
            }

            value += CudaLanes.All(k.Number(i)) * written;
            if (twice)
            {
                value += CudaLanes.All(b.Number(i)) * also;
            }

            sum += CudaLanes.All(q.Number(i)) * value;
            Ptx.StoreEither4(far, result.FarAt(i, j), result.At(i, j), value.X, value.Y, value.Z, value.W);
        }

        read.Put(0, j, s.SumOfColumns(sum), Into.Set);
        Synchronize();
    }

    /// <inheritdoc/>
    /// <remarks>k and u are rows.</remarks>
    public static void DecayAndWrite(CudaStepTile state, CudaStepTile g, CudaStepTile k, CudaStepTile u)
    {
        Synchronize();
        bool each = g.Columns > 1;
        float all = CudaLanes.Exp(Ptx.Load(g.At(0, 0)));
        int i = state.FirstRow, j = state.FirstColumn, step = state.RowStep;
        uint at = state.At(i, j), down = state.Down, x = k.At(0, i), decay = g.At(0, i), next = (uint)step << 2;
        CudaLanes written = u.Load(0, j);
        for (; i + (3 * step) < state.Rows; i += 4 * step)
        {
            CudaLanes s0 = Ptx.Load4(at), s1 = Ptx.Load4(at + down), s2 = Ptx.Load4(at + (2 * down)), s3 = Ptx.Load4(at + (3 * down));
            float x0 = Ptx.Load(x), x1 = Ptx.Load(x + next), x2 = Ptx.Load(x + (2 * next)), x3 = Ptx.Load(x + (3 * next));
            float g0 = all, g1 = all, g2 = all, g3 = all;
            if (each)
            {
                g0 = CudaLanes.Exp(Ptx.Load(decay));
                g1 = CudaLanes.Exp(Ptx.Load(decay + next));
                g2 = CudaLanes.Exp(Ptx.Load(decay + (2 * next)));
                g3 = CudaLanes.Exp(Ptx.Load(decay + (3 * next)));
            }

            s0 = (CudaLanes.All(x0) * written) + (CudaLanes.All(g0) * s0);
            s1 = (CudaLanes.All(x1) * written) + (CudaLanes.All(g1) * s1);
            s2 = (CudaLanes.All(x2) * written) + (CudaLanes.All(g2) * s2);
            s3 = (CudaLanes.All(x3) * written) + (CudaLanes.All(g3) * s3);
            Ptx.Store4(at, s0.X, s0.Y, s0.Z, s0.W);
            Ptx.Store4(at + down, s1.X, s1.Y, s1.Z, s1.W);
            Ptx.Store4(at + (2 * down), s2.X, s2.Y, s2.Z, s2.W);
            Ptx.Store4(at + (3 * down), s3.X, s3.Y, s3.Z, s3.W);
            at += 4 * down;
            x += 4 * next;
            decay += 4 * next;
        }

        for (; i < state.Rows; i += step)
        {
            CudaLanes kept = CudaLanes.All(each ? CudaLanes.Exp(g.Number(i)) : all);
            state.Store(i, j, (kept * state.Load(i, j)) + (CudaLanes.All(k.Number(i)) * written));
        }

        Synchronize();
    }

    /// <inheritdoc/>
    /// <remarks>a and b are rows.</remarks>
    public static void TransposedProduct(CudaStepTile result, CudaStepTile a, CudaStepTile b, Into into)
    {
        Synchronize();
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            CudaLanes factor = CudaLanes.All(a.Number(i));
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                result.Put(i, j, factor * b.Load(0, j), into);
            }
        }

        Synchronize();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A warp takes 8 by 4 numbers at a time: whole sectors of a state in the device's memory, few threads on one bank of shared memory.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Transpose(CudaStepTile result, CudaStepTile x, Into into)
    {
        Synchronize();
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
                    result.Put(i, j, CudaLanes.All(Ptx.Load(x.At(j, i))), into);
                }
            }
        }

        Synchronize();
    }

    private static void FetchState(CudaStepTile result, CudaStepTile x)
    {
        int step = result.RowStep;
        int j = result.FirstColumn;
        uint to = result.At(result.FirstRow, j), down = result.Down;
        long from = x.FarAt(result.FirstRow, j), farDown = Bytes((uint)step, x.pitch);
        for (int i = result.FirstRow; i < result.Rows; i += step)
        {
            Ptx.CopyLater16(to, from);
            to += down;
            from += farDown;
        }
    }

    /// <summary>Bytes from a row of this thread to its next.</summary>
    private uint Down => (uint)RowStep * pitch;

    /// <summary>Number i of a row.</summary>
    private float Number(int i) => Ptx.Load(At(0, i));

    /// <summary>The sum over the threads that have the same columns.</summary>
    private CudaLanes SumOfColumns(CudaLanes sum)
    {
        for (int distance = 1 << share; distance < Threads; distance <<= 1)
        {
            sum += new CudaLanes(Ptx.Across(sum.X, distance), Ptx.Across(sum.Y, distance), Ptx.Across(sum.Z, distance), Ptx.Across(sum.W, distance));
        }

        return sum;
    }
}
