namespace AttentionDsl.Generator;

/// <summary>Symbolic differentiation: one rule a function, on the named function (Softplus' = Sigmoid), never on an expansion that could overflow.</summary>
internal static class ExprDerivative
{
    /// <summary>The partial derivative of an expression with respect to an argument.</summary>
    public static Expr By(this Expr f, string argument) => f switch
    {
        Expr.Number => Expr.Zero,
        Expr.Argument a => a.Name == argument ? Expr.One : Expr.Zero,
        Expr.Negate n => -n.X.By(argument),
        Expr.Binary { Operator: '+' } b => b.A.By(argument) + b.B.By(argument),
        Expr.Binary { Operator: '-' } b => b.A.By(argument) - b.B.By(argument),
        Expr.Binary { Operator: '*' } b => (b.A.By(argument) * b.B) + (b.A * b.B.By(argument)),
        Expr.Binary { Operator: '/' } b => (b.A.By(argument) / b.B) - (f * (b.B.By(argument) / b.B)),
        Expr.Call c => OfCall(c, argument),
        _ => throw new InvalidOperationException(f.ToString()),
    };

    private static Expr OfCall(Expr.Call f, string argument)
    {
        Expr x = f.Arguments[0];
        switch (f.Name)
        {
            case "Less":
                return Conditional(x, f.Arguments[1], f.Arguments[2].By(argument), f.Arguments[3].By(argument));
            case "Max":
                return Conditional(f.Arguments[1], x, x.By(argument), f.Arguments[1].By(argument));
            case "Min":
                return Conditional(x, f.Arguments[1], x.By(argument), f.Arguments[1].By(argument));
        }

        Expr inner = x.By(argument);
        if (inner == Expr.Zero)
        {
            return Expr.Zero;
        }

        Expr outer = f.Name switch
        {
            "Exp" => f,
            "Log" => Expr.One / x,
            "Sqrt" => new Expr.Number(0.5) / f,
            "Tanh" => Expr.One - (f * f),
            "Sin" => Expr.Function("Cos", x),
            "Cos" => -Expr.Function("Sin", x),
            "Abs" => Expr.Function("Less", x, Expr.Zero, new Expr.Number(-1), Expr.One),
            "Sigmoid" => f * (Expr.One - f),
            "Softplus" => Expr.Function("Sigmoid", x),
            _ => throw new InvalidOperationException($"No derivative is known for {f.Name}."),
        };
        return outer * inner;
    }

    private static Expr Conditional(Expr a, Expr b, Expr then, Expr otherwise) =>
        then == otherwise ? then : Expr.Function("Less", a, b, then, otherwise);
}
