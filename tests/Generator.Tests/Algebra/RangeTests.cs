namespace AttentionDsl.Generator.Tests.Algebra;

/// <summary>An interval holds every value there is, and is as tight as the gates that people write need.</summary>
public class RangeTests
{
    private static readonly Expr X = new Expr.Argument("x"), A = new Expr.Argument("a");

    [Fact]
    public void HoldsEveryValue()
    {
        RandomExpr random = new(3);
        for (int i = 0; i < 2000; i++)
        {
            Expr f = random.Next(depth: 4, kinks: true);
            ExprRange range = ExprRange.Of(f);
            for (int point = 0; point < 5; point++)
            {
                double x = 10 * random.Number(), y = 10 * random.Number(), value = f.At(name => name == "x" ? x : y);
                double slack = 1e-12 * Math.Abs(value);
                Assert.False(value < range.Low - slack || value > range.High + slack, $"{ExprPrinter.Equation(f)} is {value} at ({x}, {y}), outside of [{range.Low}, {range.High}]");
            }
        }
    }

    [Fact]
    public void OfKnownGates()
    {
        Assert.Equal(new ExprRange(-5, 0), ExprRange.Of(new Expr.Number(-5) * Expr.Function("Sigmoid", Expr.Exp(A) * X)));
        Assert.Equal(new ExprRange(double.NegativeInfinity, 0), ExprRange.Of(-Expr.Exp(A) * Expr.Function("Softplus", X)));
        Assert.Equal(new ExprRange(0, 2), ExprRange.Of(new Expr.Number(2) * Expr.Function("Sigmoid", X)));
        Assert.Equal(new ExprRange(-3, 0), ExprRange.Of(Expr.Function("Min", Expr.Function("Max", X, new Expr.Number(-3)), Expr.Zero)));
        Assert.Equal(new ExprRange(double.NegativeInfinity, double.PositiveInfinity), ExprRange.Of(X));
    }
}
