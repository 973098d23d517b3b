using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionDsl.Runtime;

/// <summary>
/// A decayed Gram with one decay for both sides, result_ij = sum_d l_id r_jd exp(g_id - g_jd), strictly causal or not, or two of the same
/// columns, one strict and one not: the decayed r goes from row to row once for both (see <see cref="DecayedGramTile"/>). All decays are
/// made of the steps from a row to the next, one exponential each.
/// </summary>
internal static unsafe partial class DecayedGramPair
{
    private const int Sums = 16;

    /// <summary>Numbers of workspace needed.</summary>
    public static long Elements(HostTile l) => RegisterDots.Takes(l.Columns) ? 4L * l.Rows * l.Width : ((72L + l.Rows) * l.Width) + ((Sums + 16) * 16);

    /// <summary>One Gram.</summary>
    public static void Run(HostTile result, HostTile l, HostTile r, HostTile g, Causal causal, float* workspace) =>
        Run<One>(result, result, l, l, r, g, causal, workspace);

    /// <summary>A strict Gram of l and r, an inclusive one of m and r.</summary>
    public static void Run(HostTile strict, HostTile inclusive, HostTile l, HostTile m, HostTile r, HostTile g, float* workspace) =>
        Run<Two>(strict, inclusive, l, m, r, g, Causal.Strict, workspace);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TSides>(HostTile one, HostTile other, HostTile l, HostTile m, HostTile r, HostTile g, Causal causal, float* workspace)
        where TSides : struct
    {
        if (RegisterDots.Takes(l.Columns))
        {
            OfFours<TSides>(one, other, l, m, r, g, causal, workspace);
            return;
        }

        int width = l.Width, rows = l.Rows;
        bool two = typeof(TSides) == typeof(Two);
        var right = new HostTile(workspace, 16, l.Columns, width);
        var turned = new HostTile(workspace + (16L * width), l.Columns, 16, 16);
        var first = new HostTile(workspace + (32L * width), 16, l.Columns, width);
        var second = new HostTile(workspace + (48L * width), 16, l.Columns, width);
        Vector512<float>* enters = (Vector512<float>*)(workspace + (64L * width));
        var steps = new HostTile((float*)(enters + Sums + 16), rows + 8, l.Columns, width);
        for (int i = 0; i < Sums; i++)
        {
            enters[i] = Vector512.Equals(Vector512<int>.Indices, Vector512.Create(i)).AsSingle();
        }

        // Before the first row no column has begun: what multiplies nothing need only be a number.
        for (int i = 0; i < rows; i++)
        {
            DecayedGramTile.Exp(steps.Row(i), g.Row(i), g.Row(Math.Max(i - 1, 0)), width);
        }

        for (int j = 0; j < rows; j += 16)
        {
            for (int i = 0; i < j; i++)
            {
                Vector512<float>.Zero.Store(one.Row(i) + j);
                Vector512<float>.Zero.Store(other.Row(i) + j);
            }

            // The block with itself: column k enters at row k, undecayed; its own row is not one of a strict Gram's.
            int count = Math.Min(16, rows - j);
            HostTile.Transpose(turned.Block(0, l.Columns, 0, count), r.Block(j, count, 0, l.Columns), Into.Set);
            HostTile left = Eights(l.Block(j, count, 0, l.Columns), first), below = two ? Eights(m.Block(j, count, 0, l.Columns), second) : left;
            Vector512<float> none = default;
            for (int i = 0; i < count; i += 8)
            {
                int some = Math.Min(8, count - i);
                Rows8<TSides>(
                    left.Row(i), left.Stride, below.Row(i), below.Stride, steps.Row(j + i), width, turned.Row(0), l.Columns, enters + i, i == 0 ? none : Below(8), enters + Sums);
                for (int k = 0; k < some; k++)
                {
                    (causal == Causal.Strict ? enters[Sums + k] & Below(i + k) : enters[Sums + k]).Store(one.Row(j + i + k) + j);
                    if (two)
                    {
                        enters[Sums + 8 + k].Store(other.Row(j + i + k) + j);
                    }
                }
            }

            // Later rows: both factors decayed to the first row of their block.
            for (int i = j + 16; i < rows; i += 16)
            {
                count = Math.Min(16, rows - i);
                ToFirst(first, l, steps, i, count);
                if (two)
                {
                    ToFirst(second, m, steps, i, count);
                }

                if (i == j + 16)
                {
                    FromOwn(right, r, steps, j, 16);
                }
                else
                {
                    Onward(right, steps, i);
                }

                HostTile.Transpose(turned, right, Into.Set);
                RegisterTile.Multiply(one.Row(i) + j, one.Stride, first.Row(0), width, 1, turned.Row(0), 16, count, 16, l.Columns, Into.Set);
                if (two)
                {
                    RegisterTile.Multiply(other.Row(i) + j, other.Stride, second.Row(0), width, 1, turned.Row(0), 16, count, 16, l.Columns, Into.Set);
                }
            }
        }
    }

