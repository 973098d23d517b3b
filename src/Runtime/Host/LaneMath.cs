using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionDsl.Runtime;

/// <summary>Elementary functions on sixteen float32 numbers, within two units in the last place (softplus: four).</summary>
internal static class LaneMath
{
    /// <summary>e to the power x: 0 below the smallest positive number (with registers of 256 bits near it below 2^-125), infinity above the largest, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        if (!Avx512F.IsSupported && Avx2.IsSupported)
        {
            return ExpByEighths(x.GetLower(), x.GetUpper());
        }

        Vector512<float> bounded = Bounded(x, -110, 89);
        if (Avx512F.IsSupported)
        {
            return ExpBySixteenths(bounded);
        }

        // x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 in two parts so that n ln 2 is exact; exp(r) by its Taylor-like polynomial.
        Vector512<float> n = Vector512.Round(bounded * Vector512.Create(1.44269504088896341f));
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693145751953125f), bounded);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-1.428606765330187045e-06f), r);
        Vector512<float> p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        return TimesPowerOfTwo(p, n);
    }

    /// <summary>The natural logarithm: minus infinity at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x)
    {
        // Below the smallest normal number: scaled up by 2^23, and 23 ln 2 taken off.
        Vector512<float> small = Vector512.LessThan(x, Vector512.Create(1.17549435e-38f));
        Vector512<float> log = LogOfNormal(Vector512.ConditionalSelect(small, x * 8388608f, x));
        log -= small & Vector512.Create(15.942385152878742f);
        log = Vector512.ConditionalSelect(Vector512.Equals(x, Vector512<float>.Zero), Vector512.Create(float.NegativeInfinity), log);
        Vector512<float> usual = Vector512.LessThan(x, Vector512.Create(float.PositiveInfinity)) & Vector512.GreaterThanOrEqual(x, Vector512<float>.Zero);
        return Vector512.ConditionalSelect(usual, log, Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), Vector512.Create(float.NaN), x));
    }

    /// <summary>1 / (1 + exp(-x)), without overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x)
    {
        Vector512<float> e = Exp(-Vector512.Abs(x));
        Vector512<float> above = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), e, Vector512<float>.One);
        return above / (Vector512<float>.One + e);
    }

    /// <summary>log(1 + exp(x)), without overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Softplus(Vector512<float> x)
    {
        Vector512<float> e = Exp(-Vector512.Abs(x)), above = Vector512.Max(x, Vector512<float>.Zero);
        if (Avx512F.IsSupported)
        {
            return above + LogOfOneAnd(e);
        }

        if (Avx2.IsSupported)
        {
            return above + Vector512.Create(LogOfOneAndByEighths(e.GetLower()), LogOfOneAndByEighths(e.GetUpper()));
        }

        // log(1 + e) = log(u) + log(1 + lost / u) with u the rounded sum: the second term is lost / u, and 1 / u is near enough 2 - u,
        // exactly where it counts (u near 1, where log(u) is small).
        Vector512<float> u = Vector512<float>.One + e, lost = e - (u - Vector512<float>.One);
        Vector512<float> log = Vector512.FusedMultiplyAdd(lost, Vector512.Create(2f) - u, LogOfNormal(u));
        return above + log;
    }

    /// <summary>The hyperbolic tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        Vector512<float> size = Vector512.Abs(x), square = x * x;

        // Near zero 1 - exp(-2x) has lost its digits: an odd polynomial there.
        Vector512<float> p = Vector512.Create(-5.70498872745e-3f);
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(2.06390887954e-2f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(-5.37397155531e-2f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(1.33314422036e-1f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(-3.33332819422e-1f));
        Vector512<float> small = Vector512.FusedMultiplyAdd(p * square, x, x);

        Vector512<float> e = Exp(size * -2f);
        Vector512<float> large = Vector512.CopySign((Vector512<float>.One - e) / (Vector512<float>.One + e), x);
        return Vector512.ConditionalSelect(Vector512.LessThan(size, Vector512.Create(0.625f)), small, large);
    }

    // x = n ln 2 + r with n in sixteenths and |r| <= ln 2 / 32. Added to 1.5 2^19 a number has its sixteenths in its last bits, where the
    // table's permutation finds them; what the scaling finds of n is its whole part.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpBySixteenths(Vector512<float> x)
    {
        Vector512<float> shift = Vector512.Create(786432f), sixteenths = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504088896341f), shift);
        Vector512<float> n = sixteenths - shift;
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693145751953125f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-1.428606765330187045e-06f), r);
        Vector512<float> p = Vector512.FusedMultiplyAdd(r, Vector512.Create(1.6666667e-1f), Vector512.Create(0.5f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r);
        Vector512<float> root = Avx512F.PermuteVar16x32(
            Vector512.Create(
                1f, 1.0442737824274138f, 1.0905077326652577f, 1.1387886347566916f, 1.189207115002721f, 1.241857812073484f, 1.2968395546510096f, 1.3542555469368927f,
                1.4142135623730951f, 1.4768261459394993f, 1.5422108254079407f, 1.6104903319492543f, 1.681792830507429f, 1.7562521603732995f, 1.8340080864093424f, 1.9152065613971474f),
            sixteenths.AsInt32());
        return Avx512F.Scale(Vector512.FusedMultiplyAdd(root, p, root), n);
    }

    // The same with registers of 256 bits: eighths, and |r| <= ln 2 / 16. Two registers step by step beside each other, and chains as short as they can be: a processor looks only so far ahead.
    // The table has halves of the roots, less what their eighths add to the exponent when all of n is added there; doubled at last, so that the largest results are numbers.
    // Those below 2^-125 are less than they should be, and soon zero: every operation counts here, and no result so small does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpByEighths(Vector256<float> x, Vector256<float> y)
    {
        Vector256<float> least = Vector256.Create(-87.3f), most = Vector256.Create(89f), log = Vector256.Create(1.44269504088896341f), shift = Vector256.Create(1572864f);
        x = Avx.Min(most, Avx.Max(least, x));
        y = Avx.Min(most, Avx.Max(least, y));
        Vector256<float> eighthsX = Fma.MultiplyAdd(x, log, shift), eighthsY = Fma.MultiplyAdd(y, log, shift);
        Vector256<float> wholeX = eighthsX - shift, wholeY = eighthsY - shift, c = Vector256.Create(-0.693145751953125f);
        x = Fma.MultiplyAdd(wholeX, c, x);
        y = Fma.MultiplyAdd(wholeY, c, y);
        c = Vector256.Create(-1.428606765330187045e-06f);
        x = Fma.MultiplyAdd(wholeX, c, x);
        y = Fma.MultiplyAdd(wholeY, c, y);
        Vector256<float> squareX = x * x, squareY = y * y, half = Vector256.Create(0.5f);
        c = Vector256.Create(1.6666667e-1f);
        Vector256<float> p = Fma.MultiplyAdd(x, c, half), q = Fma.MultiplyAdd(y, c, half);
        c = Vector256.Create(4.1666667e-2f);
        p = Fma.MultiplyAdd(squareX, c, p);
        q = Fma.MultiplyAdd(squareY, c, q);
        p = Fma.MultiplyAdd(p, squareX, x);
        q = Fma.MultiplyAdd(q, squareY, y);
        Vector256<int> roots = Vector256.Create(
            0x3F000000, 0x3F0B95C2 - 0x100000, 0x3F1837F0 - 0x200000, 0x3F25FED7 - 0x300000, 0x3F3504F3 - 0x400000, 0x3F45672A - 0x500000, 0x3F5744FD - 0x600000, 0x3F6AC0C7 - 0x700000);
        Vector256<float> rootX = (Avx2.PermuteVar8x32(roots, eighthsX.AsInt32()) + (eighthsX.AsInt32() << 20)).AsSingle();
        Vector256<float> rootY = (Avx2.PermuteVar8x32(roots, eighthsY.AsInt32()) + (eighthsY.AsInt32() << 20)).AsSingle();
        p = Fma.MultiplyAdd(rootX, p, rootX);
        q = Fma.MultiplyAdd(rootY, q, rootY);
        return Vector512.Create(p + p, q + q);
    }

    // log(1 + e) for e from 0 to 1: with c the sixteenths in 1 + e, log(c) from a table and log(1 + (e + 1 - c) / c). Near 0 c is 1, and the digits of e count.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogOfOneAnd(Vector512<float> e)
    {
        Vector512<float> shift = Vector512.Create(786432f), sixteenths = Avx512F.Min(Vector512.Create(0.9375f), e) + shift;
        Vector512<float> inverse = Avx512F.PermuteVar16x32(
            Vector512.Create(
                1f, 0.941176474f, 0.888888896f, 0.842105269f, 0.800000012f, 0.761904776f, 0.727272749f, 0.695652187f,
                0.666666687f, 0.639999986f, 0.615384638f, 0.592592597f, 0.571428597f, 0.551724136f, 0.533333361f, 0.516129017f),
            sixteenths.AsInt32());
        Vector512<float> log = Avx512F.PermuteVar16x32(
            Vector512.Create(
                0f, 0.0606246181f, 0.117783025f, 0.171850249f, 0.223143533f, 0.271933705f, 0.318453699f, 0.362905473f,
                0.405465066f, 0.446287125f, 0.485507786f, 0.523248136f, 0.559615731f, 0.594707131f, 0.628608584f, 0.66139853f),
            sixteenths.AsInt32());
        Vector512<float> r = (e - (sixteenths - shift)) * inverse;
        Vector512<float> p = Vector512.FusedMultiplyAdd(r, Vector512.Create(0.2f), Vector512.Create(-0.25f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.33333333f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(-0.5f));
        return log + Vector512.FusedMultiplyAdd(p, r * r, r);
    }

    // The same with eighths.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LogOfOneAndByEighths(Vector256<float> e)
    {
        Vector256<float> shift = Vector256.Create(1572864f), eighths = Avx.Min(Vector256.Create(0.875f), e) + shift;
        Vector256<float> inverse = Avx2.PermuteVar8x32(Vector256.Create(1f, 0.888888896f, 0.800000012f, 0.727272749f, 0.666666687f, 0.615384638f, 0.571428597f, 0.533333361f), eighths.AsInt32());
        Vector256<float> log = Avx2.PermuteVar8x32(Vector256.Create(0f, 0.117783025f, 0.223143533f, 0.318453699f, 0.405465066f, 0.485507786f, 0.559615731f, 0.628608584f), eighths.AsInt32());
        Vector256<float> r = (e - (eighths - shift)) * inverse;
        Vector256<float> p = Fma.MultiplyAdd(r, Vector256.Create(-0.16666667f), Vector256.Create(0.2f));
        p = Fma.MultiplyAdd(p, r, Vector256.Create(-0.25f));
        p = Fma.MultiplyAdd(p, r, Vector256.Create(0.33333333f));
        p = Fma.MultiplyAdd(p, r, Vector256.Create(-0.5f));
        return log + Fma.MultiplyAdd(p, r * r, r);
    }

    // x = 2^n m with m between sqrt(1/2) and sqrt(2); log(m) by a polynomial in m - 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LogOfNormal(Vector512<float> x)
    {
        Vector512<int> bits = x.AsInt32(), exponent = (bits - Vector512.Create(0x3F3504F3)) >> 23;
        Vector512<float> n = Vector512.ConvertToSingle(exponent);
        Vector512<float> f = (bits - (exponent << 23)).AsSingle() - Vector512<float>.One, square = f * f;
        Vector512<float> p = Vector512.Create(7.0376836292e-2f);
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(-1.1514610310e-1f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.1676998740e-1f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(-1.2420140846e-1f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.4249322787e-1f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(-1.6668057665e-1f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(2.0000714765e-1f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(-2.4999993993e-1f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(3.3333331174e-1f));
        Vector512<float> tail = Vector512.FusedMultiplyAdd(n, Vector512.Create(-2.12194440e-4f), p * f * square);
        tail = Vector512.FusedMultiplyAdd(square, Vector512.Create(-0.5f), tail);
        return Vector512.FusedMultiplyAdd(n, Vector512.Create(0.693359375f), f + tail);
    }

    // The instructions give their second operand where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Bounded(Vector512<float> x, float least, float most)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.Min(Vector512.Create(most), Avx512F.Max(Vector512.Create(least), x));
        }

        x = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(least)), Vector512.Create(least), x);
        return Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512.Create(most)), Vector512.Create(most), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> TimesPowerOfTwo(Vector512<float> x, Vector512<float> n)
    {
        // In two factors: 2^n itself may be below the smallest normal number while x 2^n has digits left.
        Vector512<int> whole = Vector512.ConvertToInt32(n), half = whole >> 1;
        Vector512<float> first = ((half + Vector512.Create(127)) << 23).AsSingle();
        Vector512<float> second = ((whole - half + Vector512.Create(127)) << 23).AsSingle();
        return x * first * second;
    }
}
