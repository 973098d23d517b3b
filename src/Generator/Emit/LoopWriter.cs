namespace AttentionDsl.Generator;

/// <summary>
/// Writes an elementwise loop; what is used several times is computed once, in a local, and what is the same for all columns of a row
/// (or for all rows) once a row (or once).
/// </summary>
internal sealed class LoopWriter
{
    private readonly Dictionary<Expr, int> counts = [];
    private readonly Dictionary<Expr, string> locals = [];
    private readonly HashSet<string> names = [];
    private readonly HashSet<string> tiles;
    private readonly HashSet<string> columns;
    private readonly HashSet<string> rows;
    private readonly HashSet<string> numbers;
    private readonly SourceWriter writer;

    private LoopWriter(SourceWriter writer, LoopStatement loop)
    {
        this.writer = writer;
        tiles = new HashSet<string>(loop.Arguments.Select(x => x.Name));
        numbers = new HashSet<string>(loop.Arguments.Where(x => x.Rows == Dim.One && x.Columns == Dim.One).Select(x => x.Name));
        columns = new HashSet<string>(loop.Arguments.Where(x => x.Columns == Dim.One).Select(x => x.Name));
        rows = new HashSet<string>(loop.Arguments.Where(x => x.Rows == Dim.One).Select(x => x.Name));
    }

    public static void Write(SourceWriter writer, LoopStatement loop) => new LoopWriter(writer, loop).Write(loop);

    private void Write(LoopStatement loop)
    {
        foreach (Store store in loop.Stores)
        {
            Count(store.Value);
        }

        string shape = loop.Stores[0].Result.Name;
        foreach (string name in loop.Stores.SelectMany(x => x.Value.ArgumentNames()).Distinct().Where(x => !tiles.Contains(x)))
        {
            string value = name switch { "scale" => "sizes.Scale", "head" => "at.Head", _ => "at.Heads" };
            writer.Line($"TNumber {Local(new Expr.Argument(name), name)} = TNumber.Constant({value});");
        }

        // A column's value is the same in every column of the loop; where the loop has one column itself there is nothing to save.
        bool single = loop.Stores[0].Result.Columns == Dim.One;
        foreach (Store store in loop.Stores.Where(_ => loop.Stores[0].Result.Rows != Dim.One || !single))
        {
            DeclareConstant(store.Value, a => numbers.Contains(a) || !tiles.Contains(a));
        }

        // A device works these out anew wherever they are asked for.
        string down = Unique("down"), across = Unique("across"), first = Unique("first");
        writer.Line($"int {down} = {shape}.RowStep, {across} = {shape}.ColumnStep, {first} = {shape}.FirstColumn;");
        writer.Line($"for (int i = {shape}.FirstRow; {shape}.HasRow(i); i += {down})");
        writer.Open();
        foreach (Store store in loop.Stores.Where(_ => !single))
        {
            DeclareConstant(store.Value, a => columns.Contains(a) || !tiles.Contains(a));
        }

        writer.Line($"for (int j = {first}; {shape}.HasColumn(j); j += {across})");
        writer.Open();
        foreach (Store store in loop.Stores)
        {
            DeclareRepeated(store.Value);
        }

        foreach (Store store in loop.Stores)
        {
            string name = store.Result.Name, value = Code(store.Value);
            writer.Line(store.Into switch
            {
                Into.Set => $"{name}.Store(i, j, {value});",
                Into.Add => $"{name}.Store(i, j, {name}.Load(i, j) + {Factor(store.Value, value)});",
                _ => $"{name}.Store(i, j, {name}.Load(i, j) - {Factor(store.Value, value)});",
            });
        }

        WriteLast("ColumnsInOneTurn");
        WriteLast("RowsInOneTurn");

        void WriteLast(string once)
        {
            writer.Line($"if ({shape}.{once})");
            writer.Open();
            writer.Line("break;");
            writer.Close();
            writer.Close();
        }
    }

    private static string Factor(Expr value, string text) => value is Expr.Binary { Operator: '+' or '-' } or Expr.Negate ? $"({text})" : text;

    private static IEnumerable<Expr> Children(Expr f) => f switch
    {
        Expr.Negate n => [n.X],
        Expr.Binary b => [b.A, b.B],
        Expr.Call c => c.Arguments,
        _ => [],
    };

    private void Count(Expr f)
    {
        counts[f] = counts.TryGetValue(f, out int count) ? count + 1 : 1;
        if (count == 0)
        {
            foreach (Expr child in Children(f))
            {
                Count(child);
            }
        }
    }

    private void DeclareRepeated(Expr f)
    {
        if (f is Expr.Number || locals.ContainsKey(f))
        {
            return;
        }

        foreach (Expr child in Children(f))
        {
            DeclareRepeated(child);
        }

        if (counts[f] > 1)
        {
            Declare(f, "_ij");
        }
    }

    /// <summary>Declares the largest parts of an expression that only read what is constant where the text stands.</summary>
    private void DeclareConstant(Expr f, Func<string, bool> constant)
    {
        if (f is Expr.Number || locals.ContainsKey(f))
        {
            return;
        }

        if (f.ArgumentNames().All(constant))
        {
            Declare(f, "_i");
            return;
        }

        foreach (Expr child in Children(f))
        {
            DeclareConstant(child, constant);
        }
    }

    private void Declare(Expr f, string suffix)
    {
        string value = Code(f);
        string name = f switch
        {
            Expr.Argument a => a.Name + suffix,
            Expr.Call c => char.ToLowerInvariant(c.Name[0]) + c.Name.Substring(1),
            Expr.Binary { Operator: '*' } => "product",
            Expr.Binary { Operator: '/' } => "quotient",
            _ => "sum",
        };
        writer.Line($"TNumber {Local(f, name)} = {value};");
    }

    private string Local(Expr f, string name)
    {
        string unique = Unique(name);
        locals.Add(f, unique);
        return unique;
    }

    private string Unique(string name)
    {
        string unique = name;
        for (int i = 2; tiles.Contains(unique) || !names.Add(unique); i++)
        {
            unique = name + i;
        }

        return unique;
    }

    private string Code(Expr f) => ExprPrinter.Code(
        f, "TNumber", e => locals.TryGetValue(e, out string? local) ? local : e is Expr.Argument a ? Read(a.Name) : null);

    // One column is spread over the others, one row is every row.
    private string Read(string tile) =>
        $"{tile}.{(columns.Contains(tile) ? "Spread" : "Load")}({(rows.Contains(tile) ? "0" : "i")}, {(columns.Contains(tile) ? "0" : "j")})";
}
