namespace AttentionDsl.Generator;

/// <summary>Cumulative log decays of a chunk, one side of the state (keys or values).</summary>
/// <param name="PerHead">True if all channels share one decay.</param>
/// <param name="AtWrites">G at the rows that write.</param>
/// <param name="AtErase">E, at the rows that erase: G, or G - g where the erase comes before the decay.</param>
/// <param name="AtReads">Q, at the tokens that read: G, or G - g where the read comes before the decay.</param>
/// <param name="Last">G of the whole chunk, one row.</param>
internal sealed record ChunkDecay(bool PerHead, Tile AtWrites, Tile AtErase, Tile AtReads, Tile Last)
{
    public static ChunkDecay? From(StateUpdate update, Quantity? quantity, ProgramBuilder builder)
    {
        if (quantity is null)
        {
            return null;
        }

        Tile g = builder.Of(quantity);
        string name = g.Name == "g" ? "G" : "Gv";
        Tile cumulative = builder.Unary(UnaryKind.CumulativeSum, name, Dim.Token, g.Columns, g, $"{name}_i = sum of {g.Name} up to token i");
        Tile Before() => builder.Map(
            name + "Before", Dim.Token, g.Columns, ProgramBuilder.Name(cumulative) - ProgramBuilder.Name(g), $"{name}Before = {name} - {g.Name}: without the token's own decay");

        Tile? before = update.ReadBeforeWrite || update.EraseBeforeDecay ? Before() : null;
        Tile last = builder.Unary(UnaryKind.LastRow, name + "Last", Dim.One, g.Columns, cumulative, $"{name}Last = {name} of the whole chunk");
        Tile atWrites = builder.AtUpdates(cumulative);
        return new ChunkDecay(
            g.Columns == Dim.One,
            atWrites,
            update.EraseBeforeDecay ? before! : atWrites,
            update.ReadBeforeWrite ? before! : cumulative,
            last);
    }
}
