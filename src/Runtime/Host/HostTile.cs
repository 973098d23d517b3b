namespace AttentionDsl.Runtime;

/// <summary>Stub, to be written.</summary>
public readonly unsafe struct HostTile : ITile<HostTile, HostLanes>
{
    /// <summary>Sees a row-major matrix in native memory as a tile.</summary>
    /// <param name="data">The first element.</param>
    /// <param name="rows">Number of rows; <see cref="int.MaxValue"/> where a whole tensor has more (only Block is called on it).</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    public HostTile(float* data, int rows, int columns, long stride) => throw new NotImplementedException();

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
    public HostTile Block(long row, int rows, int column, int columns) => throw new NotImplementedException();

    /// <inheritdoc/>
    public HostTile Take(ref long offset, int rows, int columns) => throw new NotImplementedException();

    /// <inheritdoc/>
    public HostLanes Load(int row, int column) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Store(int row, int column, HostLanes value) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Synchronize() => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Clear(HostTile result) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Copy(HostTile result, HostTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Transpose(HostTile result, HostTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Product(HostTile result, HostTile a, HostTile b, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void TransposedProduct(HostTile result, HostTile a, HostTile b, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void ProductTransposed(HostTile result, HostTile a, HostTile b, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Gram(HostTile result, HostTile l, HostTile r, Causal causal, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Decay(HostTile result, HostTile x, HostTile e, HostTile g, Causal causal, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedGram(HostTile result, HostTile l, HostTile r, HostTile e, HostTile g, Causal causal) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedGramAdjoint(HostTile dl, HostTile dr, HostTile de, HostTile dg, HostTile d, HostTile l, HostTile r, HostTile e, HostTile g, Causal causal) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedProduct(HostTile result, HostTile p, HostTile x, HostTile e, HostTile g, Causal causal, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedProductAdjoint(HostTile dp, HostTile dx, HostTile de, HostTile dg, HostTile d, HostTile p, HostTile x, HostTile e, HostTile g, Causal causal) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void SolveUnitLower(HostTile result, HostTile l, HostTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void SolveUnitLowerTransposed(HostTile result, HostTile l, HostTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedSolve(HostTile result, HostTile l, HostTile x, HostTile g) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedSolveTransposed(HostTile result, HostTile l, HostTile x, HostTile g) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void CumulativeSum(HostTile result, HostTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void ReverseCumulativeSum(HostTile result, HostTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void RowSum(HostTile result, HostTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void ColumnSum(HostTile result, HostTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Sum(HostTile result, HostTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Normalize(HostTile result, HostTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void NormalizeAdjoint(HostTile dx, HostTile d, HostTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Repeat(HostTile result, HostTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void RepeatAdjoint(HostTile dx, HostTile d) => throw new NotImplementedException();
}
