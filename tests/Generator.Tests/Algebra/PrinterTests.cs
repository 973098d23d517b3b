using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionDsl.Generator.Tests.Algebra;

/// <summary>What is printed is what was meant, to the last bit: parentheses where they matter, none where they do not.</summary>
public class PrinterTests
{
    private static readonly Expr A = new Expr.Argument("a"), B = new Expr.Argument("b"), C = new Expr.Argument("c");

    [Fact]
    public void ParenthesesWhereTheyMatter()
    {
        Assert.Equal("a + b + c", ExprPrinter.Equation(A + B + C));
        Assert.Equal("a + (b + c)", ExprPrinter.Equation(A + (B + C)));
        Assert.Equal("a - (b - c)", ExprPrinter.Equation(A - (B - C)));
        Assert.Equal("a - b - c", ExprPrinter.Equation(A - B - C));
        Assert.Equal("a * b * c", ExprPrinter.Equation(A * B * C));
        Assert.Equal("a * (b * c)", ExprPrinter.Equation(A * (B * C)));
        Assert.Equal("a * (b + c)", ExprPrinter.Equation(A * (B + C)));
        Assert.Equal("a / (b / c)", ExprPrinter.Equation(A / (B / C)));
        Assert.Equal("-(a + b)", ExprPrinter.Equation(-(A + B)));
        Assert.Equal("-(a * b)", ExprPrinter.Equation(-A * B));
        Assert.Equal("a - b", ExprPrinter.Equation(A + (-B)));
        Assert.Equal("exp(-a)", ExprPrinter.Equation(Expr.Exp(-A)));
        Assert.Equal("a * (-2)", ExprPrinter.Equation(A * new Expr.Number(-2)));
    }

    [Fact]
    public void AnEquationHasNumbersAsTheyWereWrittenAndCodeHasThemToTheBit()
    {
        Expr f = A * new Expr.Number(0.1f);
        Assert.Equal("a * 0.1", ExprPrinter.Equation(f));
        Assert.Equal("a * N.Constant(0.10000000149011612)", ExprPrinter.Code(f, "N", e => e is Expr.Argument a ? a.Name : null));
        Assert.Equal("a * 0.1000000001", ExprPrinter.Equation(A * new Expr.Number(0.1000000001)));
    }

    [Fact]
    public void CodeReadBackIsTheSameToTheBit()
    {
        RandomExpr random = new(2);
        for (int i = 0; i < 500; i++)
        {
            Expr f = random.Next(depth: 4, kinks: true);
            double x = random.Number(), y = random.Number();
            ExpressionSyntax code = SyntaxFactory.ParseExpression(ExprPrinter.Code(f, "N", e => e is Expr.Argument a ? a.Name : null));
            double expected = f.At(name => name == "x" ? x : y), actual = Value(code, x, y);
            Assert.True(expected.Equals(actual), $"{code} is {actual}, {ExprPrinter.Equation(f)} is {expected}");
        }
    }

    [Theory]
    [InlineData(0.1f)]
    [InlineData(1e-10f)]
    [InlineData(-1.5e30f)]
    [InlineData(16777216f)]
    public void NumbersAreTheSameInEveryCulture(float value)
    {
        Assert.Equal(value, float.Parse(ExprPrinter.Literal(value), System.Globalization.CultureInfo.InvariantCulture));
        Assert.DoesNotContain(',', ExprPrinter.Literal(value));
    }

    /// <summary>Evaluates C# as it parses, without regard to what it was printed from.</summary>
    private static double Value(ExpressionSyntax code, double x, double y) => code switch
    {
        ParenthesizedExpressionSyntax p => Value(p.Expression, x, y),
        IdentifierNameSyntax name => name.Identifier.Text == "x" ? x : y,
        LiteralExpressionSyntax literal => Convert.ToDouble(literal.Token.Value, System.Globalization.CultureInfo.InvariantCulture),
        PrefixUnaryExpressionSyntax minus => -Value(minus.Operand, x, y),
        BinaryExpressionSyntax b => (b.OperatorToken.Text, Value(b.Left, x, y), Value(b.Right, x, y)) switch
        {
            ("+", var l, var r) => l + r,
            ("-", var l, var r) => l - r,
            ("*", var l, var r) => l * r,
            (_, var l, var r) => l / r,
        },
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Constant" } } c => Value(c.ArgumentList.Arguments[0].Expression, x, y),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax f } call =>
            Expr.Function(f.Name.Identifier.Text, [.. call.ArgumentList.Arguments.Select(a => new Expr.Number(Value(a.Expression, x, y)))]).At(_ => 0),
        _ => throw new InvalidOperationException($"{code.Kind()}: {code}"),
    };
}
