using System.Globalization;

namespace AttentionDsl.Generator;

/// <summary>Prints an expression: as C# over a number type, or as the equation of a comment.</summary>
internal static class ExprPrinter
{
    /// <summary>C#, with constants and functions of the number type <paramref name="number"/>; <paramref name="name"/> prints a leaf or a shared subexpression, or returns null.</summary>
    public static string Code(Expr f, string number, Func<Expr, string?> name) => Print(f, 0, e => name(e) ?? e switch
    {
        Expr.Number n => $"{number}.Constant({Literal(n.Value)})",
        Expr.Call c => $"{number}.{c.Name}({string.Join(", ", c.Arguments.Select(x => Code(x, number, name)))})",
        _ => null,
    });

    /// <summary>An equation for people: function names in lower case, constants bare.</summary>
    public static string Equation(Expr f) => Print(f, 0, e => e switch
    {
        Expr.Argument a => a.Name,
        Expr.Number n => Written(n.Value),
        Expr.Call { Name: "Less" } c => $"({Equation(c.Arguments[0])} < {Equation(c.Arguments[1])} ? {Equation(c.Arguments[2])} : {Equation(c.Arguments[3])})",
        Expr.Call c => $"{c.Name.ToLowerInvariant()}({string.Join(", ", c.Arguments.Select(Equation))})",
        _ => null,
    });

    /// <summary>A double as C# text, the same in every culture.</summary>
    public static string Literal(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    // Numbers of a gate are floats: 0.1, as it was written, and not the double that the float is.
    private static string Written(double value) => (float)value == value ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : Literal(value);

    // Strength: 0 a sum, 1 a term on the right of a plus or minus (a + (b + c) is not a + b + c to the last bit), 2 a factor, 3 an atom.
    private static string Print(Expr f, int strength, Func<Expr, string?> leaf)
    {
        if (leaf(f) is string text)
        {
            return text.StartsWith("-", StringComparison.Ordinal) && strength > 0 ? $"({text})" : text;
        }

        return f switch
        {
            Expr.Negate n => Wrap($"-{Print(n.X, 3, leaf)}", strength > 0),
            Expr.Binary { Operator: '+' or '-' } b =>
                Wrap($"{Print(b.A, 0, leaf)} {b.Operator} {Print(b.B, 1, leaf)}", strength > 0),
            Expr.Binary b => Wrap($"{Print(b.A, 2, leaf)} {b.Operator} {Print(b.B, 3, leaf)}", strength > 2),
            _ => throw new InvalidOperationException(f.ToString()),
        };
    }

    private static string Wrap(string text, bool wrap) => wrap ? $"({text})" : text;
}
