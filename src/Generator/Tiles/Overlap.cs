namespace AttentionDsl.Generator;

/// <summary>
/// An order of a walk's statements in which tensor cores have work while threads have other work: products of strips begin as soon as what they multiply is there, the first of them
/// first, and are waited for where their sums are used. Meanwhile the state decays, what is handed on leaves, and the next chunk is fetched.
/// </summary>
internal sealed class Overlap
{
    private readonly List<Statement> statements;
    private readonly bool[] begins;
    private readonly List<int>[] before;
    private readonly bool[] isDone;
    private readonly ISet<string> strips;

    // How many products and systems come one after the other from a statement on, itself not among them.
    private readonly int[] heights;

    // Products that were begun and perhaps are not there.
    private readonly List<int> begun = [];

    private Overlap(List<Statement> statements, Pass pass)
    {
        this.statements = statements;
        strips = pass.Strips;
        begins = [.. statements.Select(x => Begins(x, pass.Strips, pass.Factors, pass.Rooms))];
        isDone = new bool[statements.Count];
        Uses[] uses = [.. Uses.Of(statements)];
        before = [.. uses.Select((x, i) => Enumerable.Range(0, i).Where(y => uses[y].Precede(x) || TakesPlaceOf(statements[i], statements[y], pass.Given[0])).ToList())];
        heights = new int[statements.Count];
        for (int i = statements.Count - 1; i > 0; i--)
        {
            int height = heights[i] + (begins[i] || statements[i] is CallStatement { Method: InverseForm.Apply or InverseForm.ApplyTransposed } ? 1 : 0);
            before[i].ForEach(x => heights[x] = Math.Max(heights[x], height));
        }
    }

    /// <summary>The walk in such an order; as it is if it has no strips, or columns that are not computed in every chunk.</summary>
    public static Pass Of(Pass pass)
    {
        if (pass.Strips.Count == 0 || SteadyColumns.Of(pass.Statements).Count > 0)
        {
            return pass;
        }

        List<Statement> statements = [.. Split([.. Apart(pass.Statements, pass.Given[0])])];
        return pass.Rewritten(Titled(statements, new Overlap(statements, pass).Order()));
    }

    /// <summary>True for a product whose sums stand in registers, and whose left factor the tensor cores may read by themselves: threads need not wait for it.</summary>
    public static bool Begins(Statement statement, ISet<string> strips, ISet<string> factors, ISet<string> rooms) =>
        statement is CallStatement { Method: "Product" or "TransposedProduct" } x && strips.Contains(x.Written[0].Name) && !factors.Contains(x.Written[0].Name) && rooms.Contains(x.Arguments[0].Name);

    /// <summary>The right factor of a product: where it is a strip nobody else may touch it before the product is there.</summary>
    public static Tile Right(Statement product) => ((CallStatement)product).Arguments[1];

    /// <summary>A state's decay, and what is written to it.</summary>
    private static IEnumerable<Statement> Split(IReadOnlyList<Statement> statements)
    {
        int walk = statements.FirstIndex(x => x is CallStatement { Method: "DecayAndWrite" });
        if (walk < 0)
        {
            return statements;
        }

        var whole = (CallStatement)statements[walk];
        string write = whole.Equation;
        List<Statement> split = [.. statements];
        int copy = statements.FirstIndex(x => x is CallStatement { Method: "Copy" } && x.Results.SequenceEqual(whole.Written));
        if (copy >= 0 && statements[copy].Equation.LastIndexOf('\n') is var end and > 0)
        {
            write = statements[copy].Equation.Substring(end + 1);
            split[copy] = statements[copy] with { Equation = statements[copy].Equation.Substring(0, end) };
        }

        split[walk] = new CallStatement(whole.Written, "TransposedProduct", EquatableArray.Of([whole.Arguments[1], whole.Arguments[2]]), null, Into.Add, write);
        split.Insert((copy >= 0 ? copy : walk - 1) + 1, new CallStatement(whole.Written, "DecayRows", EquatableArray.Of(whole.Arguments[0]), null, null, ""));
        return split;
    }

