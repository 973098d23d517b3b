namespace AttentionDsl.Runtime;

/// <content>A block of a product, fragment by fragment as the card's instructions have it.</content>
internal static unsafe partial class Ptx
{
    public static void Product(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth) =>
        Block(rows, columns, new(result, resultStride, resultExact), into, new(a, aStride, aExact), aTurned, new(b, bStride, bExact), bTurned, depth, 1, _ => 1, (_, _) => true);

    public static void ScaledProduct(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth,
        float kept0, float kept1, float kept2, float kept3) =>
        Block(
            rows, columns, new(result, resultStride, resultExact), into, new(a, aStride, aExact), aTurned, new(b, bStride, bExact), bTurned, depth, 1,
            row => row == 0 ? kept0 : row == 8 ? kept1 : row == 16 ? kept2 : kept3, (_, _) => true);

    public static void CausalProduct(
        int rows, int columns, uint result, int resultStride, int resultExact, Into into, uint a, int aStride, int aExact, int aTurned, uint b, int bStride, int bExact, int bTurned, int depth,
        int left, int more, int digits) =>
        Block(
            rows, columns, new(result, resultStride, resultExact), into, new(a, aStride, aExact), aTurned, new(b, bStride, bExact), bTurned, depth, digits,
            _ => 1, (row, column) => column < left + (row / 8 * more));

    private readonly record struct Part(uint Start, int Stride, int Exact)
    {
        private int Bytes => Exact != 0 ? 4 : 2;

        public uint At(int row, int column) => Start + (uint)((row * Stride) + (column * Bytes));

        public CudaPair Pair(int row, int column) => Exact != 0 ? Load2(At(row, column)) : CudaPair.Of(LoadBitsNear(At(row, column)));

        public void Put(int row, int column, float low, float high)
        {
            if (Exact != 0)
            {
                Store2(At(row, column), low, high);
            }
            else
            {
                StoreBitsNear(At(row, column), PackBFloat16(low, high));
            }
        }
    }

    private static void Block(
        int rows, int columns, Part result, Into into, Part a, int aTurned, Part b, int bTurned, int depth, int digits, Func<int, float> kept, Func<int, int, bool> exists)
    {
        for (int i = 0; i < rows; i += 16)
        {
            for (int j = 0; j < columns; j += 8)
            {
                CudaQuad sums = default;
                for (int d = 0; d < depth; d += 16)
                {
                    (CudaBits4 left, CudaBits4 lost) = Fragment(a, i, d, aTurned != 0, right: false);
                    (CudaBits4 right, CudaBits4 rest) = Fragment(b, j & ~15, d, bTurned == 0, right: true);
                    (uint low, uint high) = (j & 8) == 0 ? (right.X, right.Y) : (right.Z, right.W);
                    sums = MultiplyAdd(sums.X, sums.Y, sums.Z, sums.W, left.X, left.Y, left.Z, left.W, low, high);
                    if (digits == 2)
                    {
                        sums = MultiplyAdd(sums.X, sums.Y, sums.Z, sums.W, lost.X, lost.Y, lost.Z, lost.W, low, high);
                        (low, high) = (j & 8) == 0 ? (rest.X, rest.Y) : (rest.Z, rest.W);
                        sums = MultiplyAdd(sums.X, sums.Y, sums.Z, sums.W, left.X, left.Y, left.Z, left.W, low, high);
                    }
                }

                Put(result, into, i, j, kept(i), new(sums.X, sums.Y), exists);
                Put(result, into, i + 8, j, kept(i + 8), new(sums.Z, sums.W), exists);
            }
        }
    }

    // A thread's fragment, in the order of a left or of a right factor, and what rounding lost of it.
    private static (CudaBits4 Bits, CudaBits4 Lost) Fragment(Part x, int vector, int depth, bool columns, bool right)
    {
        if (x.Exact == 0)
        {
            return (columns ? LoadMatrixTransposed(x.At(depth, vector)) : LoadMatrix(x.At(vector, depth)), default);
        }

        CudaPair One(int v, int d) => columns ? new(Load(x.At(d, v)), Load(x.At(d + 1, v))) : Load2(x.At(v, d));
        CudaPair nearLow = One(vector, depth), farLow = One(vector + 8, depth), nearHigh = One(vector, depth + 8), farHigh = One(vector + 8, depth + 8);
        (CudaPair second, CudaPair third) = right ? (nearHigh, farLow) : (farLow, nearHigh);
        var bits = new CudaBits4(nearLow.Rounded, second.Rounded, third.Rounded, farHigh.Rounded);
        return (bits, new(nearLow.Rest(bits.X), second.Rest(bits.Y), third.Rest(bits.Z), farHigh.Rest(bits.W)));
    }

    private static void Put(Part result, Into into, int row, int column, float kept, CudaPair sums, Func<int, int, bool> exists)
    {
        float low = exists(row, column) ? sums.Low : 0, high = exists(row, column + 1) ? sums.High : 0;
        if (into != Into.Set)
        {
            CudaPair old = result.Pair(row, column);
            low = into == Into.Add ? (kept * old.Low) + low : old.Low - low;
            high = into == Into.Add ? (kept * old.High) + high : old.High - high;
        }

        result.Put(row, column, low, high);
    }
}
