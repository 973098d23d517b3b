using AttentionDsl.Runtime;

namespace AttentionDsl.Runtime.Tests.Tiles;

/// <summary>One tile operation as a text that runs on any backend.</summary>
public abstract record Block
{
    /// <summary>Runs the operation on tiles in the order of its parameters.</summary>
    public abstract void Run<TTile, TNumber>(ReadOnlySpan<TTile> t)
        where TTile : struct, ITile<TTile, TNumber>
        where TNumber : struct, INumber<TNumber>;
}

public sealed record Clear : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.Clear(t[0]);
}

public sealed record Copy(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.Copy(t[0], t[1], Into);
}

public sealed record Transpose(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.Transpose(t[0], t[1], Into);
}

public sealed record Product(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.Product(t[0], t[1], t[2], Into);
}

public sealed record TransposedProduct(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.TransposedProduct(t[0], t[1], t[2], Into);
}

public sealed record ProductTransposed(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.ProductTransposed(t[0], t[1], t[2], Into);
}

public sealed record AddScaledRows : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.AddScaledRows(t[0], t[1], t[2]);
}

public sealed record Gram(Causal Causal, Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.Gram(t[0], t[1], t[2], Causal, Into);
}

public sealed record Decay(Causal Causal, Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.Decay(t[0], t[1], t[2], t[3], Causal, Into);
}

public sealed record DecayInPlace(Causal Causal) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.Decay(t[0], t[0], t[1], t[2], Causal, Into.Set);
}

public sealed record DecayedGram(Causal Causal) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedGram(t[0], t[1], t[2], t[3], t[4], Causal);
}

public sealed record DecayedGrams(Causal Causal) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedGrams(t[0], t[1], t[2], t[3], t[4], t[5], t[6], Causal);
}

/// <summary>With one decay for both sides.</summary>
public sealed record DecayedGramsOfOne(Causal Causal) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedGrams(t[0], t[1], t[2], t[3], t[4], t[5], t[5], Causal);
}

public sealed record DecayedGramAdjoint(Causal Causal) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedGramAdjoint(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], Causal);
}

/// <summary>With one decay for both sides, whose gradients are summed in one tile.</summary>
public sealed record DecayedGramAdjointOfOne(Causal Causal) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedGramAdjoint(t[0], t[1], t[2], t[2], t[3], t[4], t[5], t[6], t[6], Causal);
}

public sealed record DecayedProduct(Causal Causal, Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedProduct(t[0], t[1], t[2], t[3], t[4], Causal, Into);
}

public sealed record DecayedProductAdjoint(Causal Causal) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedProductAdjoint(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], Causal);
}

/// <summary>With one decay for both sides, whose gradients are summed in one tile.</summary>
public sealed record DecayedProductAdjointOfOne(Causal Causal) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedProductAdjoint(t[0], t[1], t[2], t[2], t[3], t[4], t[5], t[6], t[6], Causal);
}

public sealed record SolveUnitLower : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.SolveUnitLower(t[0], t[1], t[2]);
}

public sealed record SolveUnitLowerInPlace : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.SolveUnitLower(t[0], t[1], t[0]);
}

public sealed record SolveUnitLowerTransposed : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.SolveUnitLowerTransposed(t[0], t[1], t[2]);
}

public sealed record SolveUnitLowerTransposedInPlace : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.SolveUnitLowerTransposed(t[0], t[1], t[0]);
}

public sealed record SolveByInverse : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t)
    {
        TTile.InvertUnitLower(t[1], t[2]);
        TTile.SolveByInverse(t[0], t[1], t[3]);
    }
}

public sealed record SolveByInverseInPlace : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t)
    {
        TTile.InvertUnitLower(t[1], t[2]);
        TTile.SolveByInverse(t[0], t[1], t[0]);
    }
}

public sealed record SolveByInverseTransposed : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t)
    {
        TTile.InvertUnitLower(t[1], t[2]);
        TTile.SolveByInverseTransposed(t[0], t[1], t[3]);
    }
}

