namespace AttentionDsl.Generator;

/// <summary>
/// A sequence's last chunk may be short. A device that knows its sizes gives the tiles of every chunk as many rows all the same, and rows beyond the last
/// token hold zeros: they add nothing to a product, a sum or a system. Cumulative sums carry on there, so that the last row is the whole chunk's. What a
/// gate makes of zeros need not be zero: those rows are trimmed.
/// </summary>
internal sealed class ShortChunks
{
    // What stands for numbers that may be anything: each argument has one of its own, for a difference of two must not vanish.
    private static readonly Func<int, double>[] Samples = [x => 1.3 + (0.7 * x), x => -0.7 - (0.45 * x)];

    /// <summary>Variables of the tiles whose rows beyond the last token are not zero.</summary>
    private readonly HashSet<string> running = [];

    /// <summary>The pass with trims where they are needed; passes come in the order in which they run.</summary>
    public Pass Trimmed(Pass pass) => pass.Rewritten(pass.Statements.SelectMany(x => Trims(x).Select(y => new TrimStatement(y)).Prepend(x)));

    private static bool HasRows(Tile tile) => tile.Rows is Dim.Token or Dim.Update;

    /// <summary>The results that must be trimmed; the others are zero there, or known to run on.</summary>
    private IEnumerable<Tile> Trims(Statement statement)
    {
        switch (statement)
        {
            case LoopStatement loop:
                return loop.Stores.Where(x => HasRows(x.Result) && IsTrimmed(loop, x)).Select(x => x.Result).ToList();
            case CallStatement { Method: "ReverseCumulativeSum" } sum:
                return sum.Written;
            case CallStatement { Method: "CumulativeSum" } or PartStatement { Part: Part.LastRow }:
            case CallStatement { Method: "Copy" or "Repeat" or "RowSum" } or ViewStatement or PartOfStatement when statement.Reads.Any(IsRunning):
                running.UnionWith(statement.Results.Where(HasRows).Select(x => x.Variable));
                return [];
            default:
                return [];
        }
    }

    private bool IsTrimmed(LoopStatement loop, Store store)
    {
        string name = store.Result.Variable;
        Tile[] read = [.. loop.Arguments.Where(x => store.Value.ArgumentNames().Contains(x.Name))];
        var zeros = new HashSet<string>(read.Where(x => HasRows(x) && !IsRunning(x)).Select(x => x.Name));
        List<string> names = [.. store.Value.ArgumentNames()];
        if (Samples.All(x => store.Value.At(y => zeros.Contains(y) ? 0 : x(names.IndexOf(y))) == 0))
        {
            return false;
        }

        if (read.Any(IsRunning))
        {
            running.Add(name);
            return false;
        }

        return true;
    }

    private bool IsRunning(Tile tile) => HasRows(tile) && running.Contains(tile.Variable);
}
