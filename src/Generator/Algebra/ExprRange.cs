namespace AttentionDsl.Generator;

/// <summary>An interval that contains every value of an expression, found by interval arithmetic; used to prove a gate's lower bound.</summary>
internal readonly record struct ExprRange(double Low, double High)
{
    private static readonly ExprRange All = new(double.NegativeInfinity, double.PositiveInfinity);

    public static ExprRange Of(Expr f) => f switch
    {
        Expr.Number n => new(n.Value, n.Value),
        Expr.Negate n => Of(n.X) is var x ? new(-x.High, -x.Low) : All,
        Expr.Binary { Operator: '+' } b => (Of(b.A), Of(b.B)) is var (x, y) ? new(x.Low + y.Low, x.High + y.High) : All,
        Expr.Binary { Operator: '-' } b => (Of(b.A), Of(b.B)) is var (x, y) ? new(x.Low - y.High, x.High - y.Low) : All,
        Expr.Binary { Operator: '*' } b => Product(Of(b.A), Of(b.B)),
        Expr.Binary { Operator: '/', B: Expr.Number n } b when n.Value != 0 => Product(Of(b.A), new(1 / n.Value, 1 / n.Value)),
        Expr.Call { Name: "Sigmoid" } => new(0, 1),
        Expr.Call { Name: "Tanh" or "Sin" or "Cos" } => new(-1, 1),
        Expr.Call { Name: "Exp" } c => Of(c.Arguments[0]) is var x ? new(Math.Exp(x.Low), Math.Exp(x.High)) : All,
        Expr.Call { Name: "Softplus" } c => Of(c.Arguments[0]) is var x ? new(Softplus(x.Low), Softplus(x.High)) : All,
        Expr.Call { Name: "Abs" or "Sqrt" } => new(0, double.PositiveInfinity),
        Expr.Call { Name: "Max" } c => (Of(c.Arguments[0]), Of(c.Arguments[1])) is var (x, y) ? new(Math.Max(x.Low, y.Low), Math.Max(x.High, y.High)) : All,
        Expr.Call { Name: "Min" } c => (Of(c.Arguments[0]), Of(c.Arguments[1])) is var (x, y) ? new(Math.Min(x.Low, y.Low), Math.Min(x.High, y.High)) : All,
        _ => All,
    };

    private static double Softplus(double x) => double.IsPositiveInfinity(x) ? x : Math.Log(1 + Math.Exp(x));

    private static ExprRange Product(ExprRange x, ExprRange y)
    {
        double[] corners = [Times(x.Low, y.Low), Times(x.Low, y.High), Times(x.High, y.Low), Times(x.High, y.High)];
        return new(corners.Min(), corners.Max());

        // Bounds are limits: 0 times an unbounded factor is 0 (the unbounded value itself is never taken).
        static double Times(double a, double b) => a == 0 || b == 0 ? 0 : a * b;
    }
}
