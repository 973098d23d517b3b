namespace AttentionDsl.Generator.Tests.Algebra;

/// <summary>Random expressions over x and y.</summary>
internal sealed class RandomExpr(int seed)
{
    private static readonly string[] Smooth = ["Exp", "Tanh", "Sin", "Cos", "Sigmoid", "Softplus"];
    private static readonly string[] Kinked = ["Abs", "Max", "Min", "Less"];

    private readonly Random random = new(seed);

    /// <summary>An expression of some depth; with kinks only if asked for.</summary>
    public Expr Next(int depth, bool kinks = false)
    {
        if (depth == 0)
        {
            return random.Next(3) switch { 0 => new Expr.Argument("x"), 1 => new Expr.Argument("y"), _ => new Expr.Number(Math.Round((4 * random.NextDouble()) - 2, 2)) };
        }

        Expr Inner() => Next(depth - 1, kinks);
        return random.Next(kinks ? 8 : 7) switch
        {
            0 => Inner() + Inner(),
            1 => Inner() - Inner(),
            2 => Inner() * Inner(),
            3 => Inner() / (Expr.One + Expr.Function("Exp", Expr.Function("Tanh", Inner()))),
            4 => -Inner(),
            7 => Kink(),
            _ => Expr.Function(Smooth[random.Next(Smooth.Length)], Inner()),
        };

        Expr Kink() => Kinked[random.Next(Kinked.Length)] switch
        {
            "Abs" => Expr.Function("Abs", Inner()),
            "Less" => Expr.Function("Less", Inner(), Inner(), Inner(), Inner()),
            string name => Expr.Function(name, Inner(), Inner()),
        };
    }

    /// <summary>A number between -2 and 2.</summary>
    public double Number() => (4 * random.NextDouble()) - 2;
}
