namespace AttentionDsl.Runtime;

/// <summary>Which elements of a causal matrix exist (see <see cref="Causal"/>): the same rule for every tile. Devices compile it too.</summary>
internal static class CausalPairs
{
    /// <summary>The number of columns, from the first, that row i of a causal matrix has.</summary>
    public static int Allowed(int i, int rows, int columns, Causal causal)
    {
        int n = Each(rows, columns), allowed = (causal == Causal.Inclusive ? i + 1 : i) * n;
        return allowed < columns ? allowed : columns;
    }

    /// <summary>The first row of a causal matrix that has column j; may be the number of rows.</summary>
    public static int FirstAllowed(int j, int rows, int columns, Causal causal) =>
        (j / Each(rows, columns)) + (causal == Causal.Inclusive ? 0 : 1);

    /// <summary>Columns a row: n. (Mostly one, and a device divides slowly.)</summary>
    public static int Each(int rows, int columns) => columns == rows ? 1 : columns / rows;
}
