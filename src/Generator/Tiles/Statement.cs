namespace AttentionDsl.Generator;

/// <summary>What a statement does with the numbers already in its result.</summary>
internal enum Into
{
    Set,
    Add,
    Subtract,
}

/// <summary>One line of a kernel: a call of a tile operation, an elementwise loop, a view or a load, with its equation.</summary>
internal abstract record Statement(string Equation)
{
    /// <summary>The tiles it writes.</summary>
    public abstract IEnumerable<Tile> Results { get; }

    /// <summary>The tiles whose numbers it uses (an added-to result not among them).</summary>
    public abstract IEnumerable<Tile> Reads { get; }

    /// <summary>What stands in an equation between the result and what goes into it.</summary>
    public static string Sign(Into into) => into switch { Into.Set => "=", Into.Add => "+=", _ => "-=" };

    /// <summary>The statement with other tiles in place of those it reads.</summary>
    public virtual Statement Reading(Func<Tile, Tile> other) => this;
}

/// <summary>Copies rows of an operand of the caller into scratch.</summary>
internal sealed record LoadStatement(Tile Result, string Field, bool IsParameter, string Equation) : Statement(Equation)
{
    /// <summary>True if it only begins to copy: the rows are there after the next <see cref="ArriveStatement"/>.</summary>
    public bool Fetched { get; init; }

    public override IEnumerable<Tile> Results => [Result];

    public override IEnumerable<Tile> Reads => [];
}

/// <summary>Copies a tile that an earlier pass left into scratch.</summary>
internal sealed record RecallStatement(Tile Result, string Equation) : Statement(Equation)
{
    /// <summary>True if it only begins to copy: the tile is there after the next <see cref="ArriveStatement"/>.</summary>
    public bool Fetched { get; init; }

    public override IEnumerable<Tile> Results => [Result];

    public override IEnumerable<Tile> Reads => [];
}

/// <summary>What was fetched so far is what a first <see cref="ArriveStatement"/> waits for.</summary>
internal sealed record FetchedFirstStatement() : Statement("")
{
    public override IEnumerable<Tile> Results => [];

    public override IEnumerable<Tile> Reads => [];
}

/// <summary>Everything that was fetched is there.</summary>
internal sealed record ArriveStatement() : Statement("")
{
    /// <summary>True if only that is which was fetched before the <see cref="FetchedFirstStatement"/>.</summary>
    public bool First { get; init; }

    public override IEnumerable<Tile> Results => [];

    public override IEnumerable<Tile> Reads => [];
}

/// <summary>Rows beyond the last token become zeros (see <see cref="ShortChunks"/>).</summary>
/// <param name="X">The tile.</param>
internal sealed record TrimStatement(Tile X) : Statement("")
{
    public override IEnumerable<Tile> Results => [X];

    public override IEnumerable<Tile> Reads => [X];
}

/// <summary>Copies a tile out of scratch, for a later pass or for the caller.</summary>
/// <param name="X">The tile.</param>
/// <param name="To">What it is there: the gradient of an operand (<c>FieldGradient</c>), or the name of a tile between passes.</param>
internal sealed record StoreStatement(Tile X, string To) : Statement("")
{
    /// <summary>True if only the backward asks for it.</summary>
    public bool Backward { get; init; }

    /// <summary>A column whose numbers multiply its rows on their way; null: none.</summary>
    public Tile? Scale { get; init; }

    /// <summary>Rows of which, once they are normalised, the tile is the gradient: what leaves is the gradient of the rows as they are. Null: it leaves itself.</summary>
    public Tile? Normalized { get; init; }

    /// <summary>Tiles that must be in scratch first: it overwrites where they came from.</summary>
    public EquatableArray<Tile> After { get; init; } = EquatableArray<Tile>.Empty;

    public override IEnumerable<Tile> Results => [];

    public override IEnumerable<Tile> Reads => (Scale ?? Normalized) is Tile more ? [X, more, .. After] : [X, .. After];

    public override Statement Reading(Func<Tile, Tile> other) => this with { X = other(X), Scale = Scale is null ? null : other(Scale), Normalized = Normalized is null ? null : other(Normalized) };
}

/// <summary>TTile.Method(results, arguments, options).</summary>
/// <param name="Written">Its results, first in the call.</param>
/// <param name="Method">The operation.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Causal">Which pairs exist, if the operation asks.</param>
/// <param name="Into">What it does with its result; null if the operation has no choice.</param>
/// <param name="Equation">Its equation.</param>
internal sealed record CallStatement(EquatableArray<Tile> Written, string Method, EquatableArray<Tile> Arguments, Causal? Causal, Into? Into, string Equation)
    : Statement(Equation)
{
    public override IEnumerable<Tile> Results => Written.Items;

    public override IEnumerable<Tile> Reads => Arguments.Items;

    public override Statement Reading(Func<Tile, Tile> other) => this with { Arguments = Arguments.Select(other).ToEquatableArray() };
}

/// <summary>One result of an elementwise loop.</summary>
internal sealed record Store(Tile Result, Into Into, Expr Value);

/// <summary>An elementwise loop over tiles of one shape; broadcast arguments have one row or one column.</summary>
internal sealed record LoopStatement(EquatableArray<Store> Stores, EquatableArray<Tile> Arguments, string Equation) : Statement(Equation)
{
    public override IEnumerable<Tile> Results => Stores.Items.Select(x => x.Result);

    public override IEnumerable<Tile> Reads => Arguments.Items;

    public override Statement Reading(Func<Tile, Tile> other) => this with
    {
        Stores = Stores.Select(x => x with
        {
            Value = x.Value.Replace(y => Arguments.FirstOrDefault(z => z.Name == y.Name) is Tile tile ? new Expr.Argument(other(tile).Name) : y),
        }).ToEquatableArray(),
        Arguments = Arguments.Select(other).ToEquatableArray(),
    };
}

/// <summary>The part of a tile that a view shows.</summary>
internal enum Part
{
    LastRow,
    AllButLastColumn,
    LastColumn,
}

/// <summary>A tile that is a part of another and shares its storage.</summary>
internal sealed record ViewStatement(Tile Result, Tile Whole, Part Part, string Equation) : Statement(Equation)
{
    public override IEnumerable<Tile> Results => [Result];

    public override IEnumerable<Tile> Reads => [Whole];
}

/// <summary>Copies a tile into a part of another (adds it, takes it away).</summary>
internal sealed record PartStatement(Tile Whole, Part Part, Tile X, Into Into, string Equation) : Statement(Equation)
{
    public override IEnumerable<Tile> Results => [Whole];

    public override IEnumerable<Tile> Reads => [X];
}

/// <summary>Copies a part of a tile into another (adds it, takes it away).</summary>
internal sealed record PartOfStatement(Tile Result, Tile Whole, Part Part, Into Into, string Equation) : Statement(Equation)
{
    public override IEnumerable<Tile> Results => [Result];

    public override IEnumerable<Tile> Reads => [Whole];
}
