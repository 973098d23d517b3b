using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <summary>The functions a gate may call: those of the number interface by their names, others by their expansion into those.</summary>
internal static class GateFunctions
{
    /// <summary>What messages list.</summary>
    public const string Known = "Exp, Log, Sqrt, Tanh, Sin, Cos, Abs, Max, Min, Clamp, Pow, Sigmoid, Softplus, LogSigmoid, Silu, Relu, Elu, Square";

    /// <summary>True if the method belongs to a class whose functions are known by name: <c>GateMath</c>, <c>MathF</c>, <c>Math</c>, <c>float</c>, <c>double</c>.</summary>
    public static bool IsLibrary(IMethodSymbol method) =>
        method.ContainingType is { } type
        && (type.SpecialType is SpecialType.System_Single or SpecialType.System_Double
            || (type.Name is "MathF" or "Math" && type.ContainingNamespace is { Name: "System", ContainingNamespace.IsGlobalNamespace: true })
            || (type.Name == "GateMath" && type.ContainingNamespace is { Name: AttributeReading.Namespace, ContainingNamespace.IsGlobalNamespace: true }));

    /// <summary>The function's value as an expression; null if it is not known.</summary>
    public static Expr? Call(string name, IReadOnlyList<Expr> arguments) => (name, arguments.Count) switch
    {
        ("Exp" or "Log" or "Sqrt" or "Tanh" or "Sin" or "Cos" or "Abs" or "Sigmoid" or "Softplus", 1) => Expr.Function(name, arguments[0]),
        ("Max" or "Min", 2) => Expr.Function(name, arguments[0], arguments[1]),
        ("Clamp", 3) => Expr.Function("Min", Expr.Function("Max", arguments[0], arguments[1]), arguments[2]),
        ("LogSigmoid", 1) => -Expr.Function("Softplus", -arguments[0]),
        ("Silu", 1) => arguments[0] * Expr.Function("Sigmoid", arguments[0]),
        ("Relu", 1) => Expr.Function("Max", arguments[0], Expr.Zero),
        ("Elu", 1) => Expr.Function("Less", arguments[0], Expr.Zero, Expr.Exp(arguments[0]) - Expr.One, arguments[0]),
        ("Square", 1) => arguments[0] * arguments[0],
        ("Pow", 2) => Power(arguments[0], arguments[1]),
        _ => null,
    };

    /// <summary>x^n with a whole n as products, x^0.5 as a root, c^x with c > 0 as an exponential. Others have no derivative at 0 or no real value below it.</summary>
    private static Expr? Power(Expr x, Expr y)
    {
        const int Longest = 16;
        switch (x, y)
        {
            case (_, Expr.Number { Value: 0.5 }):
                return Expr.Function("Sqrt", x);
            case (_, Expr.Number n) when n.Value == Math.Floor(n.Value) && Math.Abs(n.Value) <= Longest:
                Expr product = Enumerable.Repeat(x, (int)Math.Abs(n.Value)).Aggregate(Expr.One, (a, b) => a * b);
                return n.Value < 0 ? Expr.One / product : product;
            case (Expr.Number { Value: > 0 } c, _):
                return Expr.Exp(y * new Expr.Number(Math.Log(c.Value)));
            default:
                return null;
        }
    }
}
