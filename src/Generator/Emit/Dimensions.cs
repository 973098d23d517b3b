namespace AttentionDsl.Generator;

/// <summary>How a kernel spells the lengths of its tiles' axes.</summary>
/// <param name="Swapped">True if the algebra's keys are the caller's values (see <see cref="StateUpdate.Swapped"/>).</param>
/// <param name="Panel">True if a kernel works on a range of value columns.</param>
internal sealed record Dimensions(bool Swapped, bool Panel)
{
    /// <summary>The parts of all rows' sums.</summary>
    /// <param name="rows">How the number of rows is spelled.</param>
    public static string Parts(string rows) => "Padded.Parts * " + rows;

    /// <summary>All pairs of rows.</summary>
    /// <inheritdoc cref="Parts"/>
    public static string Pairs(string rows) => $"{rows} * {rows}";

    /// <summary>The length inside a kernel.</summary>
    public string Text(Dim dim) => dim switch
    {
        Dim.One => "1",
        Dim.Token => "length",
        Dim.Update => "writes",
        Dim.TokenParts => Parts(Text(Dim.Token)),
        Dim.UpdateParts => Parts(Text(Dim.Update)),
        Dim.TokenPairs => Pairs(Text(Dim.Token)),
        Dim.UpdatePairs => Pairs(Text(Dim.Update)),
        Dim.Key => Swapped ? "sizes.V" : "sizes.K",
        Dim.Value when Panel => "at.Columns",
        Dim.Value => Swapped ? "sizes.K" : "sizes.V",
        _ => "sizes.V + 1",
    };

    /// <summary>The largest length, from the sizes alone.</summary>
    public string Largest(Dim dim) => dim switch
    {
        Dim.Token => "sizes.Chunk",
        Dim.Update => "sizes.Chunk * sizes.Updates",
        Dim.TokenParts => Parts(Largest(Dim.Token)),
        Dim.UpdateParts => Parts(Largest(Dim.Update)),
        Dim.TokenPairs => Pairs(Largest(Dim.Token)),
        Dim.UpdatePairs => Pairs(Largest(Dim.Update)),
        Dim.Value when Panel => "sizes.V",
        _ => Text(dim),
    };

    /// <summary>The length for people.</summary>
    public string Symbol(Dim dim) => dim switch
    {
        Dim.One => "1",
        Dim.Token => "C",
        Dim.Update => "nC",
        Dim.TokenParts => RowParts.Count + Symbol(Dim.Token),
        Dim.UpdateParts => RowParts.Count + Symbol(Dim.Update),
        Dim.TokenPairs or Dim.UpdatePairs => Symbol(dim == Dim.TokenPairs ? Dim.Token : Dim.Update) + "^2",
        Dim.Key => Swapped ? "V" : "K",
        Dim.Value => Swapped ? "K" : "V",
        _ => "(V + 1)",
    };
}
