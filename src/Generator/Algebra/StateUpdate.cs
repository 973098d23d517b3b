namespace AttentionDsl.Generator;

/// <summary>A tensor (or number) that kernels load: an input, a gate's parameter.</summary>
/// <param name="Field">The name of the operand in the generated tensors, such as <c>Beta</c>.</param>
/// <param name="Tile">The tile it is loaded into, such as <c>beta</c>.</param>
/// <param name="Normalized">The tile that holds its normalised rows; equal to <paramref name="Tile"/> if it is not normalised.</param>
/// <param name="Channels">Its granularity.</param>
/// <param name="PerUpdate">True if it has a row for every state update of a token.</param>
/// <param name="IsParameter">True for a gate's parameter (one row for all tokens).</param>
/// <param name="Learned">True if it has a gradient.</param>
/// <param name="Role">What it is, in words.</param>
internal sealed record Source(string Field, string Tile, string Normalized, Channels Channels, bool PerUpdate, bool IsParameter, bool Learned, string Role)
{
    /// <summary>True for a log decay, or what a gate makes one of: it sums up over tokens, so callers give it in single precision even where all else has half the bits.</summary>
    public bool IsLogDecay => Role.StartsWith("log decay", StringComparison.Ordinal);
}

/// <summary>A quantity of the state update: a source as it is, or a gate's value over sources.</summary>
/// <param name="Tile">The tile that holds it: the field's name of the quantity (q, k, v, g, beta, ...).</param>
/// <param name="Channels">Its granularity.</param>
/// <param name="PerUpdate">True if it has a row for every state update of a token.</param>
/// <param name="Value">Its expression over tiles of sources; a bare argument of its own name if it is a source.</param>
/// <param name="Note">Where it comes from, such as <c>the gate Decay</c>.</param>
internal sealed record Quantity(string Tile, Channels Channels, bool PerUpdate, Expr Value, string Note);

/// <summary>
/// One step of the recurrence, in the algebra's normal form. Per head, with S the K x V state:
/// decay S~ = diag(exp g) S diag(exp gv); erase e = S~^T c (or S^T c); write S' = S~ + k (vw - e)^T, or S~ + b z^T + k vw^T with z = S^T a;
/// read o = scale S'^T q.
/// </summary>
internal sealed record StateUpdate
{
    public required EquatableArray<Source> Sources { get; init; }

    /// <summary>Already multiplied by the scale.</summary>
    public required Quantity Query { get; init; }

    public required Quantity Key { get; init; }

    public required Quantity Value { get; init; }

    /// <summary>Log decay of the rows of S: a scalar or a number a key channel.</summary>
    public required Quantity? KeyDecay { get; init; }

    /// <summary>Log decay of the columns of S: a number a value channel.</summary>
    public required Quantity? ValueDecay { get; init; }

    public required Quantity? Strength { get; init; }

    public required Quantity? EraseGate { get; init; }

    public required Quantity? WriteGate { get; init; }

    public required Quantity? EraseKey { get; init; }

    public required Quantity? TransitionRead { get; init; }

    public required Quantity? TransitionWrite { get; init; }

    public required Quantity? Bonus { get; init; }

    /// <summary>The output gate over <c>read</c> (and <c>z</c>, the normaliser) and sources.</summary>
    public required Quantity? Output { get; init; }

    public required bool Delta { get; init; }

    public required bool EraseBeforeDecay { get; init; }

    public required bool ReadBeforeWrite { get; init; }

    public required bool SeveralUpdates { get; init; }

    /// <summary>True if the algebra's S is the caller's transposed: keys and values have changed places, and the read is S q (Oja's rule).</summary>
    public required bool Swapped { get; init; }

    /// <summary>True if the sum of keys is carried beside the state.</summary>
    public required bool Normalizer { get; init; }

    /// <summary>The proven or promised lower bound of the decay on keys; minus infinity if there is none.</summary>
    public required double DecayLowerBound { get; init; }

    /// <summary>True if S evolves column by column, so that work may be split over value columns.</summary>
    public bool ColumnsAreIndependent => !Swapped && !Normalizer;

    /// <summary>True if any run of tokens does the same linear thing to every column of S.</summary>
    public bool CarriesOverSegments => ColumnsAreIndependent && ValueDecay is null;

    /// <summary>True if all that a run of tokens does to S is to let its rows decay: nothing of S is read to be written again, and the matrix of <see cref="CarriesOverSegments"/> is diagonal.</summary>
    public bool TransitionIsDiagonal => CarriesOverSegments && !Delta && !General;

    public bool General => TransitionRead is not null;

    public static StateUpdate From(Declaration d) => new StateUpdateReader(d).Read();
}
