using AttentionDsl.Runtime;

namespace AttentionDsl.Device.Tests;

/// <summary>The operations of a tile.</summary>
public enum TileOperation
{
    Clear, Identity, Copy, Transpose, Product, TransposedProduct, ProductTransposed, AddExactProduct, AddExactTransposedProduct, AddScaledRows, Gram, Decay, DecayAdjointParts, DecayedGram, DecayedGrams, DecayedGramAdjoint,
    DecayedProduct, DecayedProductAdjoint, SolveUnitLower, SolveUnitLowerTransposed, InvertUnitLower, SolveByInverse, SolveByInverseTransposed, DecayedSolve, DecayedSolveTransposed,
    CumulativeSum, ReverseCumulativeSum, DecayRows, DecayAndAdd, RowSum, RowDot, RowDotParts, SumOfParts, ColumnSum, Sum, Normalize, NormalizeAdjoint, Repeat, RepeatAdjoint, Elementwise,
}

/// <summary>The tiles of one operation, in the order of its parameters.</summary>
public struct Tiles<TTile>
{
    public TTile A, B, C, D, E, F, G, H, I;
}

/// <summary>Any operation on any tile.</summary>
public static class TileOperations
{
    public static void Apply<TTile, TNumber>(TileOperation operation, Tiles<TTile> x, Causal causal, Into into)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        switch (operation)
        {
            case TileOperation.Clear: TTile.Clear(x.A); break;
            case TileOperation.Identity: TTile.Identity(x.A, 2); break;
            case TileOperation.Copy: TTile.Copy(x.A, x.B, into); break;
            case TileOperation.Transpose: TTile.Transpose(x.A, x.B, into); break;
            case TileOperation.Product: TTile.Product(x.A, x.B, x.C, into); break;
            case TileOperation.TransposedProduct: TTile.TransposedProduct(x.A, x.B, x.C, into); break;
            case TileOperation.ProductTransposed: TTile.ProductTransposed(x.A, x.B, x.C, into); break;
            case TileOperation.AddExactProduct: TTile.AddExactProduct(x.A, x.B, x.C); break;
            case TileOperation.AddExactTransposedProduct: TTile.AddExactTransposedProduct(x.A, x.B, x.C); break;
            case TileOperation.AddScaledRows: TTile.AddScaledRows(x.A, x.B, x.C); break;
            case TileOperation.Gram: TTile.Gram(x.A, x.B, x.C, causal, into); break;
            case TileOperation.Decay: TTile.Decay(x.A, x.B, x.C, x.D, causal, into); break;
            case TileOperation.DecayedGram: TTile.DecayedGram(x.A, x.B, x.C, x.D, x.E, causal); break;
            case TileOperation.DecayedGrams: TTile.DecayedGrams(x.A, x.B, x.C, x.D, x.E, x.F, x.G, causal); break;
            case TileOperation.DecayedGramAdjoint: TTile.DecayedGramAdjoint(x.A, x.B, x.C, x.D, x.E, x.F, x.G, x.H, x.I, causal); break;
            case TileOperation.DecayedProduct: TTile.DecayedProduct(x.A, x.B, x.C, x.D, x.E, causal, into); break;
            case TileOperation.DecayedProductAdjoint: TTile.DecayedProductAdjoint(x.A, x.B, x.C, x.D, x.E, x.F, x.G, x.H, x.I, causal); break;
            case TileOperation.SolveUnitLower: TTile.SolveUnitLower(x.A, x.B, x.C); break;
            case TileOperation.SolveUnitLowerTransposed: TTile.SolveUnitLowerTransposed(x.A, x.B, x.C); break;
            case TileOperation.InvertUnitLower: TTile.InvertUnitLower(x.A, x.B); break;
            case TileOperation.SolveByInverse: TTile.SolveByInverse(x.A, x.B, x.C); break;
            case TileOperation.SolveByInverseTransposed: TTile.SolveByInverseTransposed(x.A, x.B, x.C); break;
            case TileOperation.DecayedSolve: TTile.DecayedSolve(x.A, x.B, x.C, x.D); break;
            case TileOperation.DecayedSolveTransposed: TTile.DecayedSolveTransposed(x.A, x.B, x.C, x.D); break;
            case TileOperation.CumulativeSum: TTile.CumulativeSum(x.A, x.B); break;
            case TileOperation.ReverseCumulativeSum: TTile.ReverseCumulativeSum(x.A, x.B, into); break;
            case TileOperation.DecayRows: TTile.DecayRows(x.A, x.B); break;
            case TileOperation.DecayAndAdd: TTile.DecayAndAdd(x.A, x.B, x.C); break;
            case TileOperation.DecayAdjointParts: TTile.DecayAdjointParts(x.A, x.B, x.C, x.D); break;
            case TileOperation.RowDotParts: TTile.RowDotParts(x.A, x.B, x.C); break;
            case TileOperation.SumOfParts: TTile.SumOfParts(x.A, x.B, into); break;
            case TileOperation.RowSum: TTile.RowSum(x.A, x.B, into); break;
            case TileOperation.RowDot: TTile.RowDot(x.A, x.B, x.C, into); break;
            case TileOperation.ColumnSum: TTile.ColumnSum(x.A, x.B, into); break;
            case TileOperation.Sum: TTile.Sum(x.A, x.B, into); break;
            case TileOperation.Normalize: TTile.Normalize(x.A, x.B); break;
            case TileOperation.NormalizeAdjoint: TTile.NormalizeAdjoint(x.A, x.B, x.C, into); break;
            case TileOperation.Repeat: TTile.Repeat(x.A, x.B); break;
            case TileOperation.RepeatAdjoint: TTile.RepeatAdjoint(x.A, x.B); break;
            default: Elementwise<TTile, TNumber>(x); break;
        }
    }

    // As generated: a row, a column and a number of their own are broadcast, and the result is read and written.
    private static void Elementwise<TTile, TNumber>(Tiles<TTile> x)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>
    {
        for (int i = x.A.FirstRow; i < x.A.Rows; i += x.A.RowStep)
        {
            for (int j = x.A.FirstColumn; j < x.A.Columns; j += x.A.ColumnStep)
            {
                x.A.Store(i, j, x.A.Load(i, j) + (x.B.Load(0, j) * TNumber.Exp(x.C.Spread(i, 0)) * TNumber.Sigmoid(x.D.Spread(0, 0))));
            }
        }

        TTile.Synchronize();
    }
}