    /// <summary>
    /// Four rows and four columns at a time, along the channels: triangles on the diagonal; then, of every four, eight, sixteen rows and so on, the later ones with as
    /// many before them, both decayed to the first of the later ones. How a number comes about hangs on its row and column alone.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OfFours<TSides>(HostTile one, HostTile other, HostTile l, HostTile m, HostTile r, HostTile g, Causal causal, float* workspace)
        where TSides : struct
    {
        const int Four = RegisterDots.Rows;
        int width = l.Width, rows = l.Rows;
        var steps = new HostTile(workspace, rows, l.Columns, width);
        var right = new HostTile(workspace + ((long)rows * width), rows, l.Columns, width);
        var left = new HostTile(workspace + (2L * rows * width), rows, l.Columns, width);
        HostTile.Clear(one);
        for (int i = 1; i < rows; i++)
        {
            DecayedGramTile.Exp(steps.Row(i), g.Row(i), g.Row(i - 1), width);
        }

        Vector512<float> own = RegisterDots.Allowed(causal), inclusive = RegisterDots.Allowed(Causal.Inclusive);
        for (int i = 0; i < rows; i += Four)
        {
            int count = Math.Min(Four, rows - i);
            RegisterDots.Put(one.Row(i) + i, one.Stride, count, Triangle(l.Row(i), l.Stride, r.Row(i), r.Stride, steps.Row(i), width, count) & own, Into.Set);
        }

        if (typeof(TSides) == typeof(Two))
        {
            HostTile.Clear(other);
            for (int i = 0; i < rows; i += Four)
            {
                int count = Math.Min(Four, rows - i);
                Vector512<float> x = Triangle(m.Row(i), m.Stride, r.Row(i), r.Stride, steps.Row(i), width, count);
                RegisterDots.Put(other.Row(i) + i, other.Stride, count, x & inclusive, Into.Set);
            }
        }

        for (int from = Four; from < rows; from += 2 * Four)
        {
            int count = Math.Min(Four, rows - from);
            float* before = r.Row(from - Four), onward = steps.Row(from - Four);
            RegisterDots.Put(one.Row(from) + from - Four, one.Stride, count, Later(l.Row(from), l.Stride, before, r.Stride, onward, width, count), Into.Set);
            if (typeof(TSides) == typeof(Two))
            {
                RegisterDots.Put(other.Row(from) + from - Four, other.Stride, count, Later(m.Row(from), m.Stride, before, r.Stride, onward, width, count), Into.Set);
            }
        }

        for (int half = 2 * Four; half < rows; half *= 2)
        {
            for (int from = half; from < rows; from += 2 * half)
            {
                int count = Math.Min(half, rows - from);
                FromOwn(right, r, steps, from - half, half);
                ToFirst(left, l, steps, from, count);
                Pairs(one.Block(from, count, from - half, half), left, right);
                if (typeof(TSides) == typeof(Two))
                {
                    ToFirst(left, m, steps, from, count);
                    Pairs(other.Block(from, count, from - half, half), left, right);
                }
            }
        }
    }

