namespace AttentionDsl.Generator;

/// <summary>The elementwise gate between what was read and the output, and the split of the normaliser from what was read.</summary>
internal static class OutputGate
{
    /// <summary>The tile of what was read: the output itself where nothing stands between.</summary>
    public static string ReadName(StateUpdate update) => update.Output is null ? "o" : "read";

    public static Tile Apply(StateUpdate update, ProgramBuilder builder, Tile read)
    {
        if (update.Output is not Quantity gate)
        {
            return read;
        }

        // The gate's expression calls what was read "read" and the normaliser "z".
        Tile values = read;
        Expr z = new Expr.Argument("z");
        if (update.Normalizer)
        {
            values = builder.Unary(UnaryKind.AllButLastColumn, "readValues", read.Rows, Dim.Value, read, "readValues: what was read for the values");
            z = ProgramBuilder.Name(builder.Unary(UnaryKind.LastColumn, "readKeys", read.Rows, Dim.One, read, "readKeys: what was read for the ones, q . (sum of keys)"));
        }

        Expr value = builder.Resolved(gate).Replace(x => x.Name switch
        {
            "read" => ProgramBuilder.Name(values),
            "z" => z,
            _ => x,
        });
        return builder.Map("o", read.Rows, values.Columns, value);
    }
}
