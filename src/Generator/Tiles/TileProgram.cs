namespace AttentionDsl.Generator;

/// <summary>The length of an axis of a tile.</summary>
internal enum Dim
{
    One,

    /// <summary>The tokens of a chunk (1 in the recurrent step).</summary>
    Token,

    /// <summary>The state updates of a chunk: tokens times updates a token.</summary>
    Update,
    Key,
    Value,

    /// <summary>Numbers of which a few add up to one for each token of a chunk (<c>Padded.Parts</c>).</summary>
    TokenParts,

    /// <summary>The same for each update.</summary>
    UpdateParts,

    /// <summary>Pairs of tokens of a chunk, one after the other.</summary>
    TokenPairs,

    /// <summary>Pairs of its updates.</summary>
    UpdatePairs,

    /// <summary>The value channels and one more column: the state with the normaliser beside it.</summary>
    ValueAndOne,
}

/// <summary>A matrix of the program. Names are unique: every tile is written by one operation.</summary>
internal sealed record Tile(string Name, Dim Rows, Dim Columns)
{
    /// <summary>The operand of the caller whose rows it holds as they are (see <see cref="GivenTiles"/>); null if it is like any other.</summary>
    public string? Given { get; init; }

    /// <summary>True if that is in single precision as a rule (see <see cref="Source.IsLogDecay"/>).</summary>
    public bool IsWide { get; init; }

    /// <summary>True if it stands in memory, where the pass leaves it, and never in scratch (see <see cref="LeftTiles"/>).</summary>
    public bool IsLeft { get; init; }

    /// <summary>The same numbers, copied to scratch once more: between their uses they need not stand there.</summary>
    public Tile Again => this with { Name = Name + "'" };

    /// <summary>What it is before its rows are scaled.</summary>
    public Tile Unscaled => this with { Name = Name + "Unscaled" };

    /// <summary>The name in a kernel.</summary>
    public string Variable => Name.TrimEnd('\'');

    // Tiles of equal names are hardly ever unequal.
    public override int GetHashCode() => Name.GetHashCode();
}

/// <summary>Which pairs of a Gram matrix exist.</summary>
internal enum Causal
{
    Inclusive,
    Strict,
}

/// <summary>One equation: what it writes, and itself as text for the comment above the call.</summary>
internal abstract record Operation(Tile Result, string Equation)
{
    /// <summary>The tiles it reads.</summary>
    public abstract IEnumerable<Tile> Reads { get; }
}

/// <summary>Copies rows of an operand of the caller.</summary>
internal sealed record Load(Tile Result, string Field, bool IsParameter, string Equation) : Operation(Result, Equation)
{
    public override IEnumerable<Tile> Reads => [];
}

/// <summary>Elementwise arithmetic over tiles (one-row and one-column tiles are broadcast); the arguments of <paramref name="Value"/> are their names, or scale, head, heads.</summary>
internal sealed record Map(Tile Result, Expr Value, EquatableArray<Tile> Arguments, string Equation) : Operation(Result, Equation)
{
    public override IEnumerable<Tile> Reads => Arguments.Items;
}

/// <summary>The operations with one argument.</summary>
internal enum UnaryKind
{
    /// <summary>Rows divided by their length.</summary>
    Normalize,

    /// <summary>A token's row for each of its updates.</summary>
    Repeat,
    CumulativeSum,

    /// <summary>A view of the last row.</summary>
    LastRow,

    /// <summary>A view of all columns but the last.</summary>
    AllButLastColumn,

    /// <summary>A view of the last column.</summary>
    LastColumn,

    /// <summary>The columns and one more, of ones.</summary>
    AppendOnes,
    Transpose,
    RowSum,
}

internal sealed record Unary(UnaryKind Kind, Tile Result, Tile X, string Equation) : Operation(Result, Equation)
{
    public override IEnumerable<Tile> Reads => [X];
}

/// <summary>R_ij = sum_d l_id r_jd over causal pairs; with E and G: times exp(E_id - G_jd) inside the sum (decay per channel).</summary>
internal sealed record Gram(Tile Result, Tile Left, Tile Right, Tile? E, Tile? G, Causal Causal, string Equation) : Operation(Result, Equation)
{
    public override IEnumerable<Tile> Reads => E is null ? [Left, Right] : [Left, Right, E, G!];
}

