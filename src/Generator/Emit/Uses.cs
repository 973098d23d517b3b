namespace AttentionDsl.Generator;

/// <summary>What a statement uses, by variable (a view is the whole), and so what must stay before what when statements are moved.</summary>
/// <param name="Writes">What it writes.</param>
/// <param name="Reads">What it reads.</param>
/// <param name="IsTerm">True if it does nothing but add a term to a sum, or take one away: terms come in any order.</param>
/// <param name="Everything">True if nothing is moved over it.</param>
internal sealed record Uses(HashSet<string> Writes, HashSet<string> Reads, bool IsTerm, bool Everything)
{
    // A bit for every name, the same for some: what has none in common has no name in common.
    private readonly ulong writesBits = Bits(Writes);
    private readonly ulong readsBits = Bits(Reads);

    /// <summary>The uses of statements, one by one.</summary>
    public static IEnumerable<Uses> Of(IEnumerable<Statement> statements)
    {
        var wholes = new Dictionary<string, string>();
        foreach (Statement statement in statements)
        {
            if (statement is ViewStatement view)
            {
                wholes[view.Result.Variable] = Whole(view.Whole);
            }

            yield return new(Wholes(statement.Results), Wholes(statement.Reads), Adds(statement), statement is ArriveStatement or FetchedFirstStatement);
        }

        HashSet<string> Wholes(IEnumerable<Tile> tiles) => [.. tiles.Select(Whole)];
        string Whole(Tile tile) => wholes.TryGetValue(tile.Variable, out string? whole) ? whole : tile.Variable;
    }

    /// <summary>
    /// One statement in place of several, where the last of them stood; what uses the result of an earlier one moves behind it. Null if another of them is among that.
    /// </summary>
    /// <param name="statements">The statements.</param>
    /// <param name="at">Where the several stand, in order.</param>
    /// <param name="joined">The one.</param>
    public static IReadOnlyList<Statement>? Joined(IReadOnlyList<Statement> statements, int[] at, Statement joined)
    {
        Uses[] uses = [.. Of(statements)];
        List<int> behind = [at[0]];
        for (int i = at[0] + 1; i <= at[at.Length - 1]; i++)
        {
            bool follows = behind.Exists(x => uses[x].Precede(uses[i]));
            if (follows && at.Contains(i))
            {
                return null;
            }

            if (follows || at.Contains(i))
            {
                behind.Add(i);
            }
        }

        return
        [
            .. statements.Take(at[at.Length - 1]).Where((_, x) => !behind.Contains(x)),
            joined,
            .. behind.Where(x => !at.Contains(x)).Select(x => statements[x]),
            .. statements.Skip(at[at.Length - 1] + 1),
        ];
    }

    /// <summary>True if a later statement must stay after this one.</summary>
    public bool Precede(Uses later) =>
        Everything || later.Everything
        || ((writesBits & later.writesBits) != 0 && Writes.Overlaps(later.Writes) && !(IsTerm && later.IsTerm))
        || ((writesBits & later.readsBits) != 0 && Writes.Overlaps(later.Reads))
        || ((readsBits & later.writesBits) != 0 && Reads.Overlaps(later.Writes));

    private static ulong Bits(HashSet<string> names) => names.Aggregate(0ul, (x, name) => x | (1ul << (name.GetHashCode() & 63)));

    private static bool Adds(Statement statement) => !statement.Results.Intersect(statement.Reads).Any() && statement switch
    {
        CallStatement { Into: Into.Add or Into.Subtract, Written.Count: 1 } => true,
        PartStatement { Into: not Into.Set } => true,
        LoopStatement x => x.Stores.All(y => y.Into != Into.Set),
        _ => false,
    };
}
