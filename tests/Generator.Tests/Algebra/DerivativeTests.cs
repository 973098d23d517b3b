using System.Reflection;

namespace AttentionDsl.Generator.Tests.Algebra;

/// <summary>Symbolic derivatives against central differences: every function a gate may call, and compositions.</summary>
public class DerivativeTests
{
    private static readonly double[] Grid =
        [-1000, -100, -89, -50, -20, -10, -5, -2, -1.3, -0.7, -0.1, -1e-3, 1e-3, 0.1, 0.7, 1.3, 2, 5, 10, 20, 50, 89, 100, 1000];

    /// <summary>The functions of <see cref="GateMath"/>: a new one is tested as soon as it is there.</summary>
    public static TheoryData<string> Functions => [.. typeof(GateMath).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(x => x.Name)];

    [Theory]
    [MemberData(nameof(Functions))]
    public void OfEveryFunctionAndArgument(string name)
    {
        MethodInfo method = typeof(GateMath).GetMethod(name)!;
        string[] arguments = [.. method.GetParameters().Select(x => x.Name!)];
        Expr f = GateFunctions.Call(name, [.. arguments.Select(x => new Expr.Argument(x))]) ?? throw new InvalidOperationException($"{name} is not known to gates.");
        double[] others = [0.4, -1.6];
        foreach (double x in Grid.Where(x => name is not ("Log" or "Sqrt") || x > 0).Where(x => name != "Exp" || x < 700))
        {
            for (int i = 0; i < arguments.Length; i++)
            {
                Dictionary<string, double> at = arguments.Select((argument, j) => (argument, j)).ToDictionary(p => p.argument, p => p.j == i ? x : others[p.j == 0 ? 1 : 0]);
                AgreesWithDifferences(f, arguments[i], at);
            }
        }
    }

    /// <summary>What messages list is what gates may call: the functions of <see cref="GateMath"/>, and the two that <see cref="MathF"/> alone has.</summary>
    [Fact]
    public void MessagesListEveryFunction() =>
        Assert.Equal(typeof(GateMath).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(x => x.Name).Append("Clamp").Append("Pow").Order(), GateFunctions.Known.Split(", ").Order());

    [Theory]
    [MemberData(nameof(Functions))]
    public void TheFunctionIsWhatPlainCodeGets(string name)
    {
        MethodInfo method = typeof(GateMath).GetMethod(name)!;
        string[] arguments = [.. method.GetParameters().Select(x => x.Name!)];
        Expr f = GateFunctions.Call(name, [.. arguments.Select(x => new Expr.Argument(x))])!;
        foreach (double x in Grid.Where(x => name is not ("Log" or "Sqrt") || x > 0).Where(x => name is not "Exp" || x < 88).Where(x => name is not ("Sin" or "Cos") || Math.Abs(x) < 200))
        {
            double expected = f.At(_ => (float)x);
            float actual = (float)method.Invoke(null, [.. arguments.Select(_ => (object)(float)x)])!;
            Assert.True(Math.Abs(expected - actual) <= (1e-6 * Math.Abs(expected)) + 6e-8, $"{name}({x}) is {actual}, as an expression {expected}");
        }
    }

    [Theory]
    [InlineData(3.0)]
    [InlineData(-2.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    [InlineData(16.0)]
    public void OfPowers(double exponent)
    {
        Expr f = GateFunctions.Call("Pow", [new Expr.Argument("x"), new Expr.Number(exponent)])!;
        Assert.Equal(Math.Pow(1.3, exponent), f.At(_ => 1.3), 12);
        AgreesWithDifferences(f, "x", new() { ["x"] = 1.3 });
    }

    [Fact]
    public void OfExponentials()
    {
        Expr f = GateFunctions.Call("Pow", [new Expr.Number(2), new Expr.Argument("x")])!;
        Assert.Equal(Math.Pow(2, -1.7), f.At(_ => -1.7), 12);
        AgreesWithDifferences(f, "x", new() { ["x"] = -1.7 });
        Assert.Null(GateFunctions.Call("Pow", [new Expr.Argument("x"), new Expr.Argument("y")]));
        Assert.Null(GateFunctions.Call("Pow", [new Expr.Number(-2), new Expr.Argument("x")]));
    }

    [Fact]
    public void OfCompositions()
    {
        RandomExpr random = new(1);
        int checkedOnes = 0;
        for (int i = 0; i < 400; i++)
        {
            Expr f = random.Next(depth: 4);
            Dictionary<string, double> at = new() { ["x"] = random.Number(), ["y"] = random.Number() };
            if (Math.Abs(f.At(x => at[x])) < 1e4)
            {
                AgreesWithDifferences(f, "x", at);
                AgreesWithDifferences(f, "y", at);
                checkedOnes++;
            }
        }

        Assert.True(checkedOnes > 300);
    }

    /// <summary>The gate of Mamba-2, GDN and KDA: no derivative overflows where the value does not.</summary>
    [Theory]
    [InlineData(-1e4)]
    [InlineData(-200.0)]
    [InlineData(200.0)]
    [InlineData(1e4)]
    public void StaysFiniteFarOut(double x)
    {
        Expr g = -Expr.Exp(new Expr.Argument("a")) * Expr.Function("Softplus", new Expr.Argument("x"));
        Assert.True(double.IsFinite(g.By("x").At(name => name == "x" ? x : 0.3)));
        Assert.True(double.IsFinite(g.By("a").At(name => name == "x" ? x : 0.3)));
    }

    private static void AgreesWithDifferences(Expr f, string argument, Dictionary<string, double> at)
    {
        double x = at[argument], h = 1e-6 * Math.Max(1, Math.Abs(x));
        double Value(double moved) => f.At(name => name == argument ? moved : at[name]);
        double above = Value(x + h), below = Value(x - h), difference = (above - below) / (2 * h), derivative = f.By(argument).At(name => at[name]);

        // What rounding and the third derivative leave: both in proportion to the values met.
        double allowed = 1e-7 * (1 + Math.Abs(derivative)) + (1e-15 * (Math.Abs(above) + Math.Abs(below)) / h) + (1e-5 * Math.Abs(derivative));
        Assert.True(
            Math.Abs(derivative - difference) <= allowed,
            $"d/d{argument} {ExprPrinter.Equation(f)} = {ExprPrinter.Equation(f.By(argument))} is {derivative} at {x}, by differences {difference}");
    }
}
