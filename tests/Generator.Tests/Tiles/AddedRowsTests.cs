namespace AttentionDsl.Generator.Tests.Tiles;

public class AddedRowsTests
{
    /// <summary>A row that is added to two sums, each time by another factor: neither column takes the other's place.</summary>
    [Fact]
    public void Columns_of_one_row_have_names_of_their_own()
    {
        Tile row = Rows("x"), first = Rows("dq"), second = Rows("dk"), g = Column("g"), beta = Column("beta");
        IReadOnlyList<Statement> joined = AddedRows.Joined([Product(first), Product(second), Added(first, g, g), Added(second, g, beta)]);
        CallStatement[] added = [.. joined.OfType<CallStatement>().Where(x => x.Method == AddedRows.Method)];
        Assert.Equal(["xFactor", "xFactor2"], added.Select(x => x.Arguments[1].Name));
        Assert.All(added, x => Assert.Single(joined, y => y.Results.Contains(x.Arguments[1])));

        CallStatement Product(Tile sum) => new(EquatableArray.Of(sum), "Product", EquatableArray.Of(Rows("a"), Rows("b")), null, Into.Set, "");

        LoopStatement Added(Tile sum, Tile x, Tile y) =>
            new(EquatableArray.Of(new Store(sum, Into.Add, ProgramBuilder.Name(x) * ProgramBuilder.Name(y) * ProgramBuilder.Name(row))), EquatableArray.Of([row, .. new[] { x, y }.Distinct()]), "");
    }

    private static Tile Rows(string name) => new(name, Dim.Token, Dim.Key);

    private static Tile Column(string name) => new(name, Dim.Token, Dim.One);
}
