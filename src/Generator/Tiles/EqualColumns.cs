using System.Text.RegularExpressions;

namespace AttentionDsl.Generator;

/// <summary>Columns that are computed alike, and which only operations read, such as factors of rows, are one column.</summary>
internal static class EqualColumns
{
    /// <param name="statements">In an order that is right.</param>
    public static IReadOnlyList<Statement> Joined(IReadOnlyList<Statement> statements)
    {
        Dictionary<(Dim Rows, Expr Value), Tile> first = [];
        Dictionary<Tile, Tile> others = [];
        List<Statement> joined = [];
        foreach (Statement statement in statements)
        {
            if (statement is LoopStatement { Stores: [{ Into: Into.Set, Result.Columns: Dim.One } store] } loop
                && loop.Arguments.Append(store.Result).All(x => statements.Count(y => y.Results.Contains(x)) == 1)
                && statements.All(x => x is CallStatement || !x.Reads.Contains(store.Result)))
            {
                if (first.TryGetValue((store.Result.Rows, store.Value), out Tile? column))
                {
                    others.Add(store.Result, column);
                    continue;
                }

                first.Add((store.Result.Rows, store.Value), store.Result);
            }

            joined.Add(statement is CallStatement call && call.Arguments.Any(others.ContainsKey) ? Renamed(call) : statement);
        }

        return others.Count == 0 ? statements : joined;

        CallStatement Renamed(CallStatement call)
        {
            string equation = call.Equation;
            foreach (Tile tile in call.Arguments.Where(others.ContainsKey))
            {
                equation = Regex.Replace(equation, $"(?<![A-Za-z0-9]){tile.Name}(?![A-Za-z0-9])", others[tile].Name);
            }

            return call with { Arguments = call.Arguments.Select(x => others.TryGetValue(x, out Tile? column) ? column : x).ToEquatableArray(), Equation = equation };
        }
    }
}
