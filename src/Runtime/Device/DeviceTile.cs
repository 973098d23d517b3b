namespace AttentionDsl.Runtime;

/// <summary>Stub, to be written.</summary>
public readonly struct DeviceTile : ITile<DeviceTile, F32>
{
    /// <summary>A stretch of this linear region.</summary>
    public DeviceTile Region(long offset, long length) => throw new NotImplementedException();

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
    public DeviceTile Block(long row, int rows, int column, int columns) => throw new NotImplementedException();

    /// <inheritdoc/>
    public DeviceTile Take(ref long offset, int rows, int columns) => throw new NotImplementedException();

    /// <inheritdoc/>
    public F32 Load(int row, int column) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Store(int row, int column, F32 value) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Synchronize() => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Clear(DeviceTile result) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Copy(DeviceTile result, DeviceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Transpose(DeviceTile result, DeviceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Product(DeviceTile result, DeviceTile a, DeviceTile b, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void TransposedProduct(DeviceTile result, DeviceTile a, DeviceTile b, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void ProductTransposed(DeviceTile result, DeviceTile a, DeviceTile b, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Gram(DeviceTile result, DeviceTile l, DeviceTile r, Causal causal, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Decay(DeviceTile result, DeviceTile x, DeviceTile e, DeviceTile g, Causal causal, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedGram(DeviceTile result, DeviceTile l, DeviceTile r, DeviceTile e, DeviceTile g, Causal causal) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedGramAdjoint(DeviceTile dl, DeviceTile dr, DeviceTile de, DeviceTile dg, DeviceTile d, DeviceTile l, DeviceTile r, DeviceTile e, DeviceTile g, Causal causal) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedProduct(DeviceTile result, DeviceTile p, DeviceTile x, DeviceTile e, DeviceTile g, Causal causal, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedProductAdjoint(DeviceTile dp, DeviceTile dx, DeviceTile de, DeviceTile dg, DeviceTile d, DeviceTile p, DeviceTile x, DeviceTile e, DeviceTile g, Causal causal) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void SolveUnitLower(DeviceTile result, DeviceTile l, DeviceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void SolveUnitLowerTransposed(DeviceTile result, DeviceTile l, DeviceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedSolve(DeviceTile result, DeviceTile l, DeviceTile x, DeviceTile g) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void DecayedSolveTransposed(DeviceTile result, DeviceTile l, DeviceTile x, DeviceTile g) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void CumulativeSum(DeviceTile result, DeviceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void ReverseCumulativeSum(DeviceTile result, DeviceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void RowSum(DeviceTile result, DeviceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void ColumnSum(DeviceTile result, DeviceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Sum(DeviceTile result, DeviceTile x, Into into) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Normalize(DeviceTile result, DeviceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void NormalizeAdjoint(DeviceTile dx, DeviceTile d, DeviceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void Repeat(DeviceTile result, DeviceTile x) => throw new NotImplementedException();

    /// <inheritdoc/>
    public static void RepeatAdjoint(DeviceTile dx, DeviceTile d) => throw new NotImplementedException();
}
