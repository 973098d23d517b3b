namespace AttentionDsl.Generator.Tests.Tiles;

public class OverlapTests
{
    private static readonly Tile State = new("S", Dim.Key, Dim.Value), Twin = new("SFactor", Dim.Key, Dim.Value), Next = new("SNext", Dim.Key, Dim.Value), Decay = new("g", Dim.One, Dim.One);

    /// <summary>Products begin one after the other; the state leaves, and decays, while they are under way, and the output leaves once its sums are there.</summary>
    [Fact]
    public void What_waits_for_no_product_stands_behind_those_that_are_begun()
    {
        Tile k = Rows("k"), q = Rows("q"), v = Values("v"), right = Values("right"), u = Values("u"), o = Values("o");
        Pass walk = Walk(
            [k, q, v, Decay],
            Call(Twin, "Copy", [State], Into.Set, "SFactor = S"),
            new StoreStatement(Twin, "S"),
            Call(right, "Copy", [v], Into.Set, "right = v - k S"),
            Call(right, "Product", [k, Twin], Into.Subtract),
            Call(u, "ScaleRows", [right, new Tile("beta", Dim.Token, Dim.One)], null, "u = beta * right"),
            Call(o, "Product", [q, Twin], Into.Set, "o = q S"),
            Call(Next, "Copy", [State], Into.Set, "SNext = exp(g) S\nSNext += k^T u"),
            Call(Next, "DecayAndWrite", [Decay, k, u], null),
            new StoreStatement(o, "Output"));
        Assert.Equal(
            ["Copy SFactor", "Copy right", "Product right", "Product o", "S leaves", "Copy SNext", "DecayRows SNext", "ScaleRows u", "TransposedProduct SNext", "o leaves"],
            Overlap.Of(walk).Statements.Select(x => x is StoreStatement store ? $"{store.X.Name} leaves" : $"{((CallStatement)x).Method} {x.Results.Single().Name}"));
    }

    [Fact]
    public void A_statement_away_from_its_equation_says_which_it_belongs_to()
    {
        Tile k = Rows("k"), q = Rows("q"), right = Values("right"), o = Values("o");
        Pass walk = Walk(
            [k, q, Decay],
            Call(Twin, "Copy", [State], Into.Set, "SFactor = S"),
            Call(right, "Product", [k, Twin], Into.Set, "right = beta * (k S)"),
            Call(right, "ScaleRows", [right, new Tile("beta", Dim.Token, Dim.One)], null),
            Call(o, "Product", [q, Twin], Into.Set, "o = q S"),
            Call(Next, "Copy", [State], Into.Set, "SNext = exp(g) S\nSNext += k^T right"),
            Call(Next, "DecayAndWrite", [Decay, k, right], null));
        Assert.Equal(
            ["SFactor = S", "right = beta * (k S)", "o = q S", "SNext = exp(g) S", "", "right = beta * (k S) (further)", "SNext += k^T right"],
            Overlap.Of(walk).Statements.Select(x => x.Equation));
    }

    /// <summary>A walk whose sums are exact.</summary>
    private static Pass Walk(Tile[] fetched, params Statement[] statements)
    {
        Tile[] sums = [.. statements.OfType<CallStatement>().Where(x => x.Method == "Product").SelectMany(x => x.Written)];
        IEnumerable<Statement> loads = fetched.Select(x => new LoadStatement(x, x.Name, false, "") { Fetched = true });
        return new Pass([.. loads, new ArriveStatement(), .. statements], [Next], [Next, .. sums], [State]).InOrder(_ => true, strips: true);
    }

    private static CallStatement Call(Tile result, string method, Tile[] arguments, Into? into, string equation = "") =>
        new(EquatableArray.Of(result), method, EquatableArray.Of(arguments), null, into, equation);

    private static Tile Rows(string name) => new(name, Dim.Token, Dim.Key);

    private static Tile Values(string name) => new(name, Dim.Token, Dim.Value);
}