public sealed record SolveByInverseTransposedInPlace : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t)
    {
        TTile.InvertUnitLower(t[1], t[2]);
        TTile.SolveByInverseTransposed(t[0], t[1], t[0]);
    }
}

public sealed record DecayedSolve : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedSolve(t[0], t[1], t[2], t[3]);
}

public sealed record DecayedSolveInPlace : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedSolve(t[0], t[1], t[0], t[2]);
}

public sealed record DecayedSolveTransposed : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedSolveTransposed(t[0], t[1], t[2], t[3]);
}

public sealed record DecayedGramsAdjoint(Causal Causal) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayedGramsAdjoint(t[0], t[1], t[2], t[3], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[9], Causal);
}

public sealed record DecayAndWrite : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayAndWrite(t[0], t[1], t[2], t[3]);
}

public sealed record DecayAndWriteTo : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayAndWriteTo(t[0], t[1], t[2], t[3], t[4]);
}

public sealed record DecayRows : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayRows(t[0], t[1]);
}

public sealed record DecayAndAdd : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayAndAdd(t[0], t[1], t[2]);
}

public sealed record WriteAndRead : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.WriteAndRead(t[0], t[1], t[2], t[3], t[4], t[5]);
}

public sealed record DecayWriteAndRead : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayWriteAndRead(t[0], t[1], t[2], t[3], t[4], t[5], t[6]);
}

public sealed record DecayWritesAndRead : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayWritesAndRead(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8]);
}

public sealed record DecayWriteAndReadInPlace : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.DecayWriteAndRead(t[0], t[1], t[0], t[2], t[3], t[4], t[5]);
}

public sealed record WriteAndReadInPlace : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.WriteAndRead(t[0], t[1], t[0], t[2], t[3], t[4]);
}

public sealed record CumulativeSum : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.CumulativeSum(t[0], t[1]);
}

public sealed record ReverseCumulativeSum(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.ReverseCumulativeSum(t[0], t[1], Into);
}

public sealed record RowSum(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.RowSum(t[0], t[1], Into);
}

public sealed record RowDot(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.RowDot(t[0], t[1], t[2], Into);
}

public sealed record ColumnSum(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.ColumnSum(t[0], t[1], Into);
}

public sealed record Sum(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.Sum(t[0], t[1], Into);
}

public sealed record Normalize : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.Normalize(t[0], t[1]);
}

public sealed record NormalizeAdjoint(Into Into) : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.NormalizeAdjoint(t[0], t[1], t[2], Into);
}

public sealed record Repeat : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.Repeat(t[0], t[1]);
}

public sealed record RepeatAdjoint : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t) => TTile.RepeatAdjoint(t[0], t[1]);
}

/// <summary>An elementwise loop as generated code writes it: broadcast rows and columns, every function of <see cref="INumber{TSelf}"/>.</summary>
public sealed record Elementwise : Block
{
    public override void Run<TTile, TNumber>(ReadOnlySpan<TTile> t)
    {
        (TTile result, TTile x, TTile row, TTile column) = (t[0], t[1], t[2], t[3]);
        for (int i = result.FirstRow; i < result.Rows; i += result.RowStep)
        {
            for (int j = result.FirstColumn; j < result.Columns; j += result.ColumnStep)
            {
                TNumber a = x.Load(i, j), b = row.Load(0, j), c = column.Spread(i, 0);
                TNumber positive = TNumber.Sigmoid(a) + TNumber.Softplus(b);
                TNumber sum = TNumber.Log(positive) + (TNumber.Sqrt(positive) * TNumber.Tanh(c)) - TNumber.Sin(a);
                sum += TNumber.Cos(b) / (TNumber.Constant(1.5) + TNumber.Abs(c));
                sum += TNumber.Max(a, b) - TNumber.Min(b, -c);
                result.Store(i, j, TNumber.Less(a, c, TNumber.Exp(sum), sum));
            }
        }

        TTile.Synchronize();
    }
}