    /// <summary>All rows with all columns, which are decayed to one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pairs(HostTile result, HostTile left, HostTile right)
    {
        const int Four = RegisterDots.Rows;
        for (int i = 0; i < result.Rows; i += Four)
        {
            int count = Math.Min(Four, result.Rows - i);
            for (int j = 0; j < result.Columns; j += Four)
            {
                Vector512<float> x = RegisterDots.Four(left.Row(i), left.Stride, count, right.Row(j), right.Stride, Four, left.Columns);
                RegisterDots.Put(result.Row(i) + j, result.Stride, count, x, Into.Set);
            }
        }
    }

    /// <summary>Four rows with themselves and the rows before them: a column is carried from row to row. What stands above the diagonal is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> Triangle(float* l, long lStride, float* r, long rStride, float* steps, long width, int rows)
    {
        // Rows that are not there are read as the last that is.
        int second = Math.Min(1, rows - 1), third = Math.Min(2, rows - 1), last = Math.Min(3, rows - 1);
        float* l1 = l + (second * lStride), l2 = l + (third * lStride), l3 = l + (last * lStride);
        float* r1 = r + (second * rStride), r2 = r + (third * rStride), r3 = r + (last * rStride);
        float* s1 = steps + (second * width), s2 = steps + (third * width), s3 = steps + (last * width);
        if (!Avx512F.IsSupported)
        {
            return TriangleOfEights(l, l1, l2, l3, r, r1, r2, r3, s1, s2, s3, width);
        }

        Vector512<float> c00 = default, c10 = default, c11 = default, c20 = default, c21 = default, c22 = default;
        Vector512<float> c30 = default, c31 = default, c32 = default, c33 = default, none = default;
        for (long d = 0; d < width; d += 16)
        {
            Vector512<float> y0 = Vector512.Load(r + d), y1 = Vector512.Load(r1 + d), y2 = Vector512.Load(r2 + d), y3 = Vector512.Load(r3 + d);
            c00 = Vector512.FusedMultiplyAdd(Vector512.Load(l + d), y0, c00);
            Vector512<float> x = Vector512.Load(l1 + d), s = Vector512.Load(s1 + d);
            y0 *= s;
            c10 = Vector512.FusedMultiplyAdd(x, y0, c10);
            c11 = Vector512.FusedMultiplyAdd(x, y1, c11);
            x = Vector512.Load(l2 + d);
            s = Vector512.Load(s2 + d);
            y0 *= s;
            y1 *= s;
            c20 = Vector512.FusedMultiplyAdd(x, y0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, y1, c21);
            c22 = Vector512.FusedMultiplyAdd(x, y2, c22);
            x = Vector512.Load(l3 + d);
            s = Vector512.Load(s3 + d);
            y0 *= s;
            y1 *= s;
            y2 *= s;
            c30 = Vector512.FusedMultiplyAdd(x, y0, c30);
            c31 = Vector512.FusedMultiplyAdd(x, y1, c31);
            c32 = Vector512.FusedMultiplyAdd(x, y2, c32);
            c33 = Vector512.FusedMultiplyAdd(x, y3, c33);
        }

        return RegisterDots.Joined(
            RegisterDots.Quarters(c00, none, none, none), RegisterDots.Quarters(c10, c11, none, none), RegisterDots.Quarters(c20, c21, c22, none), RegisterDots.Quarters(c30, c31, c32, c33));
    }

