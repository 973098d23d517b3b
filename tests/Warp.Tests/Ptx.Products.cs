using System.Collections.Concurrent;

namespace AttentionDsl.Runtime;

/// <content>Blocks of products: the very text that cards compile, run line by line.</content>
internal static unsafe partial class Ptx
{
    // By what texts hang on: writing one takes longer than running it.
    private static readonly ConcurrentDictionary<string, PtxText> Texts = new();

    public static void Product(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth,
        int resultBlock, int aBlock, int bBlock) =>
        Run(rows, columns, resultStride, resultExact, resultBlock, into, aStride, aExact, aTurned, aBlock, bStride, bExact, bTurned, bBlock, depth, false, null, null, result, a, b);

    public static void ScaledProduct(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth,
        int resultBlock, int aBlock, int bBlock, float kept0, float kept1, float kept2, float kept3) =>
        Run(
            rows, columns, resultStride, resultExact, resultBlock, into, aStride, aExact, aTurned, aBlock, bStride, bExact, bTurned, bBlock, depth, false, ["%x0", "%x1", "%x2", "%x3"], null,
            result, a, b, Bits(kept0), Bits(kept1), Bits(kept2), Bits(kept3));

    public static void CausalProduct(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth,
        int resultBlock, int aBlock, int bBlock, int left, int more, int digits) =>
        Run(
            rows, columns, resultStride, resultExact, resultBlock, into, aStride, aExact, aTurned, aBlock, bStride, bExact, bTurned, bBlock, depth, digits == 2, null, ("%x0", $"{more}"),
            result, a, b, (uint)left);

    public static void WeighedProduct(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth,
        int resultBlock, int aBlock, int bBlock, int left, int more, int digits, float near0, float near1, float far0, float far1, float near8, float near9, float far8, float far9) =>
        Run(
            rows, columns, resultStride, resultExact, resultBlock, into, aStride, aExact, aTurned, aBlock, bStride, bExact, bTurned, bBlock, depth, digits == 2, null, ("%x0", $"{more}"),
            result, a, b, (uint)left, Bits(near0), Bits(near1), Bits(far0), Bits(far1), Bits(near8), Bits(near9), Bits(far8), Bits(far9));

    public static void PairSums(
        uint w, int wStride, int wExact, uint a, int aStride, int aExact, uint b, int bStride, int bExact, int depth, int wBlock, int aBlock, int bBlock, int left, uint lane, uint row, uint column)
    {
        string call = string.Join(' ', nameof(PairSums), wStride, wExact, aStride, aExact, bStride, bExact, depth, wBlock, aBlock, bBlock);
        PtxText read = Texts.GetOrAdd(call, _ => new(
            PtxProduct.Sums(
                new("%w", $"{wStride}", wExact != 0, wBlock), new("%a", $"{aStride}", aExact != 0, false, false, aBlock), new("%b", $"{bStride}", bExact != 0, false, true, bBlock),
                $"{depth}", "%left", "%lane", "%row", "%column"),
            ["%w", "%a", "%b", "%left", "%lane", "%row", "%column"]));
        read.Run([w, a, b, (uint)left, lane, row, column]);
    }

    // Half of the products are told their sizes, as most are on cards, the other half have them in registers. Where tiles stand in blocks, sizes are known.
    private static void Run(
        int rows, int columns, int resultStride, int resultExact, int resultBlock, Into into, int aStride, int aExact, int aTurned, int aBlock, int bStride, int bExact, int bTurned, int bBlock, int depth, bool keeps,
        string[]? kept, (string Left, string More)? pairs, uint result, uint a, uint b, params uint[] more)
    {
        bool known = depth is 0 or 32 || (resultBlock | aBlock | bBlock) != 0;
        string Size(int size, string register) => known ? $"{size}" : register;
        string call = string.Join(
            ' ', nameof(Product), rows, columns, resultStride, resultExact, resultBlock, into, aStride, aExact, aTurned, aBlock, bStride, bExact, bTurned, bBlock, depth, keeps, kept?.Length, pairs,
            more.Length);
        PtxText read = Texts.GetOrAdd(call, _ => new(
            PtxProduct.Of(
                new("%to", Size(resultStride, "%toStride"), resultExact != 0, resultBlock), rows, columns, into,
                new("%a", Size(aStride, "%aStride"), aExact != 0, aTurned != 0, false, aBlock), new("%b", Size(bStride, "%bStride"), bExact != 0, bTurned == 0, true, bBlock),
                Size(depth, "%depth"), keeps, kept, pairs, more.Length == 9 ? [.. Enumerable.Range(1, 8).Select(x => $"%x{x}")] : null),
            ["%to", "%a", "%b", "%toStride", "%aStride", "%bStride", "%depth", .. Enumerable.Range(0, 9).Select(y => $"%x{y}")]));
        read.Run([result, a, b, (uint)resultStride, (uint)aStride, (uint)bStride, (uint)depth, .. more.Select(x => (ulong)x)]);
    }
}
