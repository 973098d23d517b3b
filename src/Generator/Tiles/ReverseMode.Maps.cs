namespace AttentionDsl.Generator;

/// <content>Elementwise maps: gradients of one shape by a loop, those of broadcast arguments by sums over what they were broadcast to.</content>
internal sealed partial class ReverseMode
{
    private readonly HashSet<string> dotted = [];

    private void DifferentiateMap(Map map, Tile d)
    {
        var stores = new List<Store>();
        var reduced = new List<(Tile Argument, Tile Contribution)>();
        var dots = new List<(Tile Argument, RowDot Dot)>();
        Dictionary<string, Tile> tiles = map.Arguments.Append(map.Result).Append(d).GroupBy(x => x.Name).ToDictionary(x => x.Key, x => x.First());
        Expr upstream = new Expr.Argument(d.Name);
        foreach (Tile argument in map.Arguments)
        {
            if (!differentiable.Contains(argument.Name))
            {
                continue;
            }

            Expr derivative = map.Value.By(argument.Name), contribution = upstream * derivative;
            if (contribution == Expr.Zero)
            {
                continue;
            }

            if (argument.Rows == map.Result.Rows && argument.Columns == map.Result.Columns)
            {
                stores.Add(StoreTo(argument, contribution));
            }
            else if (contribution == upstream)
            {
                reduced.Add((argument, d));
            }
            else if (argument.Columns != map.Result.Columns && (RowDot.Of(contribution, tiles, map.Result) ?? OfValue(derivative, map, d)) is RowDot dot)
            {
                dots.Add((argument, dot));
            }
            else
            {
                // A broadcast argument collects the sum over what it was broadcast to.
                var each = new Tile($"d{argument.Name}Of{map.Result.Name}", map.Result.Rows, map.Result.Columns);
                stores.Add(new Store(each, Into.Set, contribution));
                reduced.Add((argument, each));
            }
        }

        AddLoop(stores, tiles.Values);
        foreach ((Tile argument, Tile contribution) in reduced)
        {
            bool rows = argument.Rows == Dim.One && map.Result.Rows != Dim.One, columns = argument.Columns == Dim.One && map.Result.Columns != Dim.One;
            string method = rows && columns ? "Sum" : rows ? "ColumnSum" : "RowSum";
            string over = rows && columns ? "all of" : rows ? "the rows of" : "the columns of";
            ContributeCall(argument, false, method, [contribution], $"sum over {over} {contribution.Name}");
        }

        ContributeDots(map, dots, tiles);
    }

    /// <summary>Where the derivative is the value itself (or its negative), as an exponential's is, it need not be computed again.</summary>
    private static RowDot? OfValue(Expr derivative, Map map, Tile d) =>
        derivative == map.Value ? new RowDot(d, map.Result, Expr.One, false)
        : derivative == -map.Value ? new RowDot(d, map.Result, Expr.One, true)
        : null;

    /// <summary>Gradients whose contribution, summed along rows, is a product with factors that are constant along a row: the sum comes first.</summary>
    private void ContributeDots(Map map, List<(Tile Argument, RowDot Dot)> dots, Dictionary<string, Tile> tiles)
    {
        var stores = new List<Store>();
        var columns = new Dictionary<string, Tile>(tiles);
        var sums = new List<(Tile Argument, bool Negative, Tile Column)>();
        foreach ((Tile argument, RowDot dot) in dots)
        {
            bool alone = dots.Count(x => x.Dot.Name == dot.Name) == 1 && !dotted.Contains(dot.Name);
            if (alone && dot.Factor == Expr.One && argument.Rows == map.Result.Rows)
            {
                ContributeCall(argument, dot.Negative, dot.Method, dot.Arguments, dot.Equation);
                continue;
            }

            var column = new Tile(dot.Name, map.Result.Rows, Dim.One);
            if (dotted.Add(dot.Name))
            {
                statements.Add(Call(column, dot.Method, dot.Arguments, null, Into.Set, $"{column.Name}_i = {dot.Equation}"));
            }

            columns[column.Name] = column;
            Expr contribution = dot.Factor * new Expr.Argument(column.Name);
            if (argument.Rows == map.Result.Rows)
            {
                stores.Add(StoreTo(argument, dot.Negative ? -contribution : contribution));
            }
            else
            {
                // One number for all rows: the sum over the rows comes last.
                Tile each = dot.Factor == Expr.One ? column : new Tile($"d{argument.Name}Of{map.Result.Name}", map.Result.Rows, Dim.One);
                if (each != column)
                {
                    stores.Add(new Store(each, Into.Set, contribution));
                }

                sums.Add((argument, dot.Negative, each));
            }
        }

        AddLoop(stores, columns.Values);
        foreach ((Tile argument, bool negative, Tile column) in sums)
        {
            ContributeCall(argument, negative, "Sum", [column], $"sum over all of {column.Name}");
        }
    }

    private Store StoreTo(Tile argument, Expr contribution)
    {
        bool negative = contribution is Expr.Negate && started.Contains(argument.Name);
        Into into = started.Add(argument.Name) ? Into.Set : negative ? Into.Subtract : Into.Add;
        return new Store(GradientOf(argument), into, negative ? ((Expr.Negate)contribution).X : contribution);
    }

    private void AddLoop(List<Store> stores, IEnumerable<Tile> tiles)
    {
        if (stores.Count > 0)
        {
            IEnumerable<Tile> arguments = tiles.Where(x => stores.Any(s => s.Value.ArgumentNames().Contains(x.Name)));
            string equation = string.Join("\n", stores.Select(x => $"{x.Result.Name} {Statement.Sign(x.Into)} {ExprPrinter.Equation(x.Value)}"));
            statements.Add(new LoopStatement(stores.ToEquatableArray(), arguments.ToEquatableArray(), equation));
        }
    }
}
