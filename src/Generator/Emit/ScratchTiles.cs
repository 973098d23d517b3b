namespace AttentionDsl.Generator;

/// <summary>Counts the scratch tiles a kernel takes, so that its scratch is known from the sizes alone.</summary>
/// <param name="dimensions">How it spells lengths.</param>
/// <param name="workspace">True for the workspace between passes, whose rows no backend pads.</param>
/// <param name="inputs">The fields of the inputs, in their order.</param>
/// <remarks>Tiles of the kernel's frame live as long as the kernel; those of a scope (a loop's body) give way to the next scope's.</remarks>
internal sealed class ScratchTiles(Dimensions dimensions, bool workspace = false, IReadOnlyList<string>? inputs = null)
{
    private readonly List<(string Rows, string Columns, string Kind, int? Input)> frame = [];
    private readonly List<List<(string Rows, string Columns, string Kind, int? Input)>> scopes = [];

    /// <summary>What is taken from now on begins where the frame ends.</summary>
    public void OpenScope() => scopes.Add([]);

    /// <param name="tile">A tile.</param>
    /// <param name="kind">How it is taken: nothing, Factor, Strip, FactorStrip, FactorRooms, Like (see <see cref="KernelWriter"/>).</param>
    public void Add(Tile tile, string kind = "") =>
        Add(dimensions.Largest(tile.Rows), dimensions.Largest(tile.Columns), kind, tile.Given is string field ? Enumerable.Range(0, inputs!.Count).First(x => inputs[x] == field) : null);

    /// <inheritdoc cref="Add(Tile, string)"/>
    public void Add(string rows, string columns, string kind = "", int? input = null) => (scopes.Count == 0 ? frame : scopes[scopes.Count - 1]).Add((rows, columns, kind, input));

    /// <summary>The frame's elements and those of the largest scope.</summary>
    public string Elements()
    {
        string[] largest = scopes.Where(x => x.Count > 0).Select(Sum).Distinct().ToArray();
        string scope = largest.Length == 0 ? "" : largest.Skip(1).Aggregate(largest[0], (x, y) => $"Math.Max(\n{Indented(x)},\n{Indented(y)})");
        return frame.Count == 0 ? (scope.Length == 0 ? "0" : scope) : scope.Length == 0 ? Sum(frame) : $"{Sum(frame)}\n+ {scope}";
    }

    private static string Indented(string text) => "    " + text.Replace("\n", "\n    ");

    /// <summary>The sum of rows times padded columns, equal tiles counted.</summary>
    private string Sum(List<(string Rows, string Columns, string Kind, int? Input)> tiles) => string.Join(
        "\n+ ",
        tiles.GroupBy(x => x).Select(x => $"{(x.Count() == 1 ? "" : $"{x.Count()} * ")}Padded.{(x.Key.Kind.Length == 0 ? "Elements" : x.Key.Kind)}({x.Key.Rows}, {x.Key.Columns}{(workspace ? "" : ", sizes")}{(x.Key.Input is int input ? $", {input}" : "")})"));
}
