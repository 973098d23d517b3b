namespace AttentionDsl.Generator;

/// <summary>Rows of the caller that one operation reads, once, and no other: on the host it reads them where they stand, and they are no tile.</summary>
internal static class DirectLoads
{
    private static readonly Dictionary<string, string> Methods = new() { ["CumulativeSum"] = "CumulativeSumOfGiven", ["Normalize"] = "NormalizeGiven" };

    /// <summary>The statements without the loads of such rows.</summary>
    /// <param name="statements">In order.</param>
    /// <param name="liveAfter">Tiles that are read after the last of them.</param>
    /// <param name="kernel">Where the rows stand is told to it.</param>
    public static IReadOnlyList<Statement> Of(IReadOnlyList<Statement> statements, IEnumerable<Tile> liveAfter, KernelWriter kernel)
    {
        HashSet<Tile> live = [.. liveAfter];
        Dictionary<Tile, LoadStatement> direct = statements.OfType<LoadStatement>()
            .Where(x => !x.IsParameter && !live.Contains(x.Result) && statements.Where(y => y.Reads.Contains(x.Result)).ToArray() is [CallStatement call] && Methods.ContainsKey(call.Method))
            .ToDictionary(x => x.Result);
        foreach (LoadStatement load in direct.Values)
        {
            kernel.ReadWhereTheyStand(load);
        }

        return
        [
            .. statements.Where(x => x is not LoadStatement load || !direct.ContainsKey(load.Result))
                .Select(x => x is CallStatement call && call.Arguments.Count == 1 && direct.TryGetValue(call.Arguments[0], out LoadStatement? load) ? call with { Method = Methods[call.Method], Equation = $"{load.Equation}\n{call.Equation}" } : x),
        ];
    }
}
