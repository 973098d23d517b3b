using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace AttentionDsl.Runtime;

/// <content>Operations on strips: the very text that cards compile, run line by line.</content>
internal static unsafe partial class Ptx
{
    // By what texts hang on: writing one takes longer than running it.
    private static readonly ConcurrentDictionary<string, PtxText> StripTexts = new();

    public static void StripProduct(
        int rows, int strip, int exact, uint result, int resultStride, Into into, uint a, int aStride, int aExact, int aTurned, int bStrip, int bExact, uint b, int bStride, int depth,
        uint rooms, int block, int read, int bTurned, int bBlock, int begins) =>
        RunStrip(rows, strip, exact, result, resultStride, (int)into, a, aStride, aExact, aTurned, bStrip, bExact, b, bStride, depth, rooms, block, read, bTurned, bBlock, begins);

    public static void StripsArrive(int left) => RunStrip(left);

    public static void StripsAwait()
    {
    }

    public static void StripDecay(int rows, int strip, uint g) => RunStrip(rows, strip, g);

    public static void StripDecayFar(int rows, int strip, long g) => RunStrip(rows, strip, g);

    public static void StripScale(int rows, int strip, float factor) => RunStrip(rows, strip, factor);

    public static void StripScaleRows(int rows, int strip, int exact, uint s, int stride) => RunStrip(rows, strip, exact, s, stride);

    public static void StripCopy(int rows, int result, int exact, int x, int xExact) => RunStrip(rows, result, exact, x, xExact);

    public static void StripClear(int rows, int result, int exact) => RunStrip(rows, result, exact);

    public static void StripIdentity(int rows, int result, int first) => RunStrip(rows, result, (uint)first);

    public static void StripFromNear(int rows, int result, int exact, uint x, int stride, int xExact) => RunStrip(rows, result, exact, x, stride, xExact);

    public static void StripToNear(int rows, int x, int exact, uint result, int stride) => RunStrip(rows, x, exact, result, stride);

    public static void StripLeave(int rows, int x, int exact, uint put, uint take, long to, int stride, int left) => RunStrip(rows, x, exact, put, take, to, stride, left);

    public static void StripFromFar(int rows, int result, int exact, long x, int down, int along, int element, int left, Into into) =>
        RunStrip(rows, result, exact, x, down, along, element, left, (int)into);

    public static void StripToFar(int rows, int x, int exact, long result, int down, int along, int element, int left) =>
        RunStrip(rows, x, exact, result, down, along, element, left);

    public static void StripRowDot(int rows, int a, int aExact, int b, int bExact, uint near, int stride, uint lane, uint sums) => RunStrip(rows, a, aExact, b, bExact, near, stride, lane, sums);

    public static void StripSolve(int rows, int result, int exact, int x, int xExact, uint near, int stride, int transposed, uint inverse) =>
        RunStrip(rows, result, exact, x, xExact, near, stride, transposed, inverse);

    public static void StripSolveByRows(int rows, int result, int exact, int x, int xExact, uint near, int stride, int transposed, uint inverse, int inverseStride) =>
        RunStrip(rows, result, exact, x, xExact, near, stride, transposed, inverse, inverseStride);

    public static void StripAddScaledRows(int rows, int result, int exact, uint to, int toStride, int x, int xExact, uint near, int stride, uint s, int sStride) =>
        RunStrip(rows, result, exact, to, toStride, x, xExact, near, stride, s, sStride);

    /// <summary>Numbers are constants of the text; everything else, and what the text wants in a register, is in one.</summary>
    private static void RunStrip(object first, object? x1 = null, object? x2 = null, object? x3 = null, object? x4 = null, object? x5 = null, object? x6 = null, object? x7 = null, object? x8 = null,
        object? x9 = null, object? x10 = null, object? x11 = null, object? x12 = null, object? x13 = null, object? x14 = null, object? x15 = null, object? x16 = null, object? x17 = null,
        object? x18 = null, object? x19 = null, object? x20 = null, [CallerMemberName] string name = "")
    {
        object[] operands = [.. new[] { first, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x19, x20 }.OfType<object>()];
        string call = string.Join(' ', [name, ThreadGroup.Current.Multiplies, .. operands.Select(x => x is int ? x : "register")]);
        PtxText read = StripTexts.GetOrAdd(call, _ => new(
            PtxStrip.Of(name, ThreadGroup.Current.Multiplies, x => (int)operands[x], x => operands[x] is int number ? number.ToString(CultureInfo.InvariantCulture) : $"%x{x}", x => $"%x{x}"),
            [.. operands.Select((_, i) => $"%x{i}")]));
        read.Run([.. operands.Select(x => x switch
        {
            int number => (uint)number,
            long number => (ulong)number,
            float number => Bits(number),
            _ => (ulong)(uint)x,
        })]);
    }
}