/// <summary>R_ij = x_ij exp(E_i - G_j) over causal pairs (decay per head).</summary>
internal sealed record DecayPairs(Tile Result, Tile X, Tile E, Tile G, Causal Causal, string Equation) : Operation(Result, Equation)
{
    public override IEnumerable<Tile> Reads => [X, E, G];
}

/// <summary>R = (I + L)^-1 x; with G: L_ij exp(G_iv - G_jv) for column v (decay per value channel).</summary>
internal sealed record Solve(Tile Result, Tile L, Tile X, Tile? G, string Equation) : Operation(Result, Equation)
{
    public override IEnumerable<Tile> Reads => G is null ? [L, X] : [L, X, G];
}

/// <summary>R = (I + L)^-1, for <see cref="SolveByInverse"/>: one row, in an order of the tile's own.</summary>
internal sealed record Invert(Tile Result, Tile L, string Equation) : Operation(Result, Equation)
{
    public override IEnumerable<Tile> Reads => [L];
}

/// <summary>R = (I + L)^-1 x, where the inverse is known.</summary>
internal sealed record SolveByInverse(Tile Result, Tile Inverse, Tile X, string Equation) : Operation(Result, Equation)
{
    public override IEnumerable<Tile> Reads => [Inverse, X];
}

/// <summary>How a term of a sum is computed.</summary>
internal enum TermKind
{
    /// <summary>A.</summary>
    Tile,

    /// <summary>A B.</summary>
    Product,

    /// <summary>A^T B.</summary>
    TransposedProduct,

    /// <summary>A B^T.</summary>
    ProductTransposed,

    /// <summary>sum_j A_ij exp(E_iv - G_jv) B_jv.</summary>
    DecayedProduct,
}

internal sealed record Term(TermKind Kind, bool Negative, Tile A, Tile? B = null, Tile? E = null, Tile? G = null, Causal Causal = Causal.Inclusive)
{
    public IEnumerable<Tile> Reads => new[] { A, B, E, G }.Where(x => x is not null)!;
}

/// <summary>A sum of products.</summary>
internal sealed record Sum(Tile Result, EquatableArray<Term> Terms, string Equation) : Operation(Result, Equation)
{
    public override IEnumerable<Tile> Reads => Terms.Items.SelectMany(x => x.Reads);
}

/// <summary>A straight line of operations from a state (and inputs) to a state (and an output).</summary>
/// <param name="Operations">In order.</param>
/// <param name="StateIn">The state it starts from.</param>
/// <param name="StateOut">The state it ends with; equal to <paramref name="StateIn"/> if it only reads.</param>
/// <param name="Output">What the caller gets; null for a part that reads nothing.</param>
/// <param name="PerUpdate">True for the part of a recurrent step that runs for every update of a token.</param>
internal sealed record TileProgram(EquatableArray<Operation> Operations, Tile StateIn, Tile StateOut, Tile? Output, bool PerUpdate)
{
    /// <summary>What it is for: the state, and what the caller gets.</summary>
    public Tile[] Results => Output is null ? [StateOut] : [StateOut, Output];

    /// <summary>True if pairs of tokens decay by other factors in every channel.</summary>
    public bool PairsDecayByChannel => Operations.Any(x => x is Gram { E: not null } or Solve { G: not null } || (x is Sum sum && sum.Terms.Any(y => y.Kind == TermKind.DecayedProduct)));

    /// <summary>The operations that <paramref name="tiles"/> need, in order.</summary>
    public IReadOnlyList<Operation> Needed(IEnumerable<Tile> tiles)
    {
        var needed = new HashSet<string>(tiles.Select(x => x.Name));
        var kept = new List<Operation>();
        foreach (Operation operation in Operations.Reverse())
        {
            if (needed.Contains(operation.Result.Name))
            {
                kept.Add(operation);
                needed.UnionWith(operation.Reads.Select(x => x.Name));
            }
        }

        kept.Reverse();
        return kept;
    }

    /// <summary>The program without operations that nothing needs.</summary>
    public TileProgram Pruned() => this with { Operations = Needed(Results).ToEquatableArray() };
}
