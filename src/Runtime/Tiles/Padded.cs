namespace AttentionDsl.Runtime;

/// <summary>Storage of scratch tiles: rows are padded to a multiple of 16 numbers, on every backend.</summary>
public static class Padded
{
    /// <summary>Elements that a scratch tile takes.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    public static long Elements(long rows, int columns) => rows * ((columns + 15) & ~15);
}
