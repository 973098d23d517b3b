namespace AttentionDsl.Generator;

/// <summary>Writes the statements of a kernel: a tile is taken from scratch where it is first written, every statement stands under its equation.</summary>
internal sealed class KernelWriter(SourceWriter writer, Dimensions dimensions, ScratchTiles scratch, IEnumerable<string> known)
{
    private readonly HashSet<string> taken = new(known);

    public SourceWriter Writer => writer;

    /// <summary>Where a load finds its rows.</summary>
    public RowsText Rows { get; set; } = new("start", "length", "start", "length");

    /// <summary>Tiles that are declared by the kernel's frame.</summary>
    public void Know(params string[] names) => taken.UnionWith(names);

    /// <summary>Forgets the tiles of another scope.</summary>
    public void Forget(IEnumerable<string> names) => taken.ExceptWith(names);

    public void Write(IEnumerable<Statement> statements)
    {
        bool first = true;
        foreach (Statement statement in statements)
        {
            if (statement.Equation.Length != 0)
            {
                if (!first)
                {
                    writer.Line();
                }

                foreach (string line in statement.Equation.Split('\n'))
                {
                    writer.Line("// " + line);
                }
            }

            first = false;
            Write(statement);
        }
    }

    /// <summary>Takes a tile from scratch.</summary>
    public void Take(Tile tile)
    {
        writer.Line($"TTile {tile.Name} = scratch.Take(ref offset, {dimensions.Text(tile.Rows)}, {dimensions.Text(tile.Columns)});");
        taken.Add(tile.Name);
        scratch.Add(tile);
    }

    /// <summary>Rows of a caller's tensor for this head.</summary>
    public string Operand(string field, bool isParameter, bool perUpdate, Dim columns)
    {
        string rows = isParameter ? "0, 1" : perUpdate ? $"{Rows.UpdateStart}, {Rows.Updates}" : $"{Rows.Start}, {Rows.Count}";
        string range = dimensions.Panel && columns == Dim.Value ? ", at.Column, at.Columns" : "";
        return $"tensors.{field}.Rows({rows}, at.Head, at.Heads{range})";
    }

    private void Write(Statement statement)
    {
        foreach (Tile tile in statement.Results.Where(x => statement is not ViewStatement && !taken.Contains(x.Name)))
        {
            Take(tile);
        }

        switch (statement)
        {
            case LoadStatement x:
                writer.Line($"TTile.Copy({x.Result.Name}, {Operand(x.Field, x.IsParameter, x.Result.Rows == Dim.Update || PerUpdateLoads.Contains(x.Field), x.Result.Columns)}, Into.Set);");
                break;
            case CallStatement x:
                IEnumerable<string> arguments = x.Written.Concat(x.Arguments).Select(y => y.Name);
                if (x.Causal is Causal causal)
                {
                    arguments = arguments.Append($"Causal.{causal}");
                }

                if (x.Into is Into into)
                {
                    arguments = arguments.Append($"Into.{into}");
                }

                writer.Line($"TTile.{x.Method}({string.Join(", ", arguments)});");
                break;
            case LoopStatement x:
                LoopWriter.Write(writer, x);
                break;
            case ViewStatement x:
                writer.Line($"TTile {x.Result.Name} = {Part(x.Whole, x.Part)};");
                taken.Add(x.Result.Name);
                break;
            case PartStatement x:
                writer.Line($"TTile.Copy({Part(x.Whole, x.Part)}, {x.X.Name}, Into.{x.Into});");
                break;
            case PartOfStatement x:
                writer.Line($"TTile.Copy({x.Result.Name}, {Part(x.Whole, x.Part)}, Into.{x.Into});");
                break;
            default:
                throw new InvalidOperationException(statement.ToString());
        }
    }

    /// <summary>Fields whose rows are updates although the tile has one row (in the recurrent step).</summary>
    public HashSet<string> PerUpdateLoads { get; } = [];

    private static string Part(Tile whole, Part part) => part switch
    {
        AttentionDsl.Generator.Part.LastRow => $"{whole.Name}.Block({whole.Name}.Rows - 1, 1, 0, {whole.Name}.Columns)",
        AttentionDsl.Generator.Part.AllButLastColumn => $"{whole.Name}.Block(0, {whole.Name}.Rows, 0, {whole.Name}.Columns - 1)",
        _ => $"{whole.Name}.Block(0, {whole.Name}.Rows, {whole.Name}.Columns - 1, 1)",
    };
}

/// <summary>How a kernel spells the rows it loads.</summary>
/// <param name="Start">First token.</param>
/// <param name="Count">Number of tokens.</param>
/// <param name="UpdateStart">First state update.</param>
/// <param name="Updates">Number of state updates.</param>
internal sealed record RowsText(string Start, string Count, string UpdateStart, string Updates);
