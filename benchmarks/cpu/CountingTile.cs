using AttentionDsl.Runtime;

namespace AttentionDsl.Benchmarks.Cpu;

/// <summary>
/// A tile without numbers that counts the floating-point operations of products and triangular systems: what a kernel's algorithm, as it
/// was generated, cannot do without. Of a causal matrix only the pairs that exist count; elementwise work does not.
/// </summary>
internal readonly struct CountingTile(int rows, int columns) : ITile<CountingTile, F32>
{
    /// <summary>Operations counted so far.</summary>
    public static double Operations { get; set; }

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public int FirstRow => Rows;

    public int RowStep => 1;

    public int FirstColumn => 0;

    public int ColumnStep => 1;

    public bool RowsInOneTurn => false;

    public bool ColumnsInOneTurn => false;

    public bool HasRow(int row) => row < Rows;

    public bool HasColumn(int column) => column < Columns;

    public CountingTile Block(long row, int rows, int column, int columns) => new(rows, columns);

    public CountingTile Take(ref long offset, int rows, int columns) => new(rows, columns);

    public static bool WorksIn(CountingTile read, CountingTile written) => false;

    public static bool WritesTo(CountingTile written) => false;

    public CountingTile TakeFactor(ref long offset, int rows, int columns) => new(rows, columns);

    public CountingTile TakeStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) => Take(ref offset, rows, columns);

    public CountingTile TakeFactorRooms(ref long offset, Sizes sizes, int rows, int columns) => TakeFactor(ref offset, rows, columns);

    public CountingTile TakeFactorStrip(ref long offset, ref int strips, Sizes sizes, int rows, int columns) => TakeFactor(ref offset, rows, columns);

    public CountingTile TakeLike(ref long offset, int rows, int columns, CountingTile given) => Take(ref offset, rows, columns);

    public CountingTile TakeColumn(ref long offset, int rows) => Take(ref offset, rows, 1);

    public static int Height(int tokens, int chunk) => tokens;

    public static void Trim(CountingTile x, int row)
    {
    }

    public F32 Load(int row, int column) => default;

    public F32 Spread(int row, int column) => default;

    public void Store(int row, int column, F32 value)
    {
    }

    public static void Synchronize()
    {
    }

    public static void SynchronizeVectors()
    {
    }

    public static void SynchronizeStrips(Sizes sizes, int columns) => Synchronize();

    public static void Clear(CountingTile result)
    {
    }

    public static void Fetch(CountingTile result, CountingTile x)
    {
    }

    public static void FetchedFirst()
    {
    }

    public static void ArriveFirst()
    {
    }

    public static void Arrive()
    {
    }

    public static void FetchNarrow(CountingTile result, CountingTile x)
    {
    }

    public static void Widen(CountingTile result, CountingTile x)
    {
    }

    public static void Expect(CountingTile x, int part, int parts, int which)
    {
    }

    public static void Copy(CountingTile result, CountingTile x, Into into)
    {
    }

    public static void Transpose(CountingTile result, CountingTile x, Into into)
    {
    }

    public static void Product(CountingTile result, CountingTile a, CountingTile b, Into into) => Add(2.0 * result.Rows * result.Columns * a.Columns);

    public static void TransposedProduct(CountingTile result, CountingTile a, CountingTile b, Into into) => Add(2.0 * result.Rows * result.Columns * a.Rows);

    public static void ProductTransposed(CountingTile result, CountingTile a, CountingTile b, Into into) => Add(2.0 * result.Rows * result.Columns * a.Columns);

    public static void AddExactProduct(CountingTile result, CountingTile a, CountingTile b) => Product(result, a, b, Into.Add);

    public static void AddExactTransposedProduct(CountingTile result, CountingTile a, CountingTile b) => TransposedProduct(result, a, b, Into.Add);

    public static void Identity(CountingTile result, int column)
    {
    }

    public static void Gram(CountingTile result, CountingTile l, CountingTile r, Causal causal, Into into) => Add(2 * Pairs(result) * l.Columns);

    public static void Decay(CountingTile result, CountingTile x, CountingTile e, CountingTile g, Causal causal, Into into)
    {
    }

    public static void DecayedGram(CountingTile result, CountingTile l, CountingTile r, CountingTile e, CountingTile g, Causal causal) => Add(2 * Pairs(result) * l.Columns);

    public static void DecayedGrams(
        CountingTile strict, CountingTile other, CountingTile l, CountingTile m, CountingTile r, CountingTile e, CountingTile g, Causal causal) =>
        Add((2 * Pairs(strict) * l.Columns) + (2 * Pairs(other) * l.Columns));

    public static void DecayAdjointParts(CountingTile parts, CountingTile w, CountingTile l, CountingTile r) => Add(2 * Pairs(w) * l.Columns);

    public static void DecayedGramAdjoint(
        CountingTile dl, CountingTile dr, CountingTile de, CountingTile dg, CountingTile d, CountingTile l, CountingTile r, CountingTile e, CountingTile g, Causal causal) =>
        Add(4 * Pairs(d) * l.Columns);

    public static void DecayedGramsAdjoint(
        CountingTile dl, CountingTile dm, CountingTile dr, CountingTile de, CountingTile dg, CountingTile dStrict, CountingTile dOther, CountingTile l, CountingTile m, CountingTile r, CountingTile e, CountingTile g, Causal causal)
    {
        DecayedGramAdjoint(dl, dr, de, dg, dStrict, l, r, e, g, Causal.Strict);
        DecayedGramAdjoint(dm, dr, de, dg, dOther, m, r, e, g, causal);
    }

    public static void DecayedProduct(CountingTile result, CountingTile p, CountingTile x, CountingTile e, CountingTile g, Causal causal, Into into) =>
        Add(2 * Pairs(p) * x.Columns);

    public static void DecayedProductAdjoint(
        CountingTile dp, CountingTile dx, CountingTile de, CountingTile dg, CountingTile d, CountingTile p, CountingTile x, CountingTile e, CountingTile g, Causal causal) =>
        Add(6 * Pairs(p) * x.Columns);

    public static void Mirror(CountingTile x)
    {
    }

    public static void ScaleRows(CountingTile result, CountingTile x, CountingTile s)
    {
    }

    public static void AddScaledRows(CountingTile result, CountingTile x, CountingTile s)
    {
    }

    public static void SolveUnitLower(CountingTile result, CountingTile l, CountingTile x) => Add(2 * Pairs(l) * x.Columns);

    public static void SolveUnitLowerTransposed(CountingTile result, CountingTile l, CountingTile x) => Add(2 * Pairs(l) * x.Columns);

    public static void InvertUnitLower(CountingTile inverse, CountingTile l) => Add(2 * Pairs(l) * l.Rows / 3);

    public static void SolveByInverse(CountingTile result, CountingTile inverse, CountingTile x) => Add((double)x.Rows * x.Rows * x.Columns);

    public static void SolveByInverseTransposed(CountingTile result, CountingTile inverse, CountingTile x) => SolveByInverse(result, inverse, x);

    public static void DecayedSolve(CountingTile result, CountingTile l, CountingTile x, CountingTile g) => Add(2 * Pairs(l) * x.Columns);

    public static void DecayedSolveTransposed(CountingTile result, CountingTile l, CountingTile x, CountingTile g) => Add(2 * Pairs(l) * x.Columns);

    public static void DecayAndWrite(CountingTile state, CountingTile g, CountingTile k, CountingTile u) => TransposedProduct(state, k, u, Into.Add);

    public static void DecayRows(CountingTile state, CountingTile g) => Add(state.Rows * state.Columns);

    public static void DecayAndAdd(CountingTile state, CountingTile g, CountingTile x) => Add(2.0 * state.Rows * state.Columns);

    public static void DecayAndWriteTo(CountingTile result, CountingTile state, CountingTile g, CountingTile k, CountingTile u) => TransposedProduct(state, k, u, Into.Add);

    public static void WriteAndRead(CountingTile result, CountingTile read, CountingTile s, CountingTile k, CountingTile u, CountingTile q) => Add(4.0 * s.Rows * s.Columns);

    public static void DecayWriteAndRead(CountingTile result, CountingTile read, CountingTile s, CountingTile e, CountingTile k, CountingTile u, CountingTile q) =>
        Add(4.0 * s.Rows * s.Columns);

    public static void DecayWritesAndRead(
        CountingTile result, CountingTile read, CountingTile s, CountingTile e, CountingTile k, CountingTile u, CountingTile b, CountingTile z, CountingTile q) =>
        Add(6.0 * s.Rows * s.Columns);

    public static void CumulativeSum(CountingTile result, CountingTile x)
    {
    }

    public static void ReverseCumulativeSum(CountingTile result, CountingTile x, Into into)
    {
    }

    public static void RowSum(CountingTile result, CountingTile x, Into into)
    {
    }

    public static void RowDot(CountingTile result, CountingTile a, CountingTile b, Into into)
    {
    }

    public static void RowDotParts(CountingTile parts, CountingTile a, CountingTile b)
    {
    }

    public static void SumOfParts(CountingTile result, CountingTile parts, Into into)
    {
    }

    public static void ColumnSum(CountingTile result, CountingTile x, Into into)
    {
    }

    public static void Sum(CountingTile result, CountingTile x, Into into)
    {
    }

    public static void Normalize(CountingTile result, CountingTile x)
    {
    }

    public static void NormalizeAdjoint(CountingTile dx, CountingTile d, CountingTile x, Into into)
    {
    }

    public static void Repeat(CountingTile result, CountingTile x)
    {
    }

    public static void RepeatAdjoint(CountingTile dx, CountingTile d)
    {
    }

    private static double Pairs(CountingTile matrix) => matrix.Rows * (double)matrix.Columns / 2;

    private static void Add(double operations) => Operations += operations;
}
