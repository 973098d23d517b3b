namespace AttentionDsl.Generator;

/// <summary>
/// What a token writes and erases, in the algebra's vectors, the same in the chunk form and in the recurrent step:
/// Hebbian S + k vw^T; delta S + k (vw - S^T c)^T; general S + b (S^T a)^T + k vw^T.
/// </summary>
/// <param name="Key">k.</param>
/// <param name="Written">vw: the value times write strength and write gate (and a column of ones for the normaliser).</param>
/// <param name="Erase">c: the key (or erase key) times write strength and erase gate; null if nothing is erased.</param>
/// <param name="Read">a of the general rule.</param>
/// <param name="Write">b of the general rule.</param>
internal sealed record WriteRule(Tile Key, Tile Written, Tile? Erase, Tile? Read, Tile? Write)
{
    public static WriteRule From(StateUpdate update, ProgramBuilder builder)
    {
        Tile k = builder.Of(update.Key), v = builder.Of(update.Value);
        Tile? beta = builder.Optional(update.Strength), gate = builder.Optional(update.WriteGate);
        bool perUpdate = update.Key.PerUpdate;
        Dim rows = builder.Rows(perUpdate);

        Expr strength = beta is null ? Expr.One : ProgramBuilder.Name(builder.AtUpdates(beta));
        Expr written = strength * (gate is null ? Expr.One : ProgramBuilder.Name(builder.AtUpdates(gate))) * ProgramBuilder.Name(v);
        Tile vw = written == ProgramBuilder.Name(v) ? v : builder.Map("vw", rows, Dim.Value, written);
        if (update.Normalizer)
        {
            vw = builder.Unary(UnaryKind.AppendOnes, "vz", rows, Dim.ValueAndOne, vw, "vz = (vw, 1): the last column sums the keys");
        }

        if (update.General)
        {
            return new WriteRule(k, vw, null, builder.Of(update.TransitionRead!), builder.Of(update.TransitionWrite!));
        }

        if (!update.Delta)
        {
            return new WriteRule(k, vw, null, null, null);
        }

        Tile p = builder.Optional(update.EraseKey) ?? k;
        Tile? eraseGate = builder.Optional(update.EraseGate);
        Expr erase = strength * (eraseGate is null ? Expr.One : ProgramBuilder.Name(builder.AtUpdates(eraseGate))) * ProgramBuilder.Name(p);
        Tile c = erase == ProgramBuilder.Name(p) ? p : builder.Map("c", rows, Dim.Key, erase);
        return new WriteRule(k, vw, c, null, null);
    }
}
