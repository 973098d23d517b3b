namespace AttentionDsl.Generator;

/// <summary>
/// Columns of a walk that hang on nothing but how many tokens a chunk has: decays that no input says, and what is made of them. All chunks but a sequence's last have as
/// many, so that they stay as they are from one chunk to the next.
/// </summary>
internal static class SteadyColumns
{
    /// <summary>The statements that compute them, views of them among these.</summary>
    public static ISet<Statement> Of(IReadOnlyList<Statement> statements)
    {
        var steady = new HashSet<Statement>();
        var columns = new HashSet<string>();
        foreach (Statement statement in statements)
        {
            if (IsOfColumns(statement) && statement.Reads.All(x => columns.Contains(x.Name)))
            {
                steady.Add(statement);
                columns.UnionWith(statement.Results.Select(x => x.Name));
            }
        }

        return steady;
    }

    private static bool IsOfColumns(Statement statement) => statement.Results.All(x => x.Columns == Dim.One && x.Name == x.Variable) && statement switch
    {
        LoopStatement loop => loop.Stores.All(x => x.Into == Into.Set),
        TrimStatement or ViewStatement or CallStatement { Method: "CumulativeSum" } => true,
        _ => false,
    };
}
