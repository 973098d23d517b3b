namespace AttentionDsl.Runtime;

/// <content>What no recurrent step asks for: these operations belong to chunks and to derivatives.</content>
public readonly partial struct CudaStepTile
{
    /// <inheritdoc/>
    public CudaStepTile TakeColumn(ref long offset, int rows) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void ProductTransposed(CudaStepTile result, CudaStepTile a, CudaStepTile b, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void FetchColumn(CudaStepTile result, CudaStepTile x, int which) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void BeginProduct(CudaStepTile result, CudaStepTile a, CudaStepTile b, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void BeginTransposedProduct(CudaStepTile result, CudaStepTile a, CudaStepTile b, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void AwaitProducts(int columns, int left) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayRows(CudaStepTile state, CudaStepTile g) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayAndAdd(CudaStepTile state, CudaStepTile g, CudaStepTile x) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void Gram(CudaStepTile result, CudaStepTile l, CudaStepTile r, Causal causal, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void Decay(CudaStepTile result, CudaStepTile x, CudaStepTile e, CudaStepTile g, Causal causal, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayedGram(CudaStepTile result, CudaStepTile l, CudaStepTile r, CudaStepTile e, CudaStepTile g, Causal causal) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayedGrams(CudaStepTile strict, CudaStepTile other, CudaStepTile l, CudaStepTile m, CudaStepTile r, CudaStepTile e, CudaStepTile g, Causal causal) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void CrossedDecayedGrams(
        CudaStepTile first, CudaStepTile second, CudaStepTile third, CudaStepTile fourth, CudaStepTile l, CudaStepTile m, CudaStepTile r, CudaStepTile s, CudaStepTile e, CudaStepTile f, CudaStepTile g, Causal causal) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayedGramAdjoint(CudaStepTile dl, CudaStepTile dr, CudaStepTile de, CudaStepTile dg, CudaStepTile d, CudaStepTile l, CudaStepTile r, CudaStepTile e, CudaStepTile g, Causal causal) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayedGramsAdjoint(
        CudaStepTile dl, CudaStepTile dm, CudaStepTile dr, CudaStepTile de, CudaStepTile dg, CudaStepTile dStrict, CudaStepTile dOther, CudaStepTile l, CudaStepTile m, CudaStepTile r, CudaStepTile e, CudaStepTile g, Causal causal) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayedProduct(CudaStepTile result, CudaStepTile p, CudaStepTile x, CudaStepTile e, CudaStepTile g, Causal causal, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayedProductAdjoint(CudaStepTile dp, CudaStepTile dx, CudaStepTile de, CudaStepTile dg, CudaStepTile d, CudaStepTile p, CudaStepTile x, CudaStepTile e, CudaStepTile g, Causal causal) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayAdjointParts(CudaStepTile parts, CudaStepTile w, CudaStepTile l, CudaStepTile r) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void RowDotParts(CudaStepTile parts, CudaStepTile a, CudaStepTile b) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void SumOfParts(CudaStepTile result, CudaStepTile parts, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void Mirror(CudaStepTile x) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void ScaleRows(CudaStepTile result, CudaStepTile x, CudaStepTile s) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void AddScaledRows(CudaStepTile result, CudaStepTile x, CudaStepTile s) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void ScaledGram(CudaStepTile result, CudaStepTile l, CudaStepTile r, CudaStepTile s, Causal causal) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayedScaledGram(CudaStepTile result, CudaStepTile l, CudaStepTile r, CudaStepTile s, CudaStepTile e, CudaStepTile g, Causal causal) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public static void ScaleAndAddProduct(CudaStepTile result, CudaStepTile x, CudaStepTile s, CudaStepTile a, CudaStepTile b) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void ScaleAndAddTransposedProduct(CudaStepTile result, CudaStepTile x, CudaStepTile s, CudaStepTile a, CudaStepTile b) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void SolveUnitLower(CudaStepTile result, CudaStepTile l, CudaStepTile x) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void SolveUnitLowerTransposed(CudaStepTile result, CudaStepTile l, CudaStepTile x) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void InvertUnitLower(CudaStepTile inverse, CudaStepTile l) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void SolveByInverse(CudaStepTile result, CudaStepTile inverse, CudaStepTile x) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void SolveByInverseTransposed(CudaStepTile result, CudaStepTile inverse, CudaStepTile x) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayedSolve(CudaStepTile result, CudaStepTile l, CudaStepTile x, CudaStepTile g) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void DecayedSolveTransposed(CudaStepTile result, CudaStepTile l, CudaStepTile x, CudaStepTile g) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void CumulativeSum(CudaStepTile result, CudaStepTile x) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void ReverseCumulativeSum(CudaStepTile result, CudaStepTile x, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void ColumnSum(CudaStepTile result, CudaStepTile x, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void Sum(CudaStepTile result, CudaStepTile x, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void NormalizeAdjoint(CudaStepTile dx, CudaStepTile d, CudaStepTile x, Into into) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void Identity(CudaStepTile result, int column) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void AddExactProduct(CudaStepTile result, CudaStepTile a, CudaStepTile b) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void AddExactTransposedProduct(CudaStepTile result, CudaStepTile a, CudaStepTile b) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void Repeat(CudaStepTile result, CudaStepTile x) => throw new NotSupportedException();

    /// <inheritdoc/>
    public static void RepeatAdjoint(CudaStepTile dx, CudaStepTile d) => throw new NotSupportedException();
}
