namespace AttentionDsl.Runtime;

/// <summary>Stub, to be written.</summary>
public readonly unsafe struct ReferenceTile : ITile<ReferenceTile, F64>
{
    /// <summary>Sees a row-major matrix in native memory as a tile.</summary>
    /// <param name="data">The first element.</param>
    /// <param name="rows">Number of rows; <see cref="int.MaxValue"/> where a whole tensor has more (only Block is called on it).</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    public ReferenceTile(double* data, int rows, int columns, long stride) => throw new NotImplementedException();

    /// <inheritdoc/>
    public int Rows => throw new NotImplementedException();

    /// <inheritdoc/>
    public int Columns => throw new NotImplementedException();

    /// <inheritdoc/>
    public int FirstRow => throw new NotImplementedException();

    /// <inheritdoc/>
    public int RowStep => throw new NotImplementedException();

    /// <inheritdoc/>
    public int FirstColumn => throw new NotImplementedException();

    /// <inheritdoc/>
    public int ColumnStep => throw new NotImplementedException();

    /// <inheritdoc/>
    public ReferenceTile Block(long row, int rows, int column, int columns) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ReferenceTile Take(ref long offset, int rows, int columns) => throw new NotImplementedException();

    /// <inheritdoc/>
    public F64 Load(int row, int column) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Store(int row, int column, F64 value) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Synchronize() => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Clear(ReferenceTile result) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Copy(ReferenceTile result, ReferenceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Transpose(ReferenceTile result, ReferenceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Product(ReferenceTile result, ReferenceTile a, ReferenceTile b, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void TransposedProduct(ReferenceTile result, ReferenceTile a, ReferenceTile b, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void ProductTransposed(ReferenceTile result, ReferenceTile a, ReferenceTile b, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Gram(ReferenceTile result, ReferenceTile l, ReferenceTile r, Causal causal, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Decay(ReferenceTile result, ReferenceTile x, ReferenceTile e, ReferenceTile g, Causal causal, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedGram(ReferenceTile result, ReferenceTile l, ReferenceTile r, ReferenceTile e, ReferenceTile g, Causal causal) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedGramAdjoint(ReferenceTile dl, ReferenceTile dr, ReferenceTile de, ReferenceTile dg, ReferenceTile d, ReferenceTile l, ReferenceTile r, ReferenceTile e, ReferenceTile g, Causal causal) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedProduct(ReferenceTile result, ReferenceTile p, ReferenceTile x, ReferenceTile e, ReferenceTile g, Causal causal, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedProductAdjoint(ReferenceTile dp, ReferenceTile dx, ReferenceTile de, ReferenceTile dg, ReferenceTile d, ReferenceTile p, ReferenceTile x, ReferenceTile e, ReferenceTile g, Causal causal) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void SolveUnitLower(ReferenceTile result, ReferenceTile l, ReferenceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void SolveUnitLowerTransposed(ReferenceTile result, ReferenceTile l, ReferenceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedSolve(ReferenceTile result, ReferenceTile l, ReferenceTile x, ReferenceTile g) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedSolveTransposed(ReferenceTile result, ReferenceTile l, ReferenceTile x, ReferenceTile g) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void CumulativeSum(ReferenceTile result, ReferenceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void ReverseCumulativeSum(ReferenceTile result, ReferenceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void RowSum(ReferenceTile result, ReferenceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void ColumnSum(ReferenceTile result, ReferenceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Sum(ReferenceTile result, ReferenceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Normalize(ReferenceTile result, ReferenceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void NormalizeAdjoint(ReferenceTile dx, ReferenceTile d, ReferenceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Repeat(ReferenceTile result, ReferenceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void RepeatAdjoint(ReferenceTile dx, ReferenceTile d) => throw new NotImplementedException();
}
