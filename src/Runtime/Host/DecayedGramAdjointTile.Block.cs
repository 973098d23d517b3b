using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionDsl.Runtime;

/// <content>The pairs of a block with itself, sixteen channels in a register.</content>
internal readonly unsafe ref partial struct DecayedGramAdjointTile
{
    // Four columns carry their decayed r down the block's rows, each from the row after its own on, and are left as the next block sees them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Columns4<TSum>(int from, int end, int j, int c, int at)
        where TSum : struct
    {
        float* step = steps + ((j + 1) * Panel) + at, column = r.Row(j) + c + at, w = first.D.Row(j + 1) + j, v = sides == 2 ? second.D.Row(j + 1) + j : w;
        long next = r.Stride, nextW = first.D.Stride, nextV = sides == 2 ? second.D.Stride : nextW;
        float* sum = Sums(from) + ((j + 1 - from) * Panel) + at, other = sum + ((end - from) * Panel);
        bool two = sides == 2;
        int left = end - j;
        if (left <= 1)
        {
            return;
        }

        Vector512<float> s = Vector512.Load(step), decay = s;
        Vector512<float> r0 = Vector512.Load(column) * s;
        Put<TSum>(sum, decay, Dot(w, r0));
        if (two)
        {
            Put<TSum>(other, decay, Dot(v, r0));
        }

        if (left == 2)
        {
            return;
        }

        s = Vector512.Load(step += Panel);
        decay *= s;
        r0 *= s;
        Vector512<float> r1 = Vector512.Load(column += next) * s;
        Put<TSum>(sum += Panel, decay, Dot(w += nextW, r0, r1));
        other += Panel;
        v += nextV;
        if (two)
        {
            Put<TSum>(other, decay, Dot(v, r0, r1));
        }

        if (left == 3)
        {
            return;
        }

        s = Vector512.Load(step += Panel);
        decay *= s;
        r0 *= s;
        r1 *= s;
        Vector512<float> r2 = Vector512.Load(column += next) * s, r3 = Vector512.Load(column + next);
        Put<TSum>(sum += Panel, decay, Dot(w += nextW, r0, r1, r2));
        other += Panel;
        v += nextV;
        if (two)
        {
            Put<TSum>(other, decay, Dot(v, r0, r1, r2));
        }

        for (int i = j + 4; i < end; i++)
        {
            s = Vector512.Load(step += Panel);
            decay *= s;
            r0 *= s;
            r1 *= s;
            r2 *= s;
            r3 *= s;
            Put<TSum>(sum += Panel, decay, Dot(w += nextW, r0, r1, r2, r3));
            other += Panel;
            v += nextV;
            if (two)
            {
                Put<TSum>(other, decay, Dot(v, r0, r1, r2, r3));
            }
        }

        if (end < rows)
        {
            s = Vector512.Load(step + Panel);
            float* onward = right + (j * Panel) + at;
            (r0 * s).Store(onward);
            (r1 * s).Store(onward + Panel);
            (r2 * s).Store(onward + (2 * Panel));
            (r3 * s).Store(onward + (3 * Panel));
        }
    }

    // The same from the block's last row up, as Horner's rule: what later rows gave a column decays with every row on the way to its own.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rows4(int end, int j, int c, int at)
    {
        float* column = right + (j * Panel) + at, step = steps + (end * Panel) + at;
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s = default;
        if (end < rows)
        {
            s = Vector512.Load(step);
            s0 = Vector512.Load(column);
            s1 = Vector512.Load(column + Panel);
            s2 = Vector512.Load(column + (2 * Panel));
            s3 = Vector512.Load(column + (3 * Panel));
        }

        bool two = sides == 2;
        long next = first.L.Stride, nextY = two ? second.L.Stride : next, nextW = first.D.Stride, nextV = two ? second.D.Stride : nextW;
        float* x = first.L.Row(end - 1) + c + at, y = two ? second.L.Row(end - 1) + c + at : x;
        float* w = first.D.Row(end - 1) + j, v = two ? second.D.Row(end - 1) + j : w;
        int i = end - 1;
        for (; i > j + 3; i--, x -= next, y -= nextY, w -= nextW, v -= nextV)
        {
            Vector512<float> a = Vector512.Load(x), b = Vector512.Load(y);
            s0 = Vector512.FusedMultiplyAdd(s0, s, Given(a, b, w, v, two));
            s1 = Vector512.FusedMultiplyAdd(s1, s, Given(a, b, w + 1, v + 1, two));
            s2 = Vector512.FusedMultiplyAdd(s2, s, Given(a, b, w + 2, v + 2, two));
            s3 = Vector512.FusedMultiplyAdd(s3, s, Given(a, b, w + 3, v + 3, two));
            s = Vector512.Load(step -= Panel);
        }

        if (i == j + 3)
        {
            Vector512<float> a = Vector512.Load(x), b = Vector512.Load(y);
            (s3 * s).Store(column + (3 * Panel));
            s0 = Vector512.FusedMultiplyAdd(s0, s, Given(a, b, w, v, two));
            s1 = Vector512.FusedMultiplyAdd(s1, s, Given(a, b, w + 1, v + 1, two));
            s2 = Vector512.FusedMultiplyAdd(s2, s, Given(a, b, w + 2, v + 2, two));
            s = Vector512.Load(step -= Panel);
            i--;
            x -= next;
            y -= nextY;
            w -= nextW;
            v -= nextV;
        }

        if (i == j + 2)
        {
            Vector512<float> a = Vector512.Load(x), b = Vector512.Load(y);
            (s2 * s).Store(column + (2 * Panel));
            s0 = Vector512.FusedMultiplyAdd(s0, s, Given(a, b, w, v, two));
            s1 = Vector512.FusedMultiplyAdd(s1, s, Given(a, b, w + 1, v + 1, two));
            s = Vector512.Load(step -= Panel);
            i--;
            x -= next;
            y -= nextY;
            w -= nextW;
            v -= nextV;
        }

        if (i == j + 1)
        {
            (s1 * s).Store(column + Panel);
            s0 = Vector512.FusedMultiplyAdd(s0, s, Given(Vector512.Load(x), Vector512.Load(y), w, v, two));
            s = Vector512.Load(step - Panel);
        }

        if (i >= j)
        {
            (s0 * s).Store(column);
        }
    }

    /// <summary>The decayed columns of earlier blocks (or their sums, on the way back) from this block's first row to the next one's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Onward(int from, int end, int at)
    {
        Vector512<float> decay = Vector512.Load(steps + (end * Panel) + at);
        for (int i = from + 1; i < end; i++)
        {
            decay *= Vector512.Load(steps + (i * Panel) + at);
        }

        float* column = right + at;
        for (int j = 0; j < from; j++, column += Panel)
        {
            (Vector512.Load(column) * decay).Store(column);
        }
    }

    /// <summary>A block's rows, decayed to its first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Decay(HostTile l, float* to, int from, int end, int c, int at)
    {
        Vector512<float> decay = Vector512<float>.One;
        for (int i = from; i < end; i++, to += Panel)
        {
            decay = i == from ? decay : decay * Vector512.Load(steps + (i * Panel) + at);
            (Vector512.Load(l.Row(i) + c + at) * decay).Store(to + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TSum>(float* sum, Vector512<float> decay, Vector512<float> x) =>
        (typeof(TSum) == typeof(Decays) ? Vector512.FusedMultiplyAdd(Vector512.Load(sum), decay, x) : Vector512.Load(sum) + x).Store(sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Given(Vector512<float> x, Vector512<float> y, float* a, float* b, bool two)
    {
        Vector512<float> given = x * Vector512.Create(*a);
        return two ? Vector512.FusedMultiplyAdd(y, Vector512.Create(*b), given) : given;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Dot(float* w, Vector512<float> r0) => r0 * Vector512.Create(w[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Dot(float* w, Vector512<float> r0, Vector512<float> r1) =>
        Vector512.FusedMultiplyAdd(r1, Vector512.Create(w[1]), Dot(w, r0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Dot(float* w, Vector512<float> r0, Vector512<float> r1, Vector512<float> r2) =>
        Vector512.FusedMultiplyAdd(r2, Vector512.Create(w[2]), Dot(w, r0, r1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Dot(float* w, Vector512<float> r0, Vector512<float> r1, Vector512<float> r2, Vector512<float> r3) =>
        Vector512.FusedMultiplyAdd(r2, Vector512.Create(w[2]), Dot(w, r0, r1)) + (r3 * Vector512.Create(w[3]));

    private readonly struct Decays;

    private readonly struct Stays;
}
