namespace AttentionDsl.Generator;

/// <summary>The products of a walk that were begun and not waited for (<see cref="Overlap"/>), in order: who waits for one has waited for those before it.</summary>
internal sealed class BegunProducts
{
    private readonly List<(string Result, string Right)> begun = [];

    /// <summary>A statement comes next.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="begins">True if it is a product that begins here.</param>
    /// <param name="all">True if all products must be there.</param>
    /// <param name="storage">Where tiles stand.</param>
    /// <returns>How many of the last products need not be there; null if no product need be.</returns>
    public int? Await(Statement statement, bool begins, bool all, TileStorage storage)
    {
        string[] reads = [.. statement.Reads.Select(storage.First)], writes = [.. statement.Results.Select(storage.First)];

        // Products add to the same sums, and read the same right factors, one after the other.
        int last = all ? begun.Count - 1 : begun.FindLastIndex(x => reads.Contains(x.Result) || writes.Contains(x.Right) || (!begins && (writes.Contains(x.Result) || reads.Contains(x.Right))));
        begun.RemoveRange(0, last + 1);
        int left = begun.Count;
        if (begins)
        {
            Tile right = Overlap.Right(statement);
            begun.Add((writes[0], storage.IsStrip(right) ? storage.First(right) : ""));
        }

        return last < 0 ? null : left;
    }

    /// <summary>Nothing goes on before all are there.</summary>
    /// <returns>0 if any was begun, else null.</returns>
    public int? AwaitAll()
    {
        bool any = begun.Count > 0;
        begun.Clear();
        return any ? 0 : null;
    }
}