    /// <summary>Four rows with the four before them: both decayed to the first of the later ones on their way into registers.</summary>
    /// <param name="l">The first of the later rows.</param>
    /// <param name="lStride">From one of them to the next.</param>
    /// <param name="r">The first of the earlier rows.</param>
    /// <param name="rStride">From one of them to the next.</param>
    /// <param name="steps">The step to the first of the earlier rows, which none of them takes.</param>
    /// <param name="width">From one row of steps to the next, and their length.</param>
    /// <param name="rows">How many of the later rows there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> Later(float* l, long lStride, float* r, long rStride, float* steps, long width, int rows)
    {
        // Rows that are not there are read as the last that is.
        int second = Math.Min(1, rows - 1), third = Math.Min(2, rows - 1), last = Math.Min(3, rows - 1);
        float* l1 = l + (second * lStride), l2 = l + (third * lStride), l3 = l + (last * lStride);
        float* s5 = steps + ((4 + second) * width), s6 = steps + ((4 + third) * width), s7 = steps + ((4 + last) * width);
        if (!Avx512F.IsSupported)
        {
            return LaterOfEights(l, l1, l2, l3, r, rStride, steps, s5, s6, s7, width);
        }

        long r2 = 2 * rStride, r3 = 3 * rStride, w2 = 2 * width, w3 = 3 * width, w4 = 4 * width;
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector512<float> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector512<float> c30 = default, c31 = default, c32 = default, c33 = default;
        for (long d = 0; d < width; d += 16)
        {
            float* y = r + d, step = steps + d;
            Vector512<float> decay = Vector512.Load(step + w4), y3 = Vector512.Load(y + r3) * decay;
            decay *= Vector512.Load(step + w3);
            Vector512<float> y2 = Vector512.Load(y + r2) * decay;
            decay *= Vector512.Load(step + w2);
            Vector512<float> y1 = Vector512.Load(y + rStride) * decay;
            decay *= Vector512.Load(step + width);
            Vector512<float> y0 = Vector512.Load(y) * decay, x = Vector512.Load(l + d);
            c00 = Vector512.FusedMultiplyAdd(x, y0, c00);
            c01 = Vector512.FusedMultiplyAdd(x, y1, c01);
            c02 = Vector512.FusedMultiplyAdd(x, y2, c02);
            c03 = Vector512.FusedMultiplyAdd(x, y3, c03);
            decay = Vector512.Load(s5 + d);
            x = Vector512.Load(l1 + d) * decay;
            c10 = Vector512.FusedMultiplyAdd(x, y0, c10);
            c11 = Vector512.FusedMultiplyAdd(x, y1, c11);
            c12 = Vector512.FusedMultiplyAdd(x, y2, c12);
            c13 = Vector512.FusedMultiplyAdd(x, y3, c13);
            decay *= Vector512.Load(s6 + d);
            x = Vector512.Load(l2 + d) * decay;
            c20 = Vector512.FusedMultiplyAdd(x, y0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, y1, c21);
            c22 = Vector512.FusedMultiplyAdd(x, y2, c22);
            c23 = Vector512.FusedMultiplyAdd(x, y3, c23);
            decay *= Vector512.Load(s7 + d);
            x = Vector512.Load(l3 + d) * decay;
            c30 = Vector512.FusedMultiplyAdd(x, y0, c30);
            c31 = Vector512.FusedMultiplyAdd(x, y1, c31);
            c32 = Vector512.FusedMultiplyAdd(x, y2, c32);
            c33 = Vector512.FusedMultiplyAdd(x, y3, c33);
        }

        return RegisterDots.Joined(
            RegisterDots.Quarters(c00, c01, c02, c03), RegisterDots.Quarters(c10, c11, c12, c13), RegisterDots.Quarters(c20, c21, c22, c23), RegisterDots.Quarters(c30, c31, c32, c33));
    }

    /// <summary>Rows that can be read eight at a time: themselves, or a copy where the last eight are not whole.</summary>
    private static HostTile Eights(HostTile x, HostTile copy)
    {
        if (x.Rows % 8 == 0)
        {
            return x;
        }

        HostTile.Copy(copy.Block(0, x.Rows, 0, x.Columns), x, Into.Set);
        return copy;
    }

    /// <summary>Rows of a block, decayed to its first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToFirst(HostTile result, HostTile x, HostTile steps, int from, int count)
    {
        for (int d = 0; d < steps.Width; d += 16)
        {
            float* row = x.Row(from) + d, step = steps.Row(from) + d, to = result.Row(0) + d;
            Vector512<float> decay = Vector512<float>.One;
            Vector512.Load(row).Store(to);
            for (int i = 1; i < count; i++)
            {
                row += x.Stride;
                step += steps.Stride;
                to += result.Stride;
                decay *= Vector512.Load(step);
                (Vector512.Load(row) * decay).Store(to);
            }
        }
    }

