namespace AttentionDsl.Generator;

/// <summary>Statements in order.</summary>
internal static class StatementList
{
    /// <summary>Where the first of some kind stands; -1 if there is none.</summary>
    public static int FirstIndex(this IReadOnlyList<Statement> statements, Func<Statement, bool> which)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            if (which(statements[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
