namespace AttentionDsl.Generator;

/// <content>How each kind of statement is spelt.</content>
internal sealed partial class KernelWriter
{
    /// <summary>Writes a copy from memory, or the beginning of one.</summary>
    private void WriteCopy(Statement statement, Tile result, bool fetched)
    {
        string tiles = $"{result.Variable}, {From(statement)}";
        bool matrix = OfChunk && result is { Rows: not Dim.One, Columns: not Dim.One };
        if (!fetched && !matrix)
        {
            writer.Line($"TTile.Copy({tiles}, Into.Set);");
            return;
        }

        // Before a matrix is used all threads wait for each other anyway: by then it has arrived.
        arriving |= !fetched;
        if (matrix && result.Given is null && !Factors.Contains(result.Name))
        {
            writer.Line($"TTile.FetchNarrow({tiles});");
            narrow.Add(tiles);
        }
        else
        {
            writer.Line($"TTile.Fetch({tiles});");
        }
    }

    /// <summary>What was fetched is there.</summary>
    private void WriteArrival()
    {
        narrow.ForEach(x => writer.Line($"TTile.Widen({x});"));
        narrow.Clear();
        arriving = false;
        writer.Line("TTile.Arrive();");
    }

    private void WriteStore(StoreStatement x) => writer.Line(x switch
    {
        { Scale: Tile scale } => $"TTile.ScaleRows({Memory[x.To]}, {x.X.Name}, {scale.Name});",
        { Normalized: Tile rows } => $"TTile.NormalizeAdjoint({Memory[x.To]}, {x.X.Name}, {rows.Name}, Into.Set);",
        _ => $"TTile.Copy({Memory[x.To]}, {x.X.Name}, Into.Set);",
    });

    private void Write(Statement statement)
    {
        switch (statement)
        {
            case LoadStatement x:
                WriteCopy(x, x.Result, x.Fetched);
                break;
            case RecallStatement x:
                WriteCopy(x, x.Result, x.Fetched);
                break;
            case StoreStatement x:
                if (!x.Backward)
                {
                    WriteStore(x);
                    break;
                }

                writer.Line("if (tensors.OutputGradient.Present)");
                writer.Open();
                if (Places.TryGetValue(x.To, out Action? place))
                {
                    place();
                }

                WriteStore(x);
                writer.Close();
                break;
            case TrimStatement x:
                writer.Line($"TTile.Trim({x.X.Variable}, {(x.X.Rows == Dim.Update ? Rows.TensorUpdates : Rows.Tokens)});");
                break;
            case FetchedFirstStatement:
                writer.Line("TTile.FetchedFirst();");
                break;
            case ArriveStatement { First: true }:
                writer.Line("TTile.ArriveFirst();");
                break;
            case ArriveStatement:
                WriteArrival();
                break;
            case CallStatement x:
                IEnumerable<string> arguments = x.Written.Concat(x.Arguments).Select(y => y.IsLeft ? Memory[y.Name] : direct.TryGetValue(y.Name, out LoadStatement? load) ? From(load) : y.Name);
                if (x.Method is "WriteAndRead" or "DecayWriteAndRead" or "DecayWritesAndRead" && WalksTo is not null)
                {
                    arguments = arguments.Skip(1).Prepend(WalksTo);
                }

                if (x.Causal is Causal causal)
                {
                    arguments = arguments.Append($"Causal.{causal}");
                }

                if (x.Method == AddedRows.Method)
                {
                    writer.Line($"TTile.{(x.Into == Into.Set ? "ScaleRows" : x.Method)}({string.Join(", ", arguments)});");
                    break;
                }

                if (x.Into is Into into)
                {
                    arguments = arguments.Append($"Into.{into}");
                }

                writer.Line($"TTile.{x.Method}({string.Join(", ", arguments)});");
                break;
            case LoopStatement x:
                writer.Line(loops.Call(x));
                break;
            case ViewStatement x:
                writer.Line($"TTile {x.Result.Name} = {Part(x.Whole, x.Part)};");
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
}
