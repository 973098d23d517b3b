using Microsoft.CodeAnalysis;

namespace AttentionDsl.Generator;

/// <summary>
/// The problems met while reading a declaration, each with the place it was met at. Places never leave the analyzer: the generator keeps the
/// problems only, so that moving a declaration regenerates nothing.
/// </summary>
internal sealed class ProblemList
{
    private readonly List<(Problem Problem, Location? Place)> items = [];

    public IReadOnlyList<(Problem Problem, Location? Place)> Items => items;

    /// <summary>Adds a problem. Without a place, its member's name is underlined.</summary>
    public void Add(Problem problem, Location? place = null)
    {
        if (!items.Any(x => x.Problem == problem && Equals(x.Place, place)))
        {
            items.Add((problem, place));
        }
    }
}
