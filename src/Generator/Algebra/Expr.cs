namespace AttentionDsl.Generator;

/// <summary>Elementwise arithmetic: what a gate is read into and what the tile program's loops compute. Compared by value.</summary>
internal abstract record Expr
{
    public static readonly Expr Zero = new Number(0);
    public static readonly Expr One = new Number(1);

    // The operators simplify 0, 1 and -1 away and nothing else: no floating-point sum is reordered.
    public static Expr operator +(Expr a, Expr b) => (a, b) switch
    {
        (Number { Value: 0 }, _) => b,
        (_, Number { Value: 0 }) => a,
        (Number x, Number y) => new Number(x.Value + y.Value),
        (_, Negate n) => new Binary('-', a, n.X),
        _ => new Binary('+', a, b),
    };

    public static Expr operator -(Expr a, Expr b) => (a, b) switch
    {
        (_, Number { Value: 0 }) => a,
        (Number { Value: 0 }, _) => -b,
        (Number x, Number y) => new Number(x.Value - y.Value),
        (_, Negate n) => new Binary('+', a, n.X),
        _ => new Binary('-', a, b),
    };

    public static Expr operator *(Expr a, Expr b) => (a, b) switch
    {
        (Number { Value: 0 }, _) or (_, Number { Value: 0 }) => Zero,
        (Number { Value: 1 }, _) => b,
        (_, Number { Value: 1 }) => a,
        (Number { Value: -1 }, _) => -b,
        (_, Number { Value: -1 }) => -a,
        (Number x, Number y) => new Number(x.Value * y.Value),
        (Negate m, Negate n) => m.X * n.X,
        (Negate n, _) => -(n.X * b),
        (_, Negate n) => -(a * n.X),
        _ => new Binary('*', a, b),
    };

    public static Expr operator /(Expr a, Expr b) => (a, b) switch
    {
        (Number { Value: 0 }, _) => Zero,
        (_, Number { Value: 1 }) => a,
        (Number x, Number y) when y.Value != 0 => new Number(x.Value / y.Value),
        (Negate n, _) => -(n.X / b),
        _ => new Binary('/', a, b),
    };

    public static Expr operator -(Expr a) => a switch
    {
        Number n => new Number(-n.Value),
        Negate n => n.X,
        _ => new Negate(a),
    };

    public static Expr Exp(Expr x) => x is Number { Value: 0 } ? One : new Call("Exp", EquatableArray.Of(x));

    public static Expr Function(string name, params Expr[] arguments) => new Call(name, EquatableArray.Of(arguments));

    /// <summary>The expression with every argument replaced.</summary>
    public Expr Replace(Func<Argument, Expr> replacement) => this switch
    {
        Argument a => replacement(a),
        Number => this,
        Negate n => -n.X.Replace(replacement),
        Binary b => (b.Operator, b.A.Replace(replacement), b.B.Replace(replacement)) switch
        {
            ('+', var x, var y) => x + y,
            ('-', var x, var y) => x - y,
            ('*', var x, var y) => x * y,
            (_, var x, var y) => x / y,
        },
        Call c => new Call(c.Name, c.Arguments.Select(x => x.Replace(replacement)).ToEquatableArray()),
        _ => throw new InvalidOperationException(ToString()),
    };

    /// <summary>The names of the arguments, in order of appearance, each once.</summary>
    public IReadOnlyList<string> ArgumentNames()
    {
        List<string> names = [];
        Add(this);
        return names;

        void Add(Expr f)
        {
            switch (f)
            {
                case Argument a when !names.Contains(a.Name):
                    names.Add(a.Name);
                    break;
                case Negate n:
                    Add(n.X);
                    break;
                case Binary b:
                    Add(b.A);
                    Add(b.B);
                    break;
                case Call c:
                    foreach (Expr argument in c.Arguments)
                    {
                        Add(argument);
                    }

                    break;
            }
        }
    }

    /// <summary>A constant of the declaration.</summary>
    public sealed record Number(double Value) : Expr;

    /// <summary>An input, a parameter, or a tile, by name.</summary>
    public sealed record Argument(string Name) : Expr;

    /// <summary>-x.</summary>
    public sealed record Negate(Expr X) : Expr;

    /// <summary>a + b, a - b, a * b, a / b.</summary>
    public sealed record Binary(char Operator, Expr A, Expr B) : Expr;

    /// <summary>A function of the number interface; <c>Less(a, b, then, otherwise)</c> is the conditional.</summary>
    public sealed record Call(string Name, EquatableArray<Expr> Arguments) : Expr;
}
