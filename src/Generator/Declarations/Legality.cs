namespace AttentionDsl.Generator;

/// <summary>Everything that can be said about a declaration from its model alone: pure functions, tested without a compiler.</summary>
internal static class Legality
{
    /// <summary>The problems of a declaration.</summary>
    /// <param name="d">The declaration.</param>
    /// <param name="readable">False if its gates could not all be read: what rests on their values is then left out.</param>
    public static IEnumerable<Problem> Check(Declaration d, bool readable) => Enumerable.Empty<Problem>();
}
