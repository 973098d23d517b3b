namespace AttentionDsl.Generator;

/// <summary>
/// The recurrent step: the plain recurrence, one token. Where a token updates the state once it is one program; with several updates
/// it is three: decay (once), update (for each), read (once).
/// </summary>
internal static class StepProgram
{
    public static EquatableArray<TileProgram> From(StateUpdate update)
    {
        if (update.SeveralUpdates)
        {
            var decay = new ProgramBuilder(update, chunk: false);
            var write = new ProgramBuilder(update, chunk: false);
            var read = new ProgramBuilder(update, chunk: false);
            TileProgram[] parts =
            [
                .. Decayed(update, decay, "SNext") is Tile decayed && decayed != decay.State ? [decay.Program(decayed, null, perUpdate: false)] : Array.Empty<TileProgram>(),
                write.Program(Written(update, write, WriteRule.From(update, write), write.State, write.State), null, perUpdate: true),
                read.Program(read.State, Read(update, read, read.State, null), perUpdate: false),
            ];
            return parts.ToEquatableArray();
        }

        var builder = new ProgramBuilder(update, chunk: false);
        WriteRule rule = WriteRule.From(update, builder);
        Tile before = builder.State;
        Tile kept = Decayed(update, builder, "SKept");
        Tile after = Written(update, builder, rule, update.EraseBeforeDecay ? before : kept, kept);
        Tile output = update.ReadBeforeWrite ? Read(update, builder, before, rule) : Read(update, builder, after, null);
        return EquatableArray.Of(builder.Program(after, output, perUpdate: false));
    }

    /// <summary>exp(g) S exp(gv).</summary>
    private static Tile Decayed(StateUpdate update, ProgramBuilder builder, string name)
    {
        Expr kept = ProgramBuilder.Name(builder.State);
        string text = "S";
        if (builder.Optional(update.KeyDecay) is Tile g)
        {
            Tile column = g.Columns == Dim.One ? g : builder.Unary(UnaryKind.Transpose, "gKept", Dim.Key, Dim.One, g, "gKept = g as a column");
            kept = Expr.Exp(ProgramBuilder.Name(column)) * kept;
            text = "exp(g) " + text;
        }

        if (builder.Optional(update.ValueDecay) is Tile gv)
        {
            kept = kept * Expr.Exp(ProgramBuilder.Name(gv));
            text += " exp(gv)";
        }

        return kept == ProgramBuilder.Name(builder.State) ? builder.State : builder.Map(name, Dim.Key, builder.StateColumns, kept, $"{name} = {text}");
    }

    private static Tile Written(StateUpdate update, ProgramBuilder builder, WriteRule rule, Tile seen, Tile kept)
    {
        Tile u = rule.Written;
        Dim columns = builder.StateColumns;
        var terms = new List<Term> { new(TermKind.Tile, false, kept) };
        if (rule.Erase is Tile c)
        {
            u = builder.Add(new Sum(
                new Tile("U", Dim.One, columns),
                EquatableArray.Of(new Term(TermKind.Tile, false, rule.Written), new Term(TermKind.Product, true, c, seen)),
                $"U = {rule.Written.Name} - {seen.Name}^T {c.Name}"));
        }

        terms.Add(new Term(TermKind.TransposedProduct, false, rule.Key, u));
        string text = $"{kept.Name} + k {u.Name}^T";
        if (rule.Read is Tile a)
        {
            Tile z = builder.Add(new Sum(new Tile("Z", Dim.One, columns), EquatableArray.Of(new Term(TermKind.Product, false, a, seen)), $"Z = {seen.Name}^T a"));
            terms.Add(new Term(TermKind.TransposedProduct, false, rule.Write!, z));
            text += " + b Z^T";
        }

        return builder.Add(new Sum(new Tile("SNext", Dim.Key, columns), terms.ToEquatableArray(), $"SNext = {text}"));
    }

    private static Tile Read(StateUpdate update, ProgramBuilder builder, Tile state, WriteRule? current)
    {
        Tile q = builder.Of(update.Query);
        Dim columns = update.Swapped ? Dim.Key : builder.StateColumns;
        var terms = new List<Term> { new(update.Swapped ? TermKind.ProductTransposed : TermKind.Product, false, q, state) };
        string text = update.Swapped ? $"{state.Name} q" : $"{state.Name}^T q";
        if (current is not null && update.Bonus is Quantity bonus)
        {
            Expr product = ProgramBuilder.Name(q) * ProgramBuilder.Name(builder.Of(bonus)) * ProgramBuilder.Name(current.Key);
            Tile own = builder.Unary(UnaryKind.RowSum, "own", Dim.One, Dim.One, builder.Map("qku", Dim.One, Dim.Key, product), "own = q . (u k)");
            Tile write = builder.Map("current", Dim.One, columns, ProgramBuilder.Name(own) * ProgramBuilder.Name(current.Written));
            terms.Add(new Term(TermKind.Tile, false, write));
            text += " + (q . u k) vw";
        }

        Tile read = builder.Add(new Sum(new Tile(OutputGate.ReadName(update), Dim.One, columns), terms.ToEquatableArray(), $"{OutputGate.ReadName(update)} = {text}"));
        return OutputGate.Apply(update, builder, read);
    }
}