    /// <summary>So many columns from their own row to the first after all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FromOwn(HostTile result, HostTile r, HostTile steps, int from, int count)
    {
        for (int d = 0; d < steps.Width; d += 16)
        {
            float* row = r.Row(from + count) + d, step = steps.Row(from + count) + d, to = result.Row(count) + d;
            Vector512<float> decay = Vector512<float>.One;
            for (int j = count; j > 0; j--)
            {
                row -= r.Stride;
                to -= result.Stride;
                decay *= Vector512.Load(step);
                (Vector512.Load(row) * decay).Store(to);
                step -= steps.Stride;
            }
        }
    }

    /// <summary>Decayed columns from sixteen rows before a row to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Onward(HostTile result, HostTile steps, int to)
    {
        for (int d = 0; d < steps.Width; d += 16)
        {
            Vector512<float> decay = Vector512.Load(steps.Row(to) + d);
            for (int i = 1; i < 16; i++)
            {
                decay *= Vector512.Load(steps.Row(to - i) + d);
            }

            for (int j = 0; j < 16; j++)
            {
                (Vector512.Load(result.Row(j) + d) * decay).Store(result.Row(j) + d);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Below(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    // Eight rows. y holds r_j of the columns that exist so far, as the row sees it; what the last row saw goes back for the next eight.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows8<TSides>(
        float* l, long lStride, float* m, long mStride, float* steps, long width, float* turned, int depth, Vector512<float>* enters, Vector512<float> earlier, Vector512<float>* sums)
        where TSides : struct
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        Vector512<float> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        Vector512<float> later = ~(earlier | Below(8));
        for (long d = 0; d < depth; d++, turned += 16, l++, m++, steps++)
        {
            Vector512<float> r = Vector512.Load(turned), y = r & earlier;
            float* a = l, b = m, s = steps;
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*s), r & enters[0]);
            a0 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*a), a0);
            b0 = OfTwo<TSides>(y, b, b0);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[1]);
            a1 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += lStride)), a1);
            b1 = OfTwo<TSides>(y, b += mStride, b1);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[2]);
            a2 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += lStride)), a2);
            b2 = OfTwo<TSides>(y, b += mStride, b2);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[3]);
            a3 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += lStride)), a3);
            b3 = OfTwo<TSides>(y, b += mStride, b3);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[4]);
            a4 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += lStride)), a4);
            b4 = OfTwo<TSides>(y, b += mStride, b4);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[5]);
            a5 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += lStride)), a5);
            b5 = OfTwo<TSides>(y, b += mStride, b5);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[6]);
            a6 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += lStride)), a6);
            b6 = OfTwo<TSides>(y, b += mStride, b6);
            y = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(s += width)), r & enters[7]);
            a7 = Vector512.FusedMultiplyAdd(y, Vector512.Create(*(a += lStride)), a7);
            b7 = OfTwo<TSides>(y, b += mStride, b7);
            (y + (r & later)).Store(turned);
        }

        sums[0] = a0;
        sums[1] = a1;
        sums[2] = a2;
        sums[3] = a3;
        sums[4] = a4;
        sums[5] = a5;
        sums[6] = a6;
        sums[7] = a7;
        sums[8] = b0;
        sums[9] = b1;
        sums[10] = b2;
        sums[11] = b3;
        sums[12] = b4;
        sums[13] = b5;
        sums[14] = b6;
        sums[15] = b7;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> OfTwo<TSides>(Vector512<float> y, float* m, Vector512<float> sum) =>
        typeof(TSides) == typeof(Two) ? Vector512.FusedMultiplyAdd(y, Vector512.Create(*m), sum) : sum;

    private readonly struct One;

    private readonly struct Two;
}