    /// <summary>The state before a chunk leaves as it is, rounded on its way, and not as the factor that products read meanwhile.</summary>
    private static IEnumerable<Statement> Apart(IReadOnlyList<Statement> statements, Tile state)
    {
        Tile[] twins = [.. statements.OfType<CallStatement>().Where(x => x.Method == "Copy" && x.Arguments[0] == state && x.Written[0].Name == state.Name + "Factor").SelectMany(x => x.Written)];
        return statements.Select(x => x is StoreStatement store && twins.Contains(store.X) ? store with { X = state } : x);
    }

    /// <summary>True if a statement gives the state's storage to the next state, which another statement still reads.</summary>
    private static bool TakesPlaceOf(Statement statement, Statement other, Tile state) =>
        statement is CallStatement { Method: "Copy", Into: Into.Set } copy && copy.Arguments[0] == state && copy.Written[0].Name != state.Name + "Factor" && other.Reads.Contains(state);

    private List<int> Order()
    {
        var order = new List<int>();
        while (order.Count < statements.Count)
        {
            int next = Next();
            if (begins[next])
            {
                begun.Add(next);
            }
            else if (begun.Exists(x => Waits(next, x)))
            {
                // By the time that it is done the others are there, too.
                begun.Clear();
            }

            isDone[next] = true;
            order.Add(next);
        }

        return order;
    }

    /// <summary>
    /// The next statement: what leads to a product that can begin without waiting for another, first of all to those that most hangs on; then whatever need not wait. A product that less hangs on
    /// stands back where the next of the others waits for nothing but products that were begun: the tensor cores take one after the other.
    /// </summary>
    private int Next()
    {
        int[] ready = [.. Enumerable.Range(0, statements.Count).Where(x => !isDone[x] && before[x].TrueForAll(y => isDone[y]))];
        int[] free = Array.FindAll(ready, x => !begins[x] && !begun.Exists(y => Waits(x, y)));
        (int Product, HashSet<int> Needed)[] next =
        [
            .. Enumerable.Range(0, statements.Count).Where(x => begins[x] && !isDone[x]).Select(x => (x, Needed(x))).Where(x => x.Item2.All(y => y == x.x || !begins[y])).OrderByDescending(x => heights[x.x]),
        ];
        foreach ((int product, HashSet<int> needed) in next)
        {
            if (heights[product] < heights[next[0].Product] || needed.Any(x => begun.Exists(y => Waits(x, y))))
            {
                continue;
            }

            // What leads to another product, and would wait for this one, comes first.
            Tile right = Right(statements[product]);
            int[] others = Array.FindAll(free, x => strips.Contains(right.Name) && statements[x].Reads.Contains(right) && heights[x] > 0);
            return needed.Count > 1 ? free.First(needed.Contains) : others.Length > 0 ? others[0] : product;
        }

        return free.Concat(ready.OrderBy(x => begins[x] ? 1 : 0).ThenByDescending(x => heights[x])).First();
    }

    private HashSet<int> Needed(int product)
    {
        HashSet<int> needed = [product];
        Need(product, needed);
        return needed;
    }

    private void Need(int statement, HashSet<int> needed)
    {
        foreach (int other in before[statement].Where(x => !isDone[x] && needed.Add(x)))
        {
            Need(other, needed);
        }
    }

    /// <summary>True if a statement waits for a product that was begun: only another product may add to the same sums, or read the same right factor.</summary>
    private bool Waits(int statement, int product)
    {
        Tile result = statements[product].Results.Single(), right = Right(statements[product]);
        return statements[statement].Reads.Contains(result)
            || (!begins[statement] && statements[statement].Results.Concat(statements[statement].Reads).Any(x => x == result || (x == right && strips.Contains(x.Name))));
    }

    /// <summary>The statements in an order; one that no longer stands under its equation says which it belongs to.</summary>
    private static IEnumerable<Statement> Titled(IReadOnlyList<Statement> statements, IEnumerable<int> order)
    {
        string[] titles = new string[statements.Count];
        for (int i = 0; i < titles.Length; i++)
        {
            titles[i] = statements[i].Equation.Length != 0 || i == 0 ? statements[i].Equation : titles[i - 1];
        }

        string last = "";
        foreach (int i in order)
        {
            string title = statements[i] is StoreStatement { X: var x } ? $"{x.Name} leaves" : titles[i];
            yield return statements[i].Equation.Length == 0 && title != last ? statements[i] with { Equation = title == titles[i] ? title + " (further)" : title } : statements[i];
            last = title;
        }
    }
}
