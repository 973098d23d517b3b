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
                write.Program(Updated(update, write), null, perUpdate: true),
                read.Program(read.State, Read(update, read, read.State, null), perUpdate: false),
            ];
            return parts.ToEquatableArray();
        }

        var builder = new ProgramBuilder(update, chunk: false);
        WriteRule rule = WriteRule.From(update, builder);
        Tile before = builder.State;

        // Whoever reads the state before its decay comes first: the rest may then work in the state's own storage.
        Tile? output = update.ReadBeforeWrite ? Read(update, builder, before, rule) : null;
        Seen? early = update.EraseBeforeDecay ? Answers(builder, rule, before) : null;
        Tile kept = Decayed(update, builder, "SKept");
        Tile after = Written(builder, rule, early ?? Answers(builder, rule, kept), kept);
        return EquatableArray.Of(builder.Program(after, output ?? Read(update, builder, after, null), perUpdate: false));
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

    private static Tile Updated(StateUpdate update, ProgramBuilder builder)
    {
        WriteRule rule = WriteRule.From(update, builder);
        return Written(builder, rule, Answers(builder, rule, builder.State), builder.State);
    }

    /// <summary>What a write takes from the state it sees: U = vw - S^T c; Z = S^T a.</summary>
    private static Seen Answers(ProgramBuilder builder, WriteRule rule, Tile seen)
    {
        Dim columns = builder.StateColumns;
        Tile u = rule.Erase is not Tile c ? rule.Written : builder.Add(new Sum(
            new Tile("U", Dim.One, columns),
            EquatableArray.Of(new Term(TermKind.Tile, false, rule.Written), new Term(TermKind.Product, true, c, seen)),
            $"U = {rule.Written.Name} - {seen.Name}^T {c.Name}"));
        Tile? z = rule.Read is not Tile a ? null : builder.Add(new Sum(
            new Tile("Z", Dim.One, columns), EquatableArray.Of(new Term(TermKind.Product, false, a, seen)), $"Z = {seen.Name}^T a"));
        return new Seen(u, z);
    }

    private static Tile Written(ProgramBuilder builder, WriteRule rule, Seen seen, Tile kept)
    {
        var terms = new List<Term> { new(TermKind.Tile, false, kept), new(TermKind.TransposedProduct, false, rule.Key, seen.U) };
        string text = $"{kept.Name} + k {seen.U.Name}^T";
        if (seen.Z is Tile z)
        {
            terms.Add(new Term(TermKind.TransposedProduct, false, rule.Write!, z));
            text += " + b Z^T";
        }

        return builder.Add(new Sum(new Tile("SNext", Dim.Key, builder.StateColumns), terms.ToEquatableArray(), $"SNext = {text}"));
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

    /// <summary>What a write takes from the state it sees.</summary>
    /// <param name="U">What the key writes.</param>
    /// <param name="Z">What the general rule's b writes; null if there is none.</param>
    private sealed record Seen(Tile U, Tile? Z);
}
