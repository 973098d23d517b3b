namespace AttentionDsl.Generator;

/// <summary>The value of an expression in double precision, for examples in messages.</summary>
internal static class ExprValue
{
    public static double At(this Expr f, Func<string, double> argument) => f switch
    {
        Expr.Number n => n.Value,
        Expr.Argument a => argument(a.Name),
        Expr.Negate n => -n.X.At(argument),
        Expr.Binary { Operator: '+' } b => b.A.At(argument) + b.B.At(argument),
        Expr.Binary { Operator: '-' } b => b.A.At(argument) - b.B.At(argument),
        Expr.Binary { Operator: '*' } b => b.A.At(argument) * b.B.At(argument),
        Expr.Binary { Operator: '/' } b => b.A.At(argument) / b.B.At(argument),
        Expr.Call { Name: "Less" } c => c.Arguments[0].At(argument) < c.Arguments[1].At(argument) ? c.Arguments[2].At(argument) : c.Arguments[3].At(argument),
        Expr.Call { Arguments.Count: 2 } c => Of(c.Name, c.Arguments[0].At(argument), c.Arguments[1].At(argument)),
        Expr.Call c => Of(c.Name, c.Arguments[0].At(argument)),
        _ => throw new InvalidOperationException(f.ToString()),
    };

    private static double Of(string name, double x, double y) => name switch
    {
        "Max" => Math.Max(x, y),
        "Min" => Math.Min(x, y),
        _ => throw new InvalidOperationException($"The function {name} is not known."),
    };

    private static double Of(string name, double x) => name switch
    {
        "Exp" => Math.Exp(x),
        "Log" => Math.Log(x),
        "Sqrt" => Math.Sqrt(x),
        "Tanh" => Math.Tanh(x),
        "Sin" => Math.Sin(x),
        "Cos" => Math.Cos(x),
        "Abs" => Math.Abs(x),
        "Sigmoid" => Sigmoid(x),
        "Softplus" => Math.Max(x, 0) - Math.Log(Sigmoid(Math.Abs(x))),
        _ => throw new InvalidOperationException($"The function {name} is not known."),
    };

    private static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));
}
